/*
 * skeleton - a text without the punctuation that people set or leave out: commas, semicolons, colons, quotes, brackets.
 *
 * A literal in skeleton form stands in the skeleton of every text that has the literal with any such punctuation in it.
 */
#ifndef COLDSHOULDER_ENGINE_SKELETON_H
#define COLDSHOULDER_ENGINE_SKELETON_H

#include "base/str.h"

#include <stdint.h>

/* True for the characters that skeletons do not have: , ; : " ' ( ) */
bool skeleton_drops(char c);

/* Begins as {0}; used for one text after another, by one thread at a time. */
struct skeleton {
	struct str text;
	const uint32_t
	    *starts; /* where in `text` an ASCII letter or digit stands that has none before it in the original */
	size_t start_count;
	char *bytes;
	uint32_t *origins; /* by byte of `text`: where it stands in the original; then the starts */
	size_t capacity;
};

/* Makes the skeleton of `text`, shorter than 4 GB; kept until the next. False when out of memory. */
bool skeleton_make(struct skeleton *skeleton, struct str text);

/* Frees what it holds. */
void skeleton_free(struct skeleton *skeleton);

#endif
