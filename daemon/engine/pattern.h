/*
 * pattern - one compiled PCRE2 pattern, matched within limits.
 *
 * Patterns may be used by any thread; every use takes a scratch of its own. A pattern is kept as text until it is first
 * used; one that is used often is translated to machine code, where the system allows it (not under
 * MemoryDenyWriteExecute), with the same results.
 */
#ifndef COLDSHOULDER_ENGINE_PATTERN_H
#define COLDSHOULDER_ENGINE_PATTERN_H

#include "base/error.h"
#include "base/str.h"

#include <stdint.h>

enum pattern_flag {
	PATTERN_BYTES = 1 << 0, /* match bytes, not UTF-8: raw header fields */
	PATTERN_LINES = 1 << 1, /* ^ and $ match at line ends too: views of several lines */
	PATTERN_NO_JIT = 1 << 2 /* no machine code, also where the system allows it: for comparisons */
};

struct pattern;

/* Why a pattern did not compile. */
struct pattern_error {
	size_t offset; /* bytes into the pattern */
	char text[160];
};

/*
 * Checks `text` by compiling it, and copies it. STATUS_OK: *ret_pattern is freed by pattern_destroy().
 * STATUS_BAD_INPUT: *ret_error says why. STATUS_NO_MEMORY. \C is refused; UTF-8 patterns take invalid bytes in a
 * subject for characters that match nothing.
 */
enum status pattern_compile(struct str text, unsigned int flags, struct pattern **ret_pattern,
			    struct pattern_error *ret_error);

/* NULL is allowed. */
void pattern_destroy(struct pattern *pattern);

/* True when it can match no characters at all, and so matches everywhere. */
bool pattern_matches_empty(const struct pattern *pattern);

/* What matching needs besides the pattern; used by one thread at a time. NULL when out of memory. */
struct pattern_scratch;
struct pattern_scratch *pattern_scratch_create(void);
void pattern_scratch_destroy(struct pattern_scratch *scratch);

/*
 * From now on searches with this scratch have so much processor time of the calling thread, together; what is not
 * found by then is given up. It is looked at before each start of a pattern with repeats, by a coarse clock, so that
 * the last of it may still take some milliseconds. Without a call there is no such limit.
 */
void pattern_scratch_set_budget(struct pattern_scratch *scratch, int64_t ns);

/* Whether that time is over at `now_ns`, which clock_monotonic_ns() has just said. */
bool pattern_scratch_is_spent(const struct pattern_scratch *scratch, int64_t now_ns);

/* What is searched. */
struct pattern_subject {
	struct str text;
	bool valid; /* it is known to be UTF-8: machine code may be used; not asked of PATTERN_BYTES */
};

enum pattern_result {
	PATTERN_NO_MATCH,
	PATTERN_MATCH,
	PATTERN_GAVE_UP /* a limit, or the budget */,
	PATTERN_NO_MEMORY
};

struct pattern_span {
	size_t start; /* bytes into the subject */
	size_t end;
};

/*
 * Looks for the first match in `subject` that begins at or behind `from`. Subjects over 16 KiB are searched in blocks
 * of 16 KiB that overlap by 1 KiB and are cut at blanks (without machine code: over 4 KiB, of 4 KiB); a match longer
 * than the overlap may be missed there. PATTERN_GAVE_UP, PATTERN_NO_MEMORY: whether it matches is not
 * known.
 */
enum pattern_result pattern_find(const struct pattern *pattern, struct pattern_subject subject, size_t from,
				 struct pattern_scratch *scratch, struct pattern_span *ret_span);

/*
 * As pattern_find(), for matches that begin at `first` or behind it and at `last` or before it; they may end anywhere
 * within 16 KiB behind that (without machine code: 4 KiB).
 */
enum pattern_result pattern_find_between(const struct pattern *pattern, struct pattern_subject subject, size_t first,
					 size_t last, struct pattern_scratch *scratch, struct pattern_span *ret_span);

/* "pcre2 10.42 jit", or "pcre2 10.42 without jit" when the system forbids it. At most `size` bytes with NUL. */
void pattern_describe_library(char *out, size_t size);

#endif
