/*
 * What the SQLite store knows about a message: one read transaction, prepared statements.
 */
#include "memory/sqlite_store.h"

#include "base/clock.h"

#include <string.h>

struct look_up {
	struct sqlite_store *store;
	struct database *database;
	const struct store_query *query;
	struct store_answer *answer;
	uint32_t today;
};

static struct store_contact get_contact(const struct look_up *l, uint64_t remote, uint64_t local)
{
	const int64_t in[] = {(int64_t)remote, (int64_t)local};
	struct store_contact contact = {0, 0, 0, 0};
	int64_t out[4];

	if (database_get(l->database, SQL_CONTACT_GET, in, 2, out, 4))
		contact =
		    (struct store_contact){(uint32_t)out[0], (uint32_t)out[1], (uint32_t)out[2], (uint32_t)out[3]};
	return store_contact_fresh(contact, &l->store->store.retention, l->today);
}

static void get_relations(const struct look_up *l)
{
	const struct store_pair *pairs = l->query->pairs;
	struct store_relation *relations = l->answer->relations;

	for (size_t i = 0; i < l->query->pair_count; i++) {
		/* All recipients of an inbound message share the sender. */
		bool same = i > 0 && pairs[i].remote == pairs[i - 1].remote;

		relations[i].pair = get_contact(l, pairs[i].remote, pairs[i].local);
		relations[i].site = same ? relations[i - 1].site : get_contact(l, pairs[i].remote, 0);
		if (same && pairs[i].domain == pairs[i - 1].domain)
			relations[i].domain = relations[i - 1].domain;
		else if (pairs[i].domain)
			relations[i].domain = get_contact(l, pairs[i].domain, 0);
		else
			relations[i].domain = (struct store_contact){0, 0, 0, 0};
	}
}

/* True when the row of this key is there and its day not too long ago. */
static bool is_fresh(const struct look_up *l, enum sql sql, const int64_t *in, int in_count, uint32_t days_kept)
{
	int64_t day;

	return database_get(l->database, sql, in, in_count, &day, 1) && day + days_kept >= l->today;
}

static void get_thread(const struct look_up *l)
{
	for (size_t i = 0; i < l->query->reference_count && !l->answer->reference_ours; i++) {
		const int64_t in = (int64_t)l->query->references[i];

		l->answer->reference_ours = is_fresh(l, SQL_SENT_GET, &in, 1, l->store->store.retention.message_days);
	}
	for (size_t i = 0; l->query->person && i < l->query->pair_count && !l->answer->person_known; i++) {
		const int64_t in[] = {(int64_t)l->query->person, (int64_t)l->query->pairs[i].local};

		l->answer->person_known = is_fresh(l, SQL_PERSON_GET, in, 2, l->store->store.retention.relation_days);
	}
}

static void get_numbers(const struct look_up *l)
{
	const int64_t budget[] = {(int64_t)l->query->user, l->today}, offender = (int64_t)l->query->offender;
	int64_t out[2];

	if (l->query->user && database_get(l->database, SQL_BUDGET_GET, budget, 2, out, 1))
		l->answer->first_contacts = (uint32_t)out[0];
	if (l->query->offender && database_get(l->database, SQL_OFFENCE_GET, &offender, 1, out, 2))
		l->answer->offences =
		    store_offences_now((uint32_t)out[0], out[1], &l->store->store.retention, l->query->now);
}

/* Whether the message was counted before; its flags of then, or 0. */
static uint8_t get_counted(const struct look_up *l, uint64_t message)
{
	const int64_t in = (int64_t)message;
	int64_t out[2];

	if (!message || !database_get(l->database, SQL_COUNTED_GET, &in, 1, out, 2) ||
	    out[1] + (int64_t)l->store->store.retention.counted_days * SECONDS_PER_DAY < l->query->now)
		return 0;
	return (uint8_t)(out[0] | COUNTED_YES);
}

static void get_companions(const struct look_up *l)
{
	for (size_t i = 0; i < l->query->companion_count; i++)
		for (size_t k = 0; k < l->query->pair_count && !l->answer->companion_known; k++)
			l->answer->companion_known =
			    get_contact(l, l->query->companions[i], l->query->pairs[k].local).wrote != 0;
}

static void get_template(const struct look_up *l)
{
	const struct sketch *sketch = store_sketch_get(l->query->sketch);
	int64_t last = 0;

	if (!sketch)
		return;
	/* Another process may have added some: the tool, when a template was learned. */
	database_get(l->database, SQL_TEMPLATE_LAST_ID, NULL, 0, &last, 1);
	if (l->store->index_loaded && (uint64_t)last > atomic_load(&l->store->index_last_id))
		sqlite_index_update(l->store, l->database);
	if (!sqlite_template_find(l->store, l->database, sketch, &l->answer->template_id, &l->answer->template_learned,
				  &l->answer->sightings))
		l->answer->template_id = 0;
}

static void get_all(const struct look_up *l)
{
	const int64_t writer = (int64_t)l->store->instance;
	const struct store_query *query = l->query;
	int64_t applied;

	if (database_get(l->database, SQL_APPLIED_GET, &writer, 1, &applied, 1))
		l->answer->applied = (uint64_t)applied;
	get_relations(l);
	get_thread(l);
	get_numbers(l);
	if (store_overall_relation(query, l->answer->relations) != RELATION_STRANGER)
		return;
	for (size_t i = 0; query->counted && i < query->pair_count; i++)
		l->answer->counted[i] = get_counted(l, query->counted[i]);
	l->answer->offence_counted = get_counted(l, query->offence_message) != 0;
	get_companions(l);
	if (query->sketch)
		get_template(l);
}

enum status sqlite_look_up(struct store *base, const struct store_query *query, struct store_answer *answer)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	struct look_up look_up = {store, NULL, query, answer, store_day(query->now)};
	int64_t deadline = clock_monotonic_ns() + (int64_t)store->deadline_ms * 1000000;
	enum status status;

	look_up.database = readers_take(&store->readers, store->deadline_ms, &status);
	if (!look_up.database)
		return status;
	look_up.database->deadline = deadline;
	database_run(look_up.database, SQL_BEGIN_READ, NULL, 0);
	if (query->pair_count)
		memset(answer->counted, 0, query->pair_count);
	get_all(&look_up);
	answer->bootstrapped = atomic_load(&store->bootstrapped);
	answer->outbound_days = atomic_load(&store->outbound_days);
	look_up.database->deadline = 0;
	database_run(look_up.database, SQL_COMMIT, NULL, 0);
	status = database_status(look_up.database);
	if (database_is_damaged(look_up.database))
		atomic_store(&store->damaged, true);
	readers_give(&store->readers, look_up.database);
	return status;
}
