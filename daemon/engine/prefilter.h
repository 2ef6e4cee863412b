/*
 * prefilter - one pass over a text that tells which expressions may match it; PCRE2 then looks at those alone.
 *
 * From every expression it takes the literals that each match must contain (pattern_keys), finds them all in one pass
 * (literal), and lets through the expressions of which every set has been seen. It never says no where PCRE2 would say
 * yes. Whole expressions in libhs were tried: phrases with several alternatives and gaps take it seconds each to compile.
 *
 * Immutable once made; any thread may use it with a scratch of its own.
 */
#ifndef COLDSHOULDER_ENGINE_PREFILTER_H
#define COLDSHOULDER_ENGINE_PREFILTER_H

#include "engine/literal.h"

struct prefilter;

/*
 * Makes a prefilter for `count` expressions (PCRE2 patterns, over bytes or UTF-8), which are not kept. The compiled
 * literals are cached in `cache_directory` (NULL: not at all). STATUS_OK: *ret_prefilter is freed by
 * prefilter_destroy(). STATUS_NO_MEMORY. To be called only when literal_available().
 */
enum status prefilter_create(const struct str *expressions, size_t count, bool bytes, const char *cache_directory,
			     struct prefilter **ret_prefilter);

/* NULL is allowed. */
void prefilter_destroy(struct prefilter *prefilter);

/* What one thread needs for scanning with any of several prefilters. */
struct prefilter_scratch {
	struct literal_scratch *literals; /* NULL: none yet */
	unsigned char *sets;              /* by set: seen */
	size_t set_capacity;
	unsigned char *missing; /* by expression: sets not yet seen */
	size_t expression_capacity;
};

/* Makes the scratch (zeroed at first) fit for this prefilter too. False when out of memory; it can then still be freed. */
bool prefilter_scratch_grow(struct prefilter_scratch *scratch, const struct prefilter *prefilter);

/* An independent copy in *ret_copy. False when out of memory; there is then nothing to free. */
bool prefilter_scratch_copy(const struct prefilter_scratch *scratch, struct prefilter_scratch *ret_copy);

/* Frees what the scratch holds. */
void prefilter_scratch_free(struct prefilter_scratch *scratch);

/* Sets candidates[i] to whether expression i may match. False: it failed, ask them all. */
bool prefilter_scan(const struct prefilter *prefilter, struct str text, struct prefilter_scratch *scratch,
		    bool *candidates);

#endif
