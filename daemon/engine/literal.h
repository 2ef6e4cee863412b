/*
 * literal - which of many literal strings occur in a text, and where, in one pass.
 *
 * Most literals can only stand at the beginning of a word: a trie looks for those, at such places alone. The others may
 * stand anywhere: libhs finds them where the build has it and the machine can run it, another trie where not: the same
 * answers. A matcher is immutable; any thread may use it, each with a scratch of its own.
 */
#ifndef COLDSHOULDER_ENGINE_LITERAL_H
#define COLDSHOULDER_ENGINE_LITERAL_H

#include "base/error.h"
#include "engine/packed.h"

#include <stdint.h>

/* True when libhs does the work; then writes "libhs 5.4.0", at most `size` bytes with NUL. */
bool literal_library(char *out, size_t size);

struct literal_matcher;

struct literal {
	struct str text; /* bytes, at least one */
	uint32_t number; /* by which it is told */
	bool at_start;   /* it is looked for where words start, and nowhere else */
};

/* Adds what a prepared matcher depends on beside its words: the library and the machine. */
void literal_matcher_describe(struct buf *out);

/*
 * Prepares `words` (all different, sorted by their bytes), which takes seconds when they are many: packs what a matcher
 * uses where it lies into `tables`, and adds libhs's database, if there is one, to `database`. STATUS_NO_MEMORY.
 */
enum status literal_matcher_write(const struct literal *words, size_t count, struct buf *tables, struct buf *database);

/*
 * From what was written by a process of the same description: the block that `tables` reads must outlive the matcher,
 * `database` (empty: none) is not kept. STATUS_OK: *ret_matcher is freed by literal_matcher_destroy().
 * STATUS_NO_MEMORY; STATUS_BAD_INPUT: this was not written so.
 */
enum status literal_matcher_open(struct packed *tables, struct str database, struct literal_matcher **ret_matcher);

/* NULL is allowed. */
void literal_matcher_destroy(struct literal_matcher *matcher);

struct literal_scratch;

/* Makes *scratch (NULL: none yet) fit for this matcher as well. False when out of memory. */
bool literal_scratch_grow(struct literal_scratch **scratch, const struct literal_matcher *matcher);

/* An independent copy in *ret_copy (of NULL: NULL). False when out of memory. */
bool literal_scratch_copy(const struct literal_scratch *scratch, struct literal_scratch **ret_copy);

/* NULL is allowed. */
void literal_scratch_destroy(struct literal_scratch *scratch);

/* What is looked through. */
struct literal_text {
	struct str text;
	const uint32_t *starts; /* offsets: where words start */
	size_t start_count;
};

/*
 * Calls found() for every occurrence of every word in `text`, `end` being the offset behind it, in any
 * order, until found() returns false. False: it failed, or was stopped.
 */
typedef bool literal_found(void *context, size_t word, size_t end);
bool literal_scan(const struct literal_matcher *matcher, const struct literal_text *text,
		  struct literal_scratch *scratch, literal_found *found, void *context);

#endif
