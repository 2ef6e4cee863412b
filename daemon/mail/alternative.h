/*
 * alternative - do two renderings of a message say the same?
 */
#ifndef COLDSHOULDER_MAIL_ALTERNATIVE_H
#define COLDSHOULDER_MAIL_ALTERNATIVE_H

#include "base/arena.h"
#include "base/str.h"

enum alternative {
	ALTERNATIVE_SAME,        /* the first says what the second says */
	ALTERNATIVE_FIRST_EMPTY, /* the first has no words, or only a note instead of a text */
	ALTERNATIVE_SECOND_EMPTY,
	ALTERNATIVE_DIFFERENT
};

/*
 * Compares the words (case and punctuation apart, URLs and image notes left out) of `first`, the plainer one, and
 * `second`. Two that share nearly all words, in both directions, are the same; the first may also have words of
 * `unseen`, which a machine that makes plain text of HTML takes from there: image descriptions, preview lines. Scratch
 * memory in `arena`; without memory they are different.
 */
enum alternative alternative_compare(struct str first, struct str second, struct str unseen, struct arena *arena);

#endif
