/*
 * signature - finds where the author signs: the delimiter "-- ", a closing formula with a name below it, the sender's
 * name by itself, a block of telephone numbers and addresses, "Sent from my ...". A postscript below it, or a sentence
 * in prose, is the author's text again. Private to author.c.
 */
#ifndef COLDSHOULDER_MAIL_SIGNATURE_H
#define COLDSHOULDER_MAIL_SIGNATURE_H

#include "mail/line.h"
#include "mail/names.h"

/* Marks signatures among the lines that are still LINE_BODY; `sender` holds the names in From. */
void signature_mark(struct lines *lines, const struct names *sender);

#endif
