/*
 * mime - the parts of a message: which are read, in what role, and which of several alternatives.
 *
 * GMime parses the structure, behind the pre-pass (prepass.h).
 */
#ifndef COLDSHOULDER_MAIL_MIME_H
#define COLDSHOULDER_MAIL_MIME_H

#include "mail/readable.h"

/*
 * Reads `body`, which `headers` describe, into `readable`. Sets the facts calendar, encrypted, parts_differ,
 * has_attachment, automatic (for reports) and the limits. Running out of memory shows in readable_failed().
 */
void mime_read(struct readable *readable, const struct header_list *headers, struct str body);

#endif
