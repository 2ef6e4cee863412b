/*
 * person - a display name as a key: "Doe, Jane", "Jane Doe (ACME)" and "Jane Doe via LinkedIn" are one person.
 */
#ifndef COLDSHOULDER_MEMORY_PERSON_H
#define COLDSHOULDER_MEMORY_PERSON_H

#include "base/arena.h"
#include "memory/key.h"

/*
 * The keyed hash of a display name (UTF-8): folded, without what stands in brackets, punctuation, and "via LinkedIn" at
 * its end; the words sorted. 0 when fewer than two words are left (one word is no person), or when out of memory.
 */
uint64_t person_key(const struct key *key, struct str display, struct arena *arena);

#endif
