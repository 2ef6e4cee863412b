/*
 * report_page - the page of `coldshoulder replay --html`, as it was when the program was built (report/page.html with
 * its style and script), in two halves: the data stand between them.
 */
#ifndef COLDSHOULDER_CLI_REPORT_PAGE_H
#define COLDSHOULDER_CLI_REPORT_PAGE_H

#include <stddef.h>

extern const unsigned char report_page_head[], report_page_tail[];
extern const size_t report_page_head_size, report_page_tail_size; /* in bytes */

#endif
