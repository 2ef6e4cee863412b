/*
 * pattern_keys - what a text must contain for a PCRE2 pattern to match: sets of literals, of each set at least one.
 *
 * This is how candidates are found without matching: "sorry (to|for) bother(ing)?" needs "sorry" and "bother". It only
 * ever errs on the side of asking for less: a construct that is not understood asks for nothing.
 */
#ifndef COLDSHOULDER_ENGINE_PATTERN_KEYS_H
#define COLDSHOULDER_ENGINE_PATTERN_KEYS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum {
	PATTERN_KEYS_MAX = 3 /* sets of one pattern: the most telling ones */
};

/* At least one of these words is in every match. */
struct key_set {
	const struct str *words;
	size_t count;
	size_t shortest; /* bytes of the shortest word */
};

struct pattern_keys {
	struct key_set sets[PATTERN_KEYS_MAX];
	size_t count; /* 0: nothing is known, any text may match */
};

/*
 * Reads a pattern that PCRE2 has accepted; `bytes`: it matches bytes, not characters. The words are in `arena`.
 * STATUS_NO_MEMORY.
 */
enum status pattern_keys_read(struct str pattern, bool bytes, struct arena *arena, struct pattern_keys *ret_keys);

#endif
