#include "milter/tally.h"

#include <stdlib.h>

struct tally tally_make(struct arena *arena)
{
	return (struct tally){.entries = list_make(sizeof(struct tally_entry), arena)};
}

bool tally_add(struct tally *tally, struct str name)
{
	size_t count = tally->entries.count;
	struct tally_entry *entry = count ? list_at(&tally->entries, count - 1) : NULL;
	char *copy;

	/* Forged copies mostly come in a row. */
	if (entry && str_equal_nocase(entry->name, name)) {
		entry->count++;
		return true;
	}
	copy = arena_strndup(tally->entries.arena, name.p, name.n);
	entry = copy ? list_push(&tally->entries) : NULL;
	if (!entry)
		return false;
	*entry = (struct tally_entry){.name = {copy, name.n}, .count = 1};
	tally->sorted = false;
	return true;
}

static int compare_names(const void *a, const void *b)
{
	const struct str x = ((const struct tally_entry *)a)->name;
	const struct str y = ((const struct tally_entry *)b)->name;

	for (size_t i = 0; i < x.n && i < y.n; i++) {
		int difference = ascii_lower(x.p[i]) - ascii_lower(y.p[i]);

		if (difference)
			return difference;
	}
	return (x.n > y.n) - (x.n < y.n);
}

static void merge_equal_names(struct list *entries)
{
	struct tally_entry *all = entries->items;
	size_t kept = 0;

	for (size_t i = 1; i < entries->count; i++) {
		if (str_equal_nocase(all[kept].name, all[i].name))
			all[kept].count += all[i].count;
		else
			all[++kept] = all[i];
	}
	if (entries->count)
		entries->count = kept + 1;
}

const struct tally_entry *tally_entries(struct tally *tally, size_t *ret_count)
{
	if (!tally->sorted && tally->entries.count > 1) {
		qsort(tally->entries.items, tally->entries.count, sizeof(struct tally_entry), compare_names);
		merge_equal_names(&tally->entries);
	}
	tally->sorted = true;
	*ret_count = tally->entries.count;
	return tally->entries.items;
}
