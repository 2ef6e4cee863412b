/*
 * tally - how often each field name that may have to be removed came with a message.
 *
 * A milter removes a header field by its name and its number among the fields of that name (case ignored), so every
 * one of them must be counted, however many a sender piles up. Lives in the message's arena; not thread-safe.
 */
#ifndef COLDSHOULDER_MILTER_TALLY_H
#define COLDSHOULDER_MILTER_TALLY_H

#include "base/list.h"
#include "base/str.h"

struct tally_entry {
	struct str name; /* as first seen; NUL-terminated */
	int count;       /* fields of this name, whatever their case */
};

struct tally {
	struct list entries; /* of struct tally_entry */
	bool sorted;
};

struct tally tally_make(struct arena *arena);

/* Counts one field. False when out of memory: the tally is incomplete then. */
bool tally_add(struct tally *tally, struct str name);

/* The entries, one a name, in alphabetical order; valid until the next tally_add(). */
const struct tally_entry *tally_entries(struct tally *tally, size_t *ret_count);

#endif
