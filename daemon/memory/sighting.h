/*
 * sighting - who got a text made from one template, from whom, and when. Pure.
 */
#ifndef COLDSHOULDER_MEMORY_SIGHTING_H
#define COLDSHOULDER_MEMORY_SIGHTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More sightings of one template than this are not told apart: the oldest give way. */
enum { SIGHTINGS_MAX = 64 };

/* Halves of keyed hashes: enough to tell a few dozen apart. */
struct sighting {
	uint32_t recipient;
	uint32_t sender;
	uint32_t domain; /* of the sender */
	uint32_t at;     /* seconds since 1970 */
};

struct sightings {
	struct sighting items[SIGHTINGS_MAX];
	size_t count;
};

struct sighting_counts {
	unsigned int recipients;
	unsigned int senders;
	unsigned int domains;
};

/* Adds one, or renews the one of the same sender and recipient. True when anything changed. */
bool sightings_add(struct sightings *sightings, const struct sighting *sighting);

/* Removes those whose sender or recipient is `person`; true when there were any. */
bool sightings_forget(struct sightings *sightings, uint32_t person);

/* How many different ones there are at or behind `since` (seconds since 1970). */
struct sighting_counts sightings_count(const struct sightings *sightings, int64_t since);

/* Seconds since 1970 of the newest one; 0 when there is none. */
uint32_t sightings_newest(const struct sightings *sightings);

#endif
