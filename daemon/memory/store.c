#include "memory/store.h"

const struct sketch *store_sketch_get(struct store_sketch *sketch)
{
	if (!sketch->tried) {
		sketch->tried = true;
		sketch->fits = template_sketch(sketch->key, sketch->text, &sketch->sketch);
	}
	return sketch->fits ? &sketch->sketch : NULL;
}

uint32_t store_day(int64_t seconds)
{
	return seconds > 0 ? (uint32_t)(seconds / SECONDS_PER_DAY) + 1 : 1;
}

static uint32_t fresh_day(uint32_t day, uint32_t days_kept, uint32_t today)
{
	return day && day + days_kept >= today ? day : 0;
}

struct store_contact store_contact_fresh(struct store_contact contact, const struct store_retention *retention,
					 uint32_t today)
{
	contact.wrote = fresh_day(contact.wrote, retention->relation_days, today);
	contact.received = fresh_day(contact.received, retention->received_days, today);
	if (!contact.received)
		contact.recipients = contact.answers = 0;
	return contact;
}

uint32_t store_offences_now(uint32_t count, int64_t at, const struct store_retention *retention, int64_t now)
{
	int64_t span = (int64_t)retention->offence_days * SECONDS_PER_DAY;
	int64_t forgiven = span > 0 && now > at ? (now - at) / span : 0;

	return forgiven >= (int64_t)count ? 0 : count - (uint32_t)forgiven;
}

enum relation store_relation_of(const struct store_relation *relation, enum relation_scope scope, bool outbound)
{
	if (relation->pair.wrote)
		return relation->pair.received ? RELATION_MUTUAL : RELATION_KNOWN;
	/* Who answers somebody approaches nobody. */
	if (outbound && relation->pair.received)
		return RELATION_KNOWN;
	if (scope >= RELATION_SCOPE_SITE && relation->site.wrote)
		return RELATION_KNOWN;
	if (scope >= RELATION_SCOPE_DOMAIN && relation->domain.wrote)
		return RELATION_KNOWN;
	return RELATION_STRANGER;
}

bool store_is_first_contact(const struct store_relation *relation, enum relation_scope scope)
{
	enum relation_scope widest = scope < RELATION_SCOPE_SITE ? scope : RELATION_SCOPE_SITE;

	return store_relation_of(relation, widest, true) == RELATION_STRANGER;
}

enum relation store_overall_relation(const struct store_query *query, const struct store_relation *relations)
{
	enum relation overall = RELATION_STRANGER;

	for (size_t i = 0; i < query->pair_count; i++) {
		enum relation one = store_relation_of(&relations[i], query->scope, query->outbound);

		if (i == 0 || (query->outbound ? one < overall : one > overall))
			overall = one;
	}
	return overall;
}
