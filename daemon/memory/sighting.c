#include "memory/sighting.h"

bool sightings_add(struct sightings *sightings, const struct sighting *sighting)
{
	size_t oldest = 0;

	for (size_t i = 0; i < sightings->count; i++) {
		struct sighting *item = &sightings->items[i];

		if (item->recipient == sighting->recipient && item->sender == sighting->sender) {
			if (item->at >= sighting->at)
				return false;
			item->at = sighting->at;
			return true;
		}
		if (item->at < sightings->items[oldest].at)
			oldest = i;
	}
	if (sightings->count < SIGHTINGS_MAX)
		sightings->items[sightings->count++] = *sighting;
	else if (sightings->items[oldest].at < sighting->at)
		sightings->items[oldest] = *sighting;
	else
		return false;
	return true;
}

bool sightings_forget(struct sightings *sightings, uint32_t person)
{
	size_t kept = 0, before = sightings->count;

	for (size_t i = 0; i < before; i++)
		if (sightings->items[i].recipient != person && sightings->items[i].sender != person)
			sightings->items[kept++] = sightings->items[i];
	sightings->count = kept;
	return kept < before;
}

/* True when `value` is not among the first `count` of `seen`; it is added then. */
static bool is_new(uint32_t *seen, unsigned int count, uint32_t value)
{
	for (unsigned int i = 0; i < count; i++)
		if (seen[i] == value)
			return false;
	seen[count] = value;
	return true;
}

struct sighting_counts sightings_count(const struct sightings *sightings, int64_t since)
{
	uint32_t recipients[SIGHTINGS_MAX], senders[SIGHTINGS_MAX], domains[SIGHTINGS_MAX];
	struct sighting_counts counts = {0, 0, 0};

	for (size_t i = 0; i < sightings->count; i++) {
		const struct sighting *item = &sightings->items[i];

		if ((int64_t)item->at < since)
			continue;
		counts.recipients += is_new(recipients, counts.recipients, item->recipient);
		counts.senders += is_new(senders, counts.senders, item->sender);
		counts.domains += is_new(domains, counts.domains, item->domain);
	}
	return counts;
}

uint32_t sightings_newest(const struct sightings *sightings)
{
	uint32_t newest = 0;

	for (size_t i = 0; i < sightings->count; i++)
		if (sightings->items[i].at > newest)
			newest = sightings->items[i].at;
	return newest;
}
