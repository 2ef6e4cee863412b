/*
 * pattern_keys - what a text must contain for a PCRE2 pattern to match, and how far from the match's beginning.
 *
 * A pattern asks for sets of literals: of each set at least one stands in every match. "sorry (to|for) .{3,5} bother"
 * asks for "sorry to " or "sorry for " at its very beginning, and for " bother" some bytes later. The analysis only
 * ever errs on the side of asking for less; a construct that is not understood makes the whole pattern ask for nothing.
 *
 * Literals are looked for in the skeleton of a text (skeleton.h), because phrases allow punctuation between words.
 * Distances and borders are those of the text itself.
 */
#ifndef COLDSHOULDER_ENGINE_PATTERN_KEYS_H
#define COLDSHOULDER_ENGINE_PATTERN_KEYS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdint.h>

enum {
	PATTERN_KEYS_MAX = 12,              /* sets of one pattern */
	PATTERN_KEYS_UNBOUNDED = 0x3fffffff /* a distance without limit */
};

enum key_border {
	KEY_BORDER_LEFT = 1 << 0,  /* no ASCII letter or digit stands before the word */
	KEY_BORDER_RIGHT = 1 << 1, /* nor behind it */
	KEY_BORDER_OPEN = 1 << 2   /* used while reading: what stands behind is not known yet */
};

struct key_word {
	struct str text;
	unsigned int borders; /* enum key_border */
};

/* At least one of these words is in every match. */
struct key_set {
	struct key_word *words;
	size_t count;
	double cost;       /* how often one of them is to be expected: literal_cost() */
	double noise;      /* the same without regard to borders: how often one is found, and looked at */
	uint32_t nearest;  /* bytes from the beginning of the match to the end of the word, at least */
	uint32_t farthest; /* and at most */
	uint32_t blanks;   /* how many of them are blanks and line feeds, at most */
	size_t from;       /* the part of the pattern that the words come from, in bytes of the pattern */
	size_t to;
};

struct pattern_keys {
	struct key_set sets[PATTERN_KEYS_MAX]; /* the rarest first */
	size_t count;                          /* 0: nothing is known, any text may match */
};

/*
 * Reads a pattern that PCRE2 has accepted; `bytes`: it matches bytes, not characters. The words are in `arena`.
 * STATUS_NO_MEMORY.
 */
enum status pattern_keys_read(struct str pattern, bool bytes, struct arena *arena, struct pattern_keys *ret_keys);

#endif
