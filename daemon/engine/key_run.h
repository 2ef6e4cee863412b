/*
 * key_run - all strings that a stretch of pattern can match, as long as they are few: "sorry (to|for) bother" is
 * "sorry to bother" or "sorry for bother". For pattern_keys.
 *
 * Strings are in skeleton form: without the characters that skeleton_drops(), so that the optional punctuation between
 * the words of a phrase does not come between them. Without memory less is known, which does no harm.
 */
#ifndef COLDSHOULDER_ENGINE_KEY_RUN_H
#define COLDSHOULDER_ENGINE_KEY_RUN_H

#include "engine/pattern_keys.h"

enum {
	KEY_RUN_WORDS = 256, /* strings at once */
	KEY_RUN_BYTES = 32   /* of the longest */
};

/* How much a stretch of pattern matches. */
struct key_width {
	uint32_t min;    /* bytes */
	uint32_t max;    /* PATTERN_KEYS_UNBOUNDED: no limit */
	uint32_t blanks; /* blanks and line feeds among them, at most */
};

struct key_width key_width_add(struct key_width a, struct key_width b);

struct key_string {
	char text[KEY_RUN_BYTES];
	unsigned char size;
	unsigned char borders; /* KEY_BORDER_LEFT, KEY_BORDER_RIGHT */
};

struct key_run {
	struct key_string *strings; /* all end at the same place; in an arena */
	size_t count;               /* 0: nothing is known */
	struct key_width end;       /* from the beginning of the stretch to the ends of those that are not empty */
};

/* The run that has just begun: the empty string. */
struct key_run key_run_begin(struct arena *arena);

/* The run of one of these characters, in skeleton form. `edge`: no ASCII letter or digit stands before it. */
struct key_run key_run_of(const struct str *characters, size_t count, bool edge, struct arena *arena);

/* The strings of both; of nothing when there are too many. */
struct key_run key_run_unite(const struct key_run *one, const struct key_run *other, struct arena *arena);

/*
 * Puts the strings of `next`, which begins `width` behind the beginning of the run, behind each of its own; false, and
 * the run unchanged, when that is too much.
 */
bool key_run_cross(struct key_run *run, struct key_width width, const struct key_run *next, struct arena *arena);

/* No ASCII letter or digit stands behind what ends here. */
void key_run_close(struct key_run *run);

/* True when one of the strings is empty, or there is none. */
bool key_run_is_open(const struct key_run *run);

/* As a set, without strings that another implies; in `arena`. False when out of memory. Not of an open run. */
bool key_run_set(const struct key_run *run, struct arena *arena, struct key_set *ret_set);

#endif
