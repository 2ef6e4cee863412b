#include "memory/overlay.h"

#include <stdlib.h>
#include <string.h>

enum overlay_kind {
	OVERLAY_PAIR = 1,
	OVERLAY_SITE,
	OVERLAY_SENT,
	OVERLAY_PERSON,
	OVERLAY_COUNTED,
	OVERLAY_OFFENCE_COUNTED,
	OVERLAY_OFFENDER,
	OVERLAY_BUDGET
};

enum { OVERLAY_FIRST_CAPACITY = 256 };

struct overlay overlay_make(void)
{
	return (struct overlay){.sightings = list_make(sizeof(struct change_sighting), NULL)};
}

void overlay_free(struct overlay *overlay)
{
	free(overlay->entries);
	list_free(&overlay->sightings);
	*overlay = overlay_make();
}

void overlay_clear(struct overlay *overlay)
{
	if (overlay->used)
		memset(overlay->entries, 0, overlay->capacity * sizeof *overlay->entries);
	overlay->used = 0;
	overlay->sightings.count = 0;
	overlay->bootstrapped = false;
	overlay->outbound_day = 0;
}

/* The keys are keyed hashes already: mixing them needs no secret. Never 0. */
static uint64_t entry_key(enum overlay_kind kind, uint64_t a, uint64_t b)
{
	uint64_t key = (a ^ (b << 31 | b >> 33)) * 0x9e3779b97f4a7c15U + (uint64_t)kind * 0xbf58476d1ce4e5b9U;

	key ^= key >> 29;
	return key ? key : 1;
}

/* The place of `key`: its entry, or the free one where it would go. There is always a free one. */
static struct overlay_entry *place(struct overlay_entry *entries, size_t capacity, uint64_t key)
{
	size_t at = (size_t)key & (capacity - 1);

	while (entries[at].key && entries[at].key != key)
		at = (at + 1) & (capacity - 1);
	return &entries[at];
}

static const struct overlay_entry *find(const struct overlay *overlay, enum overlay_kind kind, uint64_t a, uint64_t b)
{
	uint64_t key = entry_key(kind, a, b);
	const struct overlay_entry *entry;

	if (!overlay || !overlay->used)
		return NULL;
	entry = place(overlay->entries, overlay->capacity, key);
	return entry->key ? entry : NULL;
}

static bool grow(struct overlay *overlay)
{
	size_t capacity = overlay->capacity ? overlay->capacity * 2 : OVERLAY_FIRST_CAPACITY;
	struct overlay_entry *entries = calloc(capacity, sizeof *entries);

	if (!entries)
		return false;
	for (size_t i = 0; i < overlay->capacity; i++)
		if (overlay->entries[i].key)
			*place(entries, capacity, overlay->entries[i].key) = overlay->entries[i];
	free(overlay->entries);
	overlay->entries = entries;
	overlay->capacity = capacity;
	return true;
}

/* The entry, made when it is not there; NULL when out of memory. Valid until the next call. */
static struct overlay_entry *take(struct overlay *overlay, enum overlay_kind kind, uint64_t a, uint64_t b)
{
	struct overlay_entry *entry;

	if (overlay->used * 4 >= overlay->capacity * 3 && !grow(overlay))
		return NULL;
	entry = place(overlay->entries, overlay->capacity, entry_key(kind, a, b));
	if (!entry->key) {
		entry->key = entry_key(kind, a, b);
		overlay->used++;
	}
	return entry;
}

static void raise_day(uint32_t *day, uint32_t to)
{
	if (*day < to)
		*day = to;
}

static bool add_wrote(struct overlay *overlay, const struct overlay *older, const struct change *change)
{
	const struct overlay_entry *before = find(older, OVERLAY_PAIR, change->remote, change->local);
	struct overlay_entry *entry = take(overlay, OVERLAY_PAIR, change->remote, change->local);
	bool first = change->first && change->user && !(before && before->wrote);

	if (!entry)
		return false;
	first = first && !entry->wrote;
	raise_day(&entry->wrote, change->day);
	if (!(entry = take(overlay, OVERLAY_SITE, change->remote, 0)))
		return false;
	raise_day(&entry->wrote, change->day);
	if (change->domain) {
		if (!(entry = take(overlay, OVERLAY_SITE, change->domain, 0)))
			return false;
		raise_day(&entry->wrote, change->day);
	}
	if (change->offender) {
		if (!(entry = take(overlay, OVERLAY_OFFENDER, change->offender, 0)))
			return false;
		entry->count = 0;
		entry->flag = true;
	}
	if (first) {
		if (!(entry = take(overlay, OVERLAY_BUDGET, change->user, change->day)))
			return false;
		entry->count++;
	}
	return true;
}

static bool add_received(struct overlay *overlay, const struct overlay *older, const struct change *change)
{
	const struct overlay_entry *before = find(older, OVERLAY_PAIR, change->remote, change->local);
	struct overlay_entry *entry = take(overlay, OVERLAY_PAIR, change->remote, change->local);
	bool first;

	if (!entry)
		return false;
	first = change->first && !entry->received && !(before && before->received);
	raise_day(&entry->received, change->day);
	entry = take(overlay, OVERLAY_SITE, change->remote, 0);
	if (!entry)
		return false;
	raise_day(&entry->received, change->day);
	entry->count += first;
	return true;
}

static bool add_offence(struct overlay *overlay, const struct overlay *older, const struct change *change)
{
	struct overlay_entry *entry;

	if (find(older, OVERLAY_OFFENCE_COUNTED, change->message, 0) ||
	    find(overlay, OVERLAY_OFFENCE_COUNTED, change->message, 0))
		return true;
	if (!take(overlay, OVERLAY_OFFENCE_COUNTED, change->message, 0))
		return false;
	entry = take(overlay, OVERLAY_OFFENDER, change->remote, 0);
	if (!entry)
		return false;
	entry->count++;
	return true;
}

static bool add_sighting(struct overlay *overlay, const struct change *change)
{
	struct change_sighting *seen = list_push(&overlay->sightings);

	if (!seen)
		return false;
	*seen = change->seen;
	return true;
}

bool overlay_add(struct overlay *overlay, const struct overlay *older, const struct change *change)
{
	struct overlay_entry *entry;

	switch (change->kind) {
	case CHANGE_WROTE:
		return add_wrote(overlay, older, change);
	case CHANGE_RECEIVED:
		return add_received(overlay, older, change);
	case CHANGE_SENT:
		return take(overlay, OVERLAY_SENT, change->message, 0) != NULL;
	case CHANGE_PERSON:
		return take(overlay, OVERLAY_PERSON, change->remote, change->local) != NULL;
	case CHANGE_COUNTED:
		entry = find(older, OVERLAY_COUNTED, change->message, 0) ||
				find(overlay, OVERLAY_COUNTED, change->message, 0)
			    ? NULL
			    : take(overlay, OVERLAY_COUNTED, change->message, 0);
		if (entry)
			entry->count = change->flags;
		return true;
	case CHANGE_OFFENCE:
		return add_offence(overlay, older, change);
	case CHANGE_SIGHTING:
		return add_sighting(overlay, change);
	case CHANGE_OUTBOUND:
		raise_day(&overlay->outbound_day, change->day);
		return true;
	case CHANGE_BOOTSTRAPPED:
		overlay->bootstrapped = true;
		return true;
	}
	return true;
}

static void merge_contact(const struct overlay *overlay, enum overlay_kind kind, uint64_t a, uint64_t b,
			  struct store_contact *contact)
{
	const struct overlay_entry *entry = find(overlay, kind, a, b);

	if (!entry)
		return;
	raise_day(&contact->wrote, entry->wrote);
	raise_day(&contact->received, entry->received);
	if (kind == OVERLAY_SITE)
		contact->recipients += entry->count;
}

static void answer_pairs(const struct overlay *overlay, const struct store_query *query, struct store_answer *answer)
{
	for (size_t i = 0; i < query->pair_count; i++) {
		const struct store_pair *pair = &query->pairs[i];
		const struct overlay_entry *entry = NULL;

		merge_contact(overlay, OVERLAY_PAIR, pair->remote, pair->local, &answer->relations[i].pair);
		merge_contact(overlay, OVERLAY_SITE, pair->remote, 0, &answer->relations[i].site);
		if (pair->domain)
			merge_contact(overlay, OVERLAY_SITE, pair->domain, 0, &answer->relations[i].domain);
		if (query->counted)
			entry = find(overlay, OVERLAY_COUNTED, query->counted[i], 0);
		if (entry && !answer->counted[i])
			answer->counted[i] = (uint8_t)(entry->count | COUNTED_YES);
		if (query->person && find(overlay, OVERLAY_PERSON, query->person, pair->local))
			answer->person_known = true;
		for (size_t k = 0; k < query->companion_count; k++) {
			entry = find(overlay, OVERLAY_PAIR, query->companions[k], pair->local);
			answer->companion_known |= entry && entry->wrote;
		}
	}
}

static void answer_sightings(const struct overlay *overlay, const struct sketch *sketch, struct store_answer *answer)
{
	for (size_t i = 0; i < overlay->sightings.count; i++) {
		const struct change_sighting *seen = list_at(&overlay->sightings, i);

		if (sketch_same_template(sketch, &seen->sketch))
			sightings_add(&answer->sightings, &seen->sighting);
	}
}

void overlay_answer(const struct overlay *overlay, const struct store_query *query, const struct sketch *sketch,
		    struct store_answer *answer)
{
	const struct overlay_entry *entry;

	answer_pairs(overlay, query, answer);
	for (size_t i = 0; i < query->reference_count; i++)
		answer->reference_ours |= find(overlay, OVERLAY_SENT, query->references[i], 0) != NULL;
	entry = find(overlay, OVERLAY_OFFENDER, query->offender, 0);
	if (query->offender && entry)
		answer->offences = (entry->flag ? 0 : answer->offences) + entry->count;
	answer->offence_counted |= find(overlay, OVERLAY_OFFENCE_COUNTED, query->offence_message, 0) != NULL;
	entry = find(overlay, OVERLAY_BUDGET, query->user, store_day(query->now));
	if (query->user && entry)
		answer->first_contacts += entry->count;
	if (sketch)
		answer_sightings(overlay, sketch, answer);
	answer->bootstrapped |= overlay->bootstrapped;
	if (overlay->outbound_day && !answer->outbound_days)
		answer->outbound_days = 1;
}
