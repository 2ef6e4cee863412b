/*
 * excerpt - some of the lines of a folded text as a text of its own, with the map back to the original words.
 *
 * Lines that stood together are separated by a blank, others by a line feed, so that no phrase spans what was cut out.
 */
#ifndef COLDSHOULDER_MAIL_EXCERPT_H
#define COLDSHOULDER_MAIL_EXCERPT_H

#include "mail/line.h"

/* A line of an excerpt. */
struct excerpt_line {
	uint32_t first_word; /* in the excerpt */
	uint32_t source;     /* index of the line it is */
	bool breaks;         /* a sentence ends before it, whatever the punctuation */
};

struct excerpt {
	struct folded folded; /* words point into the text of the whole message */
	const struct excerpt_line *lines;
	size_t line_count;
};

/* The lines that are `first` or `second` (twice the same: only that), in `arena`. STATUS_NO_MEMORY. */
enum status excerpt_make(const struct lines *lines, enum line_part first, enum line_part second, struct arena *arena,
			 struct excerpt *ret_excerpt);

/* Words [first, end) of an excerpt as a folding of its own, in `arena`. STATUS_NO_MEMORY. */
enum status excerpt_cut(const struct excerpt *excerpt, size_t first, size_t end, struct arena *arena,
			struct folded *ret_folded);

/* Index behind the last word of line `index` of the excerpt. */
size_t excerpt_line_end(const struct excerpt *excerpt, size_t index);

#endif
