/*
 * enriched - text/enriched (RFC 1896) and text/richtext (RFC 1341) as plain text.
 */
#ifndef COLDSHOULDER_MAIL_ENRICHED_H
#define COLDSHOULDER_MAIL_ENRICHED_H

#include "base/buf.h"

/* Adds `text` to `out` without its commands and their parameters; lines are joined as the format asks for. */
void enriched_add(struct str text, struct buf *out);

#endif
