/*
 * phrase_tree - a phrase between reading (phrase.c) and writing (phrase_pattern.c). All nodes live in one arena.
 */
#ifndef COLDSHOULDER_ENGINE_PHRASE_TREE_H
#define COLDSHOULDER_ENGINE_PHRASE_TREE_H

#include "engine/phrase.h"

/* Items that stand together without a blank: "bother" and "(ing)?". */
struct phrase_item {
	struct phrase_item *next;
	struct str text;                      /* folded literal; n 0: a group */
	struct phrase_sequence *alternatives; /* of a group */
	bool optional;
};

/* What stands between two blanks or gaps. */
struct phrase_unit {
	struct phrase_unit *next;
	struct phrase_item *items;
	bool gap_before; /* "..." before it; otherwise a blank, unless it is the first */
};

struct phrase_sequence {
	struct phrase_sequence *next; /* the next alternative of the same group */
	struct phrase_unit *units;    /* NULL: empty */
	bool blank_before;
	bool blank_behind;
};

/* True when it can match nothing at all. */
bool phrase_item_is_nullable(const struct phrase_item *item);
bool phrase_unit_is_nullable(const struct phrase_unit *unit);
bool phrase_sequence_is_nullable(const struct phrase_sequence *sequence);

/* Writes `alternatives` as a PCRE2 pattern; STATUS_NO_MEMORY. */
enum status phrase_write(const struct phrase_sequence *alternatives, struct arena *arena, struct phrase *ret_phrase);

#endif
