/*
 * flowed - text/plain; format=flowed (RFC 3676): soft line ends are joined, space-stuffing is undone.
 */
#ifndef COLDSHOULDER_MAIL_FLOWED_H
#define COLDSHOULDER_MAIL_FLOWED_H

#include "base/buf.h"

/* Adds `text` to `out` with its paragraphs joined; quoted paragraphs keep one run of ">" in front. Lines end with LF.
 */
void flowed_add(struct str text, bool delete_space, struct buf *out);

#endif
