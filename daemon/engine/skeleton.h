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
	char *bytes;
	uint32_t *dropped; /* by dropped character: how much of `text` stands before it */
	size_t drop_count;
	size_t capacity;
};

/* Makes the skeleton of `text`, shorter than 4 GB; kept until the next. False when out of memory. */
bool skeleton_make(struct skeleton *skeleton, struct str text);

/* Where the byte at `offset` of the skeleton stands in the text. */
size_t skeleton_origin(const struct skeleton *skeleton, size_t offset);

/* Frees what it holds. */
void skeleton_free(struct skeleton *skeleton);

#endif
