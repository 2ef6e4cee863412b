/*
 * overlay - what waits to be written, as a look-up needs to see it. Not thread-safe: its owner locks.
 */
#ifndef COLDSHOULDER_MEMORY_OVERLAY_H
#define COLDSHOULDER_MEMORY_OVERLAY_H

#include "base/list.h"
#include "memory/store.h"

struct overlay_entry {
	uint64_t key; /* 0: free */
	uint32_t wrote;
	uint32_t received;
	uint32_t count;
	bool flag;
};

struct overlay {
	struct overlay_entry *entries; /* open addressing, linear probing */
	size_t capacity;               /* a power of two, or 0 */
	size_t used;
	struct list sightings; /* of struct change_sighting */
	bool bootstrapped;
	uint32_t outbound_day;
};

struct overlay overlay_make(void);
void overlay_free(struct overlay *overlay);

/* Empties it and keeps the memory. */
void overlay_clear(struct overlay *overlay);

/* Takes a change in; false when out of memory. `older` is the batch that is being written, which may hold it already.
 */
bool overlay_add(struct overlay *overlay, const struct overlay *older, const struct change *change);

/*
 * Adds to `answer` what the overlay knows and the store does not yet. `sketch`: the message's, or NULL; its sightings
 * count as those of a template when they are like it.
 */
void overlay_answer(const struct overlay *overlay, const struct store_query *query, const struct sketch *sketch,
		    struct store_answer *answer);

#endif
