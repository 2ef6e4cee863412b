/*
 * quote - finds what a message quotes or forwards: lines with '>', "original message" and the header blocks that
 * Outlook puts above an answer, forwarded messages. Private to author.c.
 */
#ifndef COLDSHOULDER_MAIL_QUOTE_H
#define COLDSHOULDER_MAIL_QUOTE_H

#include "mail/line.h"

/* Marks the lines that are quoted or forwarded, and the lines that introduce them. */
void quote_mark(struct lines *lines);

/*
 * Number of lines from `index` on that are the header block of an older message ("From: ... Sent: ..."), and the line
 * of its sender; 0: none.
 */
size_t quote_header_block(const struct lines *lines, size_t index, size_t *ret_from);

#endif
