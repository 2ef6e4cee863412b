/*
 * prefilter - one pass over a text that tells which expressions may match it; PCRE2 then looks at those alone.
 *
 * Built with libhs (prefilter_hs.c) or without (prefilter_none.c, where everything may always match). A prefilter never
 * says no where PCRE2 would say yes. Immutable once made; any thread may use it with a scratch of its own.
 */
#ifndef COLDSHOULDER_ENGINE_PREFILTER_H
#define COLDSHOULDER_ENGINE_PREFILTER_H

#include "base/error.h"
#include "base/str.h"

struct prefilter;

struct prefilter_expression {
	struct str text; /* PCRE2 pattern, NUL-terminated */
	size_t entry;    /* what it belongs to: the number that a scan hands back */
};

struct prefilter_settings {
	size_t entry_count;          /* entries are 0 ... entry_count - 1 */
	unsigned int pattern_flags;  /* enum pattern_flag */
	const char *cache_directory; /* for compiled databases; NULL: none */
};

/*
 * Compiles the expressions, or takes them from the cache. STATUS_OK: *ret_prefilter is freed by prefilter_destroy(), or
 * NULL when there is no library or it does not run on this machine. STATUS_NO_MEMORY. Entries with an expression that
 * the library refuses are always candidates. A cache that cannot be read or written is no error.
 */
enum status prefilter_create(const struct prefilter_expression *expressions, size_t count,
			     const struct prefilter_settings *settings, struct prefilter **ret_prefilter);

/* NULL is allowed. */
void prefilter_destroy(struct prefilter *prefilter);

/* What a thread needs for scanning with any of the prefilters it was grown for; NULL is an empty one. */
struct prefilter_scratch;

/* Makes *scratch fit for `prefilter` (NULL: nothing to do). False when out of memory; *scratch is then as before. */
bool prefilter_scratch_grow(struct prefilter_scratch **scratch, const struct prefilter *prefilter);

/* An independent copy; *ret_copy NULL for an empty one. False when out of memory. */
bool prefilter_scratch_copy(const struct prefilter_scratch *scratch, struct prefilter_scratch **ret_copy);
void prefilter_scratch_destroy(struct prefilter_scratch *scratch);

/* Sets candidates[entry] for every entry that may match; they must be false before. False: it failed, ask them all. */
bool prefilter_scan(const struct prefilter *prefilter, struct str text, struct prefilter_scratch *scratch,
		    bool *candidates);

/* Writes "libhs 5.4.0", at most `size` bytes with NUL; false when there is none or it does not run on this machine. */
bool prefilter_describe_library(char *out, size_t size);

#endif
