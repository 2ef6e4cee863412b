/*
 * header - the header fields of a message, in order, all instances of each name.
 */
#ifndef COLDSHOULDER_MAIL_HEADER_H
#define COLDSHOULDER_MAIL_HEADER_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "mail/limits.h"

#include <stdint.h>

struct header {
	struct str name; /* as written, without blanks at its end */
	struct str raw;  /* the bytes behind the colon, folding and all, without the last line end */
};

struct header_list {
	const struct header *items;
	size_t count;
};

/*
 * Cuts the header block off `raw` in one linear pass: slices of `raw`, nothing is copied. An mbox "From " line in front
 * is skipped. The block ends behind an empty line, or before the first line that is no field (as in Postfix: a name of
 * printable ASCII, blanks, a colon); a line that begins with a blank continues its field. Fields beyond
 * limits->headers, and bytes beyond limits->header_bytes, are skipped and noted in *limits_hit. *ret_body is the offset
 * of the body. STATUS_NO_MEMORY.
 */
enum status header_block_read(struct str raw, const struct mail_limits *limits, struct arena *arena,
			      struct header_list *ret_list, size_t *ret_body, uint32_t *limits_hit);

/* The next field named `name` (case ignored) at or behind index *position, which is moved behind it; NULL at the end.
 */
const struct header *header_next(const struct header_list *list, struct str name, size_t *position);

/* The first field named `name`, or NULL. */
const struct header *header_first(const struct header_list *list, struct str name);

/*
 * The value as a person reads it: unfolded, RFC 2047 and RFC 2231 words and raw 8-bit decoded, valid
 * UTF-8, trimmed. In `arena`; the empty slice when out of memory.
 */
struct str header_decode(const struct header *header, struct arena *arena);

/* The raw value unfolded (line ends become one blank) and trimmed, not decoded. In `arena` when it had to change. */
struct str header_unfold(const struct header *header, struct arena *arena);

#endif
