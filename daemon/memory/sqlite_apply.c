/*
 * Learning in the SQLite store: one batch, one transaction.
 */
#include "memory/sqlite_store.h"

#include "base/clock.h"
#include "base/list.h"

struct new_template {
	uint64_t id;
	struct sketch sketch;
};

struct batch_writer {
	struct sqlite_store *store;
	struct database *database;
	struct list new_templates; /* of struct new_template: to be taken back when the transaction fails */
};

static struct store_contact get_contact(const struct batch_writer *w, uint64_t remote, uint64_t local)
{
	const int64_t in[] = {(int64_t)remote, (int64_t)local};
	int64_t out[4];

	if (!database_get(w->database, SQL_CONTACT_GET, in, 2, out, 4))
		return (struct store_contact){0, 0, 0, 0};
	return (struct store_contact){(uint32_t)out[0], (uint32_t)out[1], (uint32_t)out[2], (uint32_t)out[3]};
}

static void set_contact(const struct batch_writer *w, uint64_t remote, uint64_t local, struct store_contact contact)
{
	const int64_t in[] = {(int64_t)remote,  (int64_t)local,     contact.wrote,
			      contact.received, contact.recipients, contact.answers};

	database_run(w->database, SQL_CONTACT_SET, in, 6);
}

/* Our side wrote to a domain, or to a mailbox from anywhere here. */
static void raise_wrote(const struct batch_writer *w, uint64_t remote, uint32_t day, bool answer)
{
	struct store_contact site = get_contact(w, remote, 0);

	if (site.wrote >= day && !answer)
		return;
	site.wrote = site.wrote > day ? site.wrote : day;
	site.answers += answer;
	set_contact(w, remote, 0, site);
}

static void apply_wrote(const struct batch_writer *w, const struct change *change)
{
	struct store_contact pair = get_contact(w, change->remote, change->local);
	bool first = !store_contact_fresh(pair, &w->store->store.retention, change->day).wrote;

	if (change->first && first && change->user) {
		const int64_t in[] = {(int64_t)change->user, change->day};

		database_run(w->database, SQL_BUDGET_ADD, in, 2);
	}
	if (pair.wrote < change->day) {
		pair.wrote = change->day;
		set_contact(w, change->remote, change->local, pair);
	}
	raise_wrote(w, change->remote, change->day, first && pair.received);
	if (change->domain)
		raise_wrote(w, change->domain, change->day, false);
	if (change->offender) {
		const int64_t in = (int64_t)change->offender;

		database_run(w->database, SQL_OFFENCE_DELETE, &in, 1);
	}
}

static void apply_received(const struct batch_writer *w, const struct change *change)
{
	struct store_contact pair = get_contact(w, change->remote, change->local);
	bool first = !store_contact_fresh(pair, &w->store->store.retention, change->day).received;
	struct store_contact site;

	if (pair.received >= change->day)
		return;
	pair.received = change->day;
	set_contact(w, change->remote, change->local, pair);
	site = get_contact(w, change->remote, 0);
	if (!first && site.received >= change->day)
		return;
	/* After a long silence the count begins anew. */
	if (!store_contact_fresh(site, &w->store->store.retention, change->day).received)
		site.recipients = site.answers = 0;
	site.received = change->day;
	site.recipients += first;
	set_contact(w, change->remote, 0, site);
}

static void apply_offence(const struct batch_writer *w, const struct change *change)
{
	const int64_t counted[] = {(int64_t)change->message, 0, change->at}, offender = (int64_t)change->remote;
	int64_t old[2], count = 0;

	database_run(w->database, SQL_COUNTED_ADD, counted, 3);
	if (w->database->error || sqlite3_changes(w->database->handle) == 0)
		return;
	if (database_get(w->database, SQL_OFFENCE_GET, &offender, 1, old, 2))
		count = store_offences_now((uint32_t)old[0], old[1], &w->store->store.retention, change->at);
	database_run(w->database, SQL_OFFENCE_SET, (const int64_t[]){offender, count + 1, change->at}, 3);
}

/* Remembers a template whose row this transaction makes. */
static void note_new_template(struct batch_writer *w, uint64_t id, const struct sketch *sketch)
{
	struct new_template *new_template = list_push(&w->new_templates);

	if (!new_template || !template_index_add(w->store->index, id, sketch)) {
		database_check(w->database, SQLITE_NOMEM);
		return;
	}
	*new_template = (struct new_template){id, *sketch};
	atomic_store(&w->store->index_last_id, id);
}

static void apply_sighting(struct batch_writer *w, const struct change_sighting *seen)
{
	struct sightings sightings = {.count = 0};
	sqlite3_stmt *statement;
	bool learned;
	uint64_t id;

	if (!sqlite_template_find(w->store, w->database, &seen->sketch, &id, &learned, &sightings)) {
		sightings_add(&sightings, &seen->sighting);
		id = sqlite_template_add(w->store, &seen->sketch, false, &sightings, seen->sighting.at);
		if (id)
			note_new_template(w, id, &seen->sketch);
		return;
	}
	if (!sightings_add(&sightings, &seen->sighting))
		return;
	statement = database_statement(w->database, SQL_TEMPLATE_SET,
				       (const int64_t[]){(int64_t)id, learned, sightings_newest(&sightings)}, 3);
	sqlite_bind_sightings(w->database, statement, 4, &sightings);
	database_step(w->database, statement);
	if (statement)
		sqlite3_reset(statement);
}

static void apply_learning(const struct batch_writer *w, bool bootstrapped, uint32_t outbound_day)
{
	int64_t learning[3];

	if (!database_get(w->database, SQL_LEARNING_GET, NULL, 0, learning, 3))
		return;
	if ((!bootstrapped || learning[0]) && (!outbound_day || outbound_day <= learning[2]))
		return;
	learning[0] = learning[0] || bootstrapped;
	if (outbound_day > learning[2]) {
		learning[1]++;
		learning[2] = outbound_day;
	}
	database_run(w->database, SQL_LEARNING_SET, learning, 3);
}

static void apply_change(struct batch_writer *w, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_WROTE:
		apply_wrote(w, change);
		break;
	case CHANGE_RECEIVED:
		apply_received(w, change);
		break;
	case CHANGE_SENT:
		database_run(w->database, SQL_SENT_SET, (const int64_t[]){(int64_t)change->message, change->day}, 2);
		break;
	case CHANGE_PERSON:
		database_run(w->database, SQL_PERSON_SET,
			     (const int64_t[]){(int64_t)change->remote, (int64_t)change->local, change->day}, 3);
		break;
	case CHANGE_COUNTED:
		database_run(w->database, SQL_COUNTED_ADD,
			     (const int64_t[]){(int64_t)change->message, change->flags, change->at}, 3);
		break;
	case CHANGE_OFFENCE:
		apply_offence(w, change);
		break;
	case CHANGE_SIGHTING:
		apply_sighting(w, &change->seen);
		break;
	case CHANGE_OUTBOUND:
		/* Asked for each message, new once a day. */
		if (change->day > w->store->outbound_day)
			apply_learning(w, false, change->day);
		break;
	case CHANGE_BOOTSTRAPPED:
		apply_learning(w, true, 0);
		break;
	}
}

static bool applied_before(const struct batch_writer *w, uint64_t sequence)
{
	const int64_t writer = (int64_t)w->store->instance;
	int64_t applied = 0;

	return database_get(w->database, SQL_APPLIED_GET, &writer, 1, &applied, 1) && (uint64_t)applied >= sequence;
}

static void take_back_templates(struct batch_writer *w, uint64_t last_id)
{
	for (size_t i = 0; i < w->new_templates.count; i++) {
		const struct new_template *template = list_at(&w->new_templates, i);

		template_index_remove(w->store->index, template->id, &template->sketch);
	}
	atomic_store(&w->store->index_last_id, last_id);
}

static enum status apply_batch(struct sqlite_store *store, const struct change *changes, size_t count,
			       uint64_t sequence)
{
	struct batch_writer w = {
	    .store = store, .database = &store->writer, .new_templates = list_make(sizeof(struct new_template), NULL)};
	uint64_t last_id;
	enum status status;

	database_run(w.database, SQL_BEGIN_WRITE, NULL, 0);
	store->index_loaded = sqlite_index_update(store, w.database);
	last_id = atomic_load(&store->index_last_id);
	if (!applied_before(&w, sequence)) {
		for (size_t i = 0; i < count && !w.database->error; i++)
			apply_change(&w, &changes[i]);
		database_run(w.database, SQL_APPLIED_SET,
			     (const int64_t[]){(int64_t)store->instance, (int64_t)sequence, clock_wall_seconds()}, 3);
	}
	database_run(w.database, SQL_COMMIT, NULL, 0);
	status = database_status(w.database);
	if (status != STATUS_OK) {
		take_back_templates(&w, last_id);
		status = sqlite_store_failed(store);
	} else {
		sqlite_store_read_learning(store);
	}
	list_free(&w.new_templates);
	return status;
}

enum status sqlite_apply(struct store *base, const struct change *changes, size_t count, uint64_t sequence)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	enum status status = STATUS_UNAVAILABLE;

	pthread_mutex_lock(&store->write_lock);
	if (sqlite_store_ready(store))
		status = apply_batch(store, changes, count, sequence);
	pthread_mutex_unlock(&store->write_lock);
	return status;
}
