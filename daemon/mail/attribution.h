/*
 * attribution - the lines by which mail programs announce a quotation ("On ..., x wrote:"). Private to author.c. Pure.
 */
#ifndef COLDSHOULDER_MAIL_ATTRIBUTION_H
#define COLDSHOULDER_MAIL_ATTRIBUTION_H

#include "mail/line.h"

/*
 * True when lines [*ret_start, end) introduce a quotation ("On ..., x wrote:", wrapped or not); line `end` - 1 is given
 * as `last`. Strong: they can be nothing else, even when no line below is marked as quoted.
 */
bool attribution_ends_at(const struct lines *lines, size_t last, bool *ret_strong, size_t *ret_start);

#endif
