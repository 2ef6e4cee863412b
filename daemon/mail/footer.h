/*
 * footer - finds what programs and lawyers put below a mail: disclaimers, list and unsubscribe footers, LinkedIn's
 * footer, PGP signatures. What the author says in person ("just reply and I'll stop") is no footer. Private to
 * author.c.
 */
#ifndef COLDSHOULDER_MAIL_FOOTER_H
#define COLDSHOULDER_MAIL_FOOTER_H

#include "mail/line.h"

/* Marks footers among the lines that are still LINE_BODY. */
void footer_mark(struct lines *lines);

#endif
