/*
 * prefilter - one pass over a text that tells which expressions may match it, and where such a match can begin; PCRE2
 * then looks at those places alone.
 *
 * From every expression it takes the literals that each match must contain and their distance from its beginning
 * (pattern_keys), finds them all in one pass (literal), and lets through the expressions whose literals have been seen
 * at fitting places. It never says no where PCRE2 would say yes. Whole expressions in libhs were tried: phrases with
 * several alternatives and gaps take it seconds each to compile.
 *
 * Immutable once made; any thread may use it with a scratch of its own.
 */
#ifndef COLDSHOULDER_ENGINE_PREFILTER_H
#define COLDSHOULDER_ENGINE_PREFILTER_H

#include "engine/literal.h"

#include <stdint.h>

struct prefilter;
struct prefilter_scratch;

/*
 * Makes a prefilter for `count` expressions (PCRE2 patterns, over bytes or UTF-8), which are not kept, or takes
 * it from the cache in `cache_directory` (NULL: none), where it puts what it made. What cannot be read there, or is not
 * of these expressions, this engine, library and processor, is made anew. STATUS_OK: *ret_prefilter is freed by
 * prefilter_destroy(). STATUS_NO_MEMORY.
 */
enum status prefilter_create(const struct str *expressions, size_t count, bool bytes, const char *cache_directory,
			     struct prefilter **ret_prefilter);

/* NULL is allowed. */
void prefilter_destroy(struct prefilter *prefilter);

/* A scratch for one thread and any of several prefilters: to be grown for each of them. NULL when out of memory. */
struct prefilter_scratch *prefilter_scratch_create(void);

/* Makes the scratch fit for this prefilter too. False when out of memory; it can then still be destroyed. */
bool prefilter_scratch_grow(struct prefilter_scratch *scratch, const struct prefilter *prefilter);

/* Another scratch, fit for the same prefilters; NULL when out of memory. */
struct prefilter_scratch *prefilter_scratch_copy(const struct prefilter_scratch *scratch);

/* NULL is allowed. */
void prefilter_scratch_destroy(struct prefilter_scratch *scratch);

/* Where matches may begin: at `first`, at `last` or between them; offsets into the text. */
struct prefilter_range {
	size_t first;
	size_t last;
};

/* Whether anybody wants to know about an expression. */
typedef bool prefilter_wanted(void *context, size_t expression);

/*
 * Looks through `text` for the expressions that are wanted; the functions below then tell the outcome until the scratch
 * is used again. False: it could not (too many literals, out of memory), and everything is possible everywhere.
 */
bool prefilter_scan(const struct prefilter *prefilter, struct str text, prefilter_wanted *wanted, void *context,
		    struct prefilter_scratch *scratch);

/* The expressions that may match, in ascending order; returns how many. */
size_t prefilter_candidates(const struct prefilter_scratch *scratch, const uint32_t **ret_expressions);

/* Where one of the candidates may begin to match: ranges in order and without overlap; returns how many. */
size_t prefilter_ranges(const struct prefilter_scratch *scratch, size_t expression,
			const struct prefilter_range **ret_ranges);

#endif
