#include "memory/template_index.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
	BAND_BITS = 6, /* SKETCH_BANDS fit into these */
	FIRST_ENTRIES = 1 << 12,
	FIRST_SLOTS = 64,
	VISITED_SIZE = 1024, /* a power of two */
	CANDIDATES_MAX = 512 /* compared in one search; a text of nothing but commonplaces has many */
};

struct slot {
	uint64_t id; /* 0: free */
	struct sketch sketch;
};

/*
 * One table of 32-bit entries, open addressing: (slot + 1) << BAND_BITS | band, 0 where free. The value of the band is
 * not stored, but read from the slot's sketch when the band is the same.
 */
struct template_index {
	pthread_rwlock_t lock;
	struct slot *slots;
	uint32_t *free_slots; /* a stack */
	size_t slot_count;    /* used or free */
	size_t slot_capacity;
	size_t free_count;
	uint32_t *entries;
	size_t entry_capacity; /* a power of two, or 0 */
	size_t count;
};

struct template_index *template_index_create(void)
{
	struct template_index *index = calloc(1, sizeof *index);

	if (index && pthread_rwlock_init(&index->lock, NULL) != 0) {
		free(index);
		return NULL;
	}
	return index;
}

static void forget_all(struct template_index *index)
{
	free(index->slots);
	free(index->free_slots);
	free(index->entries);
	index->slots = NULL;
	index->free_slots = NULL;
	index->entries = NULL;
	index->slot_count = index->slot_capacity = index->free_count = 0;
	index->entry_capacity = index->count = 0;
}

void template_index_destroy(struct template_index *index)
{
	if (!index)
		return;
	forget_all(index);
	pthread_rwlock_destroy(&index->lock);
	free(index);
}

void template_index_clear(struct template_index *index)
{
	pthread_rwlock_wrlock(&index->lock);
	forget_all(index);
	pthread_rwlock_unlock(&index->lock);
}

static size_t home(const struct template_index *index, uint32_t band, uint32_t value)
{
	uint64_t hash = ((uint64_t)band << 24 | value) * 0x9e3779b97f4a7c15U;

	return (size_t)(hash >> 32) & (index->entry_capacity - 1);
}

static uint32_t entry_band(uint32_t entry)
{
	return entry & ((1U << BAND_BITS) - 1);
}

static uint32_t entry_slot(uint32_t entry)
{
	return (entry >> BAND_BITS) - 1;
}

static size_t entry_home(const struct template_index *index, uint32_t entry)
{
	const struct slot *slot = &index->slots[entry_slot(entry)];

	return home(index, entry_band(entry), sketch_band(&slot->sketch, entry_band(entry)));
}

static void insert(struct template_index *index, uint32_t entry)
{
	size_t at = entry_home(index, entry);

	while (index->entries[at])
		at = (at + 1) & (index->entry_capacity - 1);
	index->entries[at] = entry;
}

/* Room for one template more at a load of three quarters at most. */
static bool grow_entries(struct template_index *index)
{
	size_t capacity = index->entry_capacity ? index->entry_capacity : FIRST_ENTRIES, before = index->entry_capacity;
	uint32_t *entries = index->entries, *larger;

	while ((index->count + 1) * SKETCH_BANDS * 4 > capacity * 3)
		capacity *= 2;
	if (capacity == before)
		return true;
	larger = calloc(capacity, sizeof *larger);
	if (!larger)
		return false;
	index->entries = larger;
	index->entry_capacity = capacity;
	for (size_t i = 0; i < before; i++)
		if (entries[i])
			insert(index, entries[i]);
	free(entries);
	return true;
}

static bool grow_slots(struct template_index *index)
{
	size_t capacity = index->slot_capacity ? index->slot_capacity * 2 : FIRST_SLOTS;
	struct slot *slots;
	uint32_t *free_slots;

	if (index->free_count || index->slot_count < index->slot_capacity)
		return true;
	if (capacity > UINT32_MAX >> BAND_BITS)
		return false;
	slots = realloc(index->slots, capacity * sizeof *slots);
	if (!slots)
		return false;
	index->slots = slots;
	free_slots = realloc(index->free_slots, capacity * sizeof *free_slots);
	if (!free_slots)
		return false;
	index->free_slots = free_slots;
	index->slot_capacity = capacity;
	return true;
}

bool template_index_add(struct template_index *index, uint64_t id, const struct sketch *sketch)
{
	bool room;

	pthread_rwlock_wrlock(&index->lock);
	room = grow_slots(index) && grow_entries(index);
	if (room) {
		size_t slot = index->free_count ? index->free_slots[--index->free_count] : index->slot_count++;

		index->slots[slot] = (struct slot){id, *sketch};
		for (uint32_t band = 0; band < SKETCH_BANDS; band++)
			insert(index, (uint32_t)((slot + 1) << BAND_BITS) | band);
		index->count++;
	}
	pthread_rwlock_unlock(&index->lock);
	return room;
}

/* Frees the place at `at` and moves back what would no longer be found behind it (Knuth 6.4, algorithm R). */
static void remove_entry(struct template_index *index, size_t at)
{
	size_t mask = index->entry_capacity - 1, hole = at;

	for (size_t next = (at + 1) & mask; index->entries[next]; next = (next + 1) & mask) {
		size_t wanted = entry_home(index, index->entries[next]);

		if (((next - wanted) & mask) >= ((next - hole) & mask)) {
			index->entries[hole] = index->entries[next];
			hole = next;
		}
	}
	index->entries[hole] = 0;
}

void template_index_remove(struct template_index *index, uint64_t id, const struct sketch *sketch)
{
	uint32_t slot = UINT32_MAX;

	pthread_rwlock_wrlock(&index->lock);
	for (uint32_t band = 0; band < SKETCH_BANDS && index->entry_capacity; band++) {
		size_t at = home(index, band, sketch_band(sketch, band));

		for (; index->entries[at]; at = (at + 1) & (index->entry_capacity - 1)) {
			uint32_t entry = index->entries[at];

			if (entry_band(entry) == band && index->slots[entry_slot(entry)].id == id) {
				slot = entry_slot(entry);
				remove_entry(index, at);
				break;
			}
		}
	}
	if (slot != UINT32_MAX) {
		index->slots[slot].id = 0;
		index->free_slots[index->free_count++] = slot;
		index->count--;
	}
	pthread_rwlock_unlock(&index->lock);
}

/* True when `slot` was not visited yet; it is then. */
static bool visit(uint32_t visited[VISITED_SIZE], uint32_t slot)
{
	size_t at = (slot * 0x9e3779b1U) >> 22;

	while (visited[at]) {
		if (visited[at] == slot + 1)
			return false;
		at = (at + 1) & (VISITED_SIZE - 1);
	}
	visited[at] = slot + 1;
	return true;
}

/* Puts a match among the best ones; returns how many there are then. */
static size_t keep_best(struct template_match *matches, size_t count, const struct slot *slot, double similarity)
{
	size_t at = count < TEMPLATE_MATCHES_MAX ? count : TEMPLATE_MATCHES_MAX - 1;

	if (count == TEMPLATE_MATCHES_MAX && matches[at].similarity >= similarity)
		return count;
	for (; at > 0 && matches[at - 1].similarity < similarity; at--)
		matches[at] = matches[at - 1];
	matches[at] = (struct template_match){slot->id, similarity, slot->sketch};
	return count < TEMPLATE_MATCHES_MAX ? count + 1 : count;
}

size_t template_index_find(struct template_index *index, const struct sketch *sketch,
			   struct template_match matches[TEMPLATE_MATCHES_MAX])
{
	uint32_t visited[VISITED_SIZE] = {0};
	size_t candidates = 0, count = 0;

	pthread_rwlock_rdlock(&index->lock);
	for (uint32_t band = 0; band < SKETCH_BANDS && index->entry_capacity && candidates < CANDIDATES_MAX; band++) {
		uint32_t value = sketch_band(sketch, band), entry;

		for (size_t at = home(index, band, value); (entry = index->entries[at]) && candidates < CANDIDATES_MAX;
		     at = (at + 1) & (index->entry_capacity - 1)) {
			const struct slot *slot = &index->slots[entry_slot(entry)];

			if (entry_band(entry) != band || sketch_band(&slot->sketch, band) != value ||
			    !visit(visited, entry_slot(entry)))
				continue;
			candidates++;
			if (sketch_same_template(sketch, &slot->sketch))
				count = keep_best(matches, count, slot, sketch_similarity(sketch, &slot->sketch));
		}
	}
	pthread_rwlock_unlock(&index->lock);
	return count;
}

size_t template_index_count(struct template_index *index)
{
	size_t count;

	pthread_rwlock_rdlock(&index->lock);
	count = index->count;
	pthread_rwlock_unlock(&index->lock);
	return count;
}
