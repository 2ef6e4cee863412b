/*
 * prefilter_parts - the inside of a prefilter: built by prefilter_build.c, opened by prefilter.c, used by
 * prefilter_scan.c.
 */
#ifndef COLDSHOULDER_ENGINE_PREFILTER_PARTS_H
#define COLDSHOULDER_ENGINE_PREFILTER_PARTS_H

#include "engine/prefilter.h"

/* A word in a set; there are very many. */
struct prefilter_use {
	uint32_t index : 30;  /* of the word, or of the set */
	uint32_t borders : 2; /* enum key_border */
};

enum {
	PREFILTER_INDEX_MAX = (1 << 30) - 1,
	PREFILTER_SETS = 3 /* of one expression: more cost more than they tell */
};

/* Of each set of an expression at least one word stands in every match. */
struct prefilter_set {
	uint32_t expression;
	uint32_t nearest;   /* bytes from the beginning of a match to the end of the word, at least */
	uint32_t farthest;  /* and at most; PATTERN_KEYS_UNBOUNDED: no limit */
	uint32_t blanks;    /* in the text between, at most */
	uint32_t first_use; /* of its words in by_set */
	uint32_t use_count;
};

struct prefilter_expression {
	uint32_t first_set;
	uint32_t set_count; /* at most PREFILTER_SETS; 0: always a candidate, everywhere */
};

struct prefilter {
	struct literal_matcher *matcher;
	char *tables; /* what the pointers to const below point into, and the matcher's */
	const struct prefilter_expression *expressions;
	size_t expression_count;
	uint32_t *always; /* the expressions without sets */
	size_t always_count;
	const struct prefilter_set *sets;
	size_t set_count;
	const struct prefilter_use *by_set;  /* all words of sets, those of one set together */
	const struct prefilter_use *by_word; /* all sets of words, those of one word together */
	const uint32_t *first_use;           /* by word, and one more: where its sets begin in by_word */
	const unsigned char *word_sizes;     /* by word: bytes */
	const unsigned char *demanded;       /* by word: the borders that all its sets ask for */
	size_t word_count;
};

#endif
