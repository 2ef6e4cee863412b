/*
 * part_header - the fields that say what a MIME part is (RFC 2045, 2183, 2231), read by GMime.
 */
#ifndef COLDSHOULDER_MAIL_PART_HEADER_H
#define COLDSHOULDER_MAIL_PART_HEADER_H

#include "base/arena.h"
#include "mail/header.h"

#include <gmime/gmime.h>

/* True when a Content-Type value announces an embedded message. */
bool part_type_is_message(struct str value);

/*
 * True when a Content-Type value announces a multipart with a boundary; *ret_delimiter is then "--" and the boundary,
 * in `arena` (empty when out of memory).
 */
bool part_type_boundary(struct str value, struct arena *arena, struct str *ret_delimiter);

/* What rules a whole message. The GMime objects are the caller's: part_header_free(). */
struct part_header {
	GMimeContentType *type;               /* NULL: none was given */
	GMimeContentDisposition *disposition; /* NULL: none */
	GMimeContentEncoding encoding;
	struct str type_value; /* of the field that counts, unfolded; in the arena */
};

/*
 * Reads the Content-* fields of a message. Of several Content-Type fields the one counts that shows most: a multipart,
 * else HTML, else the first.
 */
struct part_header part_header_read(const struct header_list *headers, struct arena *arena);
void part_header_free(struct part_header *header);

#endif
