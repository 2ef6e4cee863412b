/*
 * literal - which of many literal strings occur in a text, in one pass.
 *
 * Built with libhs (literal_hs.c) or without (literal_none.c, where literal_available() is false and nothing else is
 * called). A matcher is immutable; any thread may use it, each with a scratch of its own.
 */
#ifndef COLDSHOULDER_ENGINE_LITERAL_H
#define COLDSHOULDER_ENGINE_LITERAL_H

#include "base/error.h"
#include "base/str.h"

/* True when the library is there and runs on this machine; then writes "libhs 5.4.0", at most `size` bytes with NUL. */
bool literal_available(char *out, size_t size);

struct literal_matcher;

/*
 * Compiles `words` (bytes, none empty, `count` at least 1), or takes them from the cache in `directory` (NULL: none).
 * STATUS_OK: *ret_matcher is freed by literal_matcher_destroy(). STATUS_NO_MEMORY; STATUS_LIMIT: the library finds
 * them too much. A cache that cannot be read or written is no error.
 */
enum status literal_matcher_create(const struct str *words, size_t count, const char *directory,
				   struct literal_matcher **ret_matcher);

/* NULL is allowed. */
void literal_matcher_destroy(struct literal_matcher *matcher);

struct literal_scratch;

/* Makes *scratch (NULL: none yet) fit for this matcher as well. False when out of memory. */
bool literal_scratch_grow(struct literal_scratch **scratch, const struct literal_matcher *matcher);

/* An independent copy; NULL when out of memory. */
struct literal_scratch *literal_scratch_copy(const struct literal_scratch *scratch);

/* NULL is allowed. */
void literal_scratch_destroy(struct literal_scratch *scratch);

/*
 * Calls found() for every occurrence of every word (by its number) in `text`, `end` being the offset behind it, in any
 * order, until found() returns false. False: it failed, or was stopped.
 */
bool literal_scan(const struct literal_matcher *matcher, struct str text, struct literal_scratch *scratch,
		  bool (*found)(void *context, size_t word, size_t end), void *context);

#endif
