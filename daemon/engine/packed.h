/*
 * packed - arrays one behind the other in one block of memory, to be kept in a file and used where they lie.
 *
 * The items hold no pointers. A block is for the machine and the program that made it: sizes and byte order are theirs.
 */
#ifndef COLDSHOULDER_ENGINE_PACKED_H
#define COLDSHOULDER_ENGINE_PACKED_H

#include "base/buf.h"

/* Adds `count` items of `size` bytes each. Out of memory: the buffer has failed. */
void packed_add(struct buf *out, const void *items, size_t count, size_t size);

/* Where a reader stands. */
struct packed {
	struct str rest;
	bool failed; /* something was not as it must be */
};

/* Begins to read `block`, which starts where malloc() could, and must outlive what is taken from it. */
struct packed packed_open(struct str block);

/*
 * The next array: *ret_count items of `size` bytes, where they lie in the block, aligned to 8 bytes. NULL, no items and
 * `failed` when there is no further array, or none of such items.
 */
const void *packed_take(struct packed *packed, size_t size, size_t *ret_count);

/* The same when there must be `count` items. */
const void *packed_take_exactly(struct packed *packed, size_t count, size_t size);

#endif
