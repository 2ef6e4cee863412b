#include "memory/memory.h"

#include "memory/memory_state.h"

/* A sighting of this message by one recipient. */
static struct sighting own_sighting(const struct memory_keys *keys, const struct store_pair *pair)
{
	if (keys->query.outbound)
		return (struct sighting){(uint32_t)pair->remote, (uint32_t)keys->query.user, (uint32_t)pair->domain,
					 (uint32_t)keys->query.now};
	return (struct sighting){(uint32_t)pair->local, (uint32_t)pair->remote, (uint32_t)keys->sender_domain,
				 (uint32_t)keys->query.now};
}

/* Asks the store, then adds what waits to be written to it. */
static bool ask(struct memory *memory, struct memory_keys *keys)
{
	const struct store_operations *operations = memory->store->operations;
	const struct sketch *sketch = NULL;
	enum status status = operations->look_up(memory->store, &keys->query, &keys->answer);

	atomic_fetch_add(&memory->look_ups, 1);
	if (status != STATUS_OK) {
		atomic_fetch_add(&memory->unavailable, 1);
		atomic_store(&memory->down, true);
		notices_post(&memory->notices, NOTICE_LOOK_UP, SEVERITY_WARNING,
			     "memory: the %s store cannot be asked, relations are unknown: %s", operations->name,
			     status_name(status));
		return false;
	}
	if (atomic_load(&memory->down) && atomic_exchange(&memory->down, false))
		notices_settle(&memory->notices, NOTICE_LOOK_UP, "memory: the store can be asked again");
	if (keys->query.sketch && store_overall_relation(&keys->query, keys->answer.relations) == RELATION_STRANGER)
		sketch = store_sketch_get(keys->query.sketch);
	writer_answer(memory->writer, &keys->query, sketch, &keys->answer);
	return true;
}

static bool set_relations(const struct memory_keys *keys, const struct memory_query *query, struct arena *arena,
			  struct memory_answer *ret)
{
	size_t count = query->recipient_count;
	enum relation *relations = arena_calloc(arena, count + 1, sizeof *relations);

	ret->recipient_relations = relations;
	if (!relations || !ret->asked)
		return relations != NULL;
	for (size_t i = 0; i < count; i++)
		relations[i] = store_relation_of(&keys->answer.relations[i], keys->query.scope, keys->query.outbound);
	ret->relation = store_overall_relation(&keys->query, keys->answer.relations);
	/* Whoever forges an address is not the one who has it. */
	if (!query->outbound && query->auth == AUTH_FAIL) {
		for (size_t i = 0; i < count; i++)
			relations[i] = RELATION_UNKNOWN;
		ret->relation = RELATION_UNKNOWN;
	}
	return true;
}

static void set_history(const struct memory_keys *keys, struct memory_answer *ret)
{
	const struct store_answer *answer = &keys->answer;
	const struct store_contact *site = &answer->relations[0].site;
	size_t new_recipients = 0, duplicates = 0;

	for (size_t i = 0; i < keys->query.pair_count; i++) {
		const struct store_contact *pair = &answer->relations[i].pair;
		uint8_t counted = answer->counted[i];

		ret->received_before |= counted ? (counted & COUNTED_RECEIVED_BEFORE) != 0 : pair->received != 0;
		duplicates += counted != 0;
		new_recipients += keys->query.pairs[i].local && !pair->received;
	}
	ret->duplicate = duplicates == keys->query.pair_count;
	ret->reply_to_ours = answer->reference_ours;
	ret->answered = site->answers > 0;
	ret->followup =
	    ret->relation == RELATION_STRANGER && ret->received_before && !ret->answered && !ret->reply_to_ours;
	ret->contacted = site->recipients + (unsigned int)new_recipients;
	ret->answers = site->answers;
	ret->offences = answer->offences - (answer->offences && answer->offence_counted);
	ret->cc_known = answer->companion_known;
	ret->person_known = answer->person_known;
}

static void set_first_contacts(const struct memory_keys *keys, struct memory_answer *ret)
{
	for (size_t i = 0; i < keys->query.pair_count; i++)
		ret->first_contacts += store_is_first_contact(&keys->answer.relations[i], keys->query.scope);
	ret->first_contacts_today = keys->answer.first_contacts + ret->first_contacts;
}

static void set_template(const struct memory *memory, struct memory_keys *keys, struct memory_answer *ret)
{
	int64_t since = keys->query.now - (int64_t)memory->settings.template_window_days * SECONDS_PER_DAY;
	struct sightings sightings = keys->answer.sightings;
	struct sighting_counts counts;

	if (ret->relation != RELATION_STRANGER || !keys->query.sketch || !store_sketch_get(keys->query.sketch))
		return;
	for (size_t i = 0; i < keys->query.pair_count; i++) {
		const struct store_pair *pair = &keys->query.pairs[i];
		struct sighting own = own_sighting(keys, pair);
		enum relation relation =
		    store_relation_of(&keys->answer.relations[i], keys->query.scope, keys->query.outbound);

		if ((keys->query.outbound ? pair->remote : pair->local) && relation == RELATION_STRANGER)
			sightings_add(&sightings, &own);
	}
	counts = sightings_count(&sightings, since);
	ret->template_fits = true;
	ret->template_id = keys->answer.template_id;
	ret->template_learned = keys->answer.template_learned;
	ret->template_seen = counts.recipients;
	ret->template_senders = counts.senders;
	ret->template_domains = counts.domains;
}

enum status memory_look_up(struct memory *memory, const struct memory_query *query, struct arena *arena,
			   struct memory_answer *ret_answer)
{
	struct memory_keys *keys;

	*ret_answer = (struct memory_answer){.relation = RELATION_UNKNOWN};
	keys = memory_keys_make(memory, query, arena);
	if (!keys)
		return STATUS_NO_MEMORY;
	ret_answer->keys = keys;
	ret_answer->asked = keys->answered = ask(memory, keys);
	if (!set_relations(keys, query, arena, ret_answer)) {
		*ret_answer = (struct memory_answer){.relation = RELATION_UNKNOWN};
		return STATUS_NO_MEMORY;
	}
	if (!query->outbound && query->sender.mailbox.n) {
		struct str domain = address_domain(query->sender.mailbox, arena);

		ret_answer->freemail = memory->freemail && freemail_contains(memory->freemail, domain);
	}
	keys->relation = ret_answer->relation;
	if (!ret_answer->asked)
		return STATUS_OK;
	if (query->outbound)
		set_first_contacts(keys, ret_answer);
	else
		set_history(keys, ret_answer);
	set_template(memory, keys, ret_answer);
	ret_answer->bootstrapped = keys->answer.bootstrapped;
	ret_answer->outbound_days = keys->answer.outbound_days;
	return STATUS_OK;
}
