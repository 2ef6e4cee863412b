/*
 * What the tool asks of the Redis store: templates by hand, forgetting, export, import, statistics.
 */
#include "memory/redis_store.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RESTORE_PIPELINE = 200 };

/* Sends the one command that waits; its reply, to be freed, or NULL with *ret_status. */
static redisReply *ask(struct redis_store *store, struct redis_connection *c, enum status *ret_status)
{
	redisReply *reply = NULL;

	if (!redis_exchange(c, &reply, redis_deadline(REDIS_TOOL_MS))) {
		*ret_status = STATUS_UNAVAILABLE;
		notices_post(store->store.notices, NOTICE_LOOK_UP, SEVERITY_WARNING, "memory: the Redis server: %s",
			     c->error);
		return NULL;
	}
	*ret_status = redis_reply_status(reply);
	if (*ret_status == STATUS_OK)
		return reply;
	notices_post(store->store.notices, NOTICE_LOOK_UP, SEVERITY_WARNING, "memory: the Redis server: %s",
		     reply->str);
	freeReplyObject(reply);
	return NULL;
}

/* A connection for a command of the tool; NULL when there is none, and that was said. */
static struct redis_connection *take(struct redis_store *store)
{
	struct redis_connection *c = redis_pool_take(&store->pool, redis_deadline(REDIS_TOOL_MS));
	char error[160];

	if (!c) {
		redis_pool_error(&store->pool, error, sizeof error);
		notices_post(store->store.notices, NOTICE_LOOK_UP, SEVERITY_WARNING, "memory: the Redis server: %s",
			     error);
	}
	return c;
}

/* Sends the one command that waits, gives the connection back, and gives the number that was answered. */
static enum status finish(struct redis_store *store, struct redis_connection *c, int64_t *ret_number)
{
	enum status status;
	redisReply *reply = ask(store, c, &status);

	if (reply) {
		*ret_number = redis_reply_number(reply);
		freeReplyObject(reply);
	}
	redis_pool_give(&store->pool, c, status == STATUS_OK);
	return status;
}

enum status redis_learn_template(struct store *base, const struct sketch *sketch, bool learned, uint64_t *ret_id)
{
	struct redis_store *store = (struct redis_store *)base;
	struct redis_connection *c = take(store);
	enum status status;
	int64_t id = 0;

	*ret_id = 0;
	if (!c)
		return STATUS_UNAVAILABLE;
	redis_begin_step(c, store->prefix, 6);
	redis_word(c, STR("learn"));
	redis_sketch(c, sketch);
	redis_number(c, learned);
	redis_number(c, redis_epoch(store, clock_wall_seconds()));
	redis_number(c, sketch_least_equal());
	redis_number(c, redis_template_ttl(store));
	status = finish(store, c, &id);
	*ret_id = (uint64_t)id;
	return status;
}

enum status redis_mark_template(struct store *base, uint64_t id, bool learned)
{
	struct redis_store *store = (struct redis_store *)base;
	struct redis_connection *c = take(store);
	enum status status;
	int64_t found = 0;

	if (!c)
		return STATUS_UNAVAILABLE;
	redis_begin_step(c, store->prefix, 5);
	redis_word(c, STR("mark"));
	redis_number(c, (int64_t)id);
	redis_number(c, learned);
	redis_number(c, redis_epoch(store, clock_wall_seconds()));
	redis_number(c, redis_template_ttl(store));
	status = finish(store, c, &found);
	return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

/* Runs a step that walks through all keys, from cursor to cursor; adds up the numbers it answers behind the cursor. */
static enum status walk(struct redis_store *store, struct str step, uint64_t hash, int64_t *sums, size_t sum_count)
{
	struct redis_connection *c = take(store);
	char cursor[32] = "0";
	enum status status = STATUS_OK;

	if (!c)
		return STATUS_UNAVAILABLE;
	do {
		redisReply *reply;

		redis_begin_step(c, store->prefix, 4);
		redis_word(c, step);
		redis_word(c, str_of(cursor));
		redis_word(c, str_of(store->pattern));
		redis_hash(c, hash);
		reply = ask(store, c, &status);
		if (!reply)
			break;
		if (reply->type != REDIS_REPLY_ARRAY || reply->elements != sum_count + 1 ||
		    reply->element[0]->type != REDIS_REPLY_STRING)
			status = STATUS_INTERNAL;
		for (size_t i = 0; status == STATUS_OK && i < sum_count; i++)
			sums[i] += redis_reply_number(reply->element[i + 1]);
		if (status == STATUS_OK)
			snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
		freeReplyObject(reply);
	} while (status == STATUS_OK && strcmp(cursor, "0") != 0);
	redis_pool_give(&store->pool, c, status == STATUS_OK);
	return status;
}

enum status redis_forget(struct store *base, uint64_t mailbox, uint64_t *ret_count)
{
	int64_t count = 0;
	enum status status = walk((struct redis_store *)base, STR("forget"), mailbox, &count, 1);

	*ret_count = (uint64_t)count;
	return status;
}

/* used_memory of INFO: of the whole server, there is no cheaper figure. */
static uint64_t used_memory(struct redis_store *store)
{
	struct redis_connection *c = take(store);
	uint64_t bytes = 0;
	enum status status;
	redisReply *reply;
	const char *line;

	if (!c)
		return 0;
	redis_begin(c, 2);
	redis_word(c, STR("INFO"));
	redis_word(c, STR("memory"));
	reply = ask(store, c, &status);
	line = reply && reply->type == REDIS_REPLY_STRING ? strstr(reply->str, "used_memory:") : NULL;
	if (line)
		bytes = strtoull(line + strlen("used_memory:"), NULL, 10);
	if (reply)
		freeReplyObject(reply);
	redis_pool_give(&store->pool, c, status == STATUS_OK);
	return bytes;
}

enum status redis_statistics(struct store *base, struct store_statistics *ret_statistics)
{
	struct redis_store *store = (struct redis_store *)base;
	const struct store_query query = {.now = clock_wall_seconds()};
	struct store_answer answer = {.relations = NULL};
	int64_t counts[8] = {0};
	enum status status = walk(store, STR("count"), 0, counts, sizeof counts / sizeof *counts);

	if (status == STATUS_OK)
		status = redis_look_up(base, &query, &answer);
	*ret_statistics = (struct store_statistics){
	    .pairs = (uint64_t)counts[0],
	    .known = (uint64_t)counts[1],
	    .sites = (uint64_t)counts[2],
	    .sent = (uint64_t)counts[3],
	    .persons = (uint64_t)counts[4],
	    .offences = (uint64_t)counts[5],
	    .templates = (uint64_t)counts[6],
	    .learned = (uint64_t)counts[7],
	    .bootstrapped = answer.bootstrapped,
	    .outbound_days = answer.outbound_days,
	};
	if (status == STATUS_OK)
		ret_statistics->bytes = used_memory(store);
	return status;
}

enum status redis_verify(struct store *base, struct error_list *errors)
{
	struct redis_store *store = (struct redis_store *)base;
	const struct store_query query = {.now = clock_wall_seconds()};
	struct store_answer answer = {.relations = NULL};
	enum status status = redis_look_up(base, &query, &answer);
	char error[160];

	if (status == STATUS_OK)
		return STATUS_OK;
	redis_pool_error(&store->pool, error, sizeof error);
	error_add(errors, SEVERITY_ERROR, "redis", "look into the server's log", "%s", error);
	return status;
}

static void add_contact(const struct redis_store *store, struct redis_connection *c, const struct store_record *record,
			int64_t now)
{
	const struct store_retention *keep = &store->store.retention;
	const struct store_contact *contact = &record->contact;
	int64_t wrote = contact->wrote ? redis_ttl(contact->wrote, keep->relation_days, now) : 0;
	int64_t received = contact->received ? redis_ttl(contact->received, keep->received_days, now) : 0;
	int64_t ttl = wrote > received ? wrote : received;
	char local[24];

	if (ttl <= 0)
		return;
	snprintf(local, sizeof local, "%016" PRIx64, record->b);
	redis_begin_step(c, store->prefix, 8);
	redis_word(c, STR("contact"));
	redis_hash(c, record->a);
	redis_word(c, str_of(local));
	redis_number(c, contact->wrote);
	redis_number(c, contact->received);
	redis_number(c, contact->recipients);
	redis_number(c, contact->answers);
	redis_number(c, ttl);
}

static void add_dated(const struct redis_store *store, struct redis_connection *c, const struct store_record *record,
		      int64_t now)
{
	const struct store_retention *keep = &store->store.retention;
	bool person = record->kind == RECORD_PERSON;
	int64_t ttl = redis_ttl(record->day, person ? keep->relation_days : keep->message_days, now);

	if (ttl <= 0)
		return;
	redis_begin_step(c, store->prefix, person ? 5 : 4);
	redis_word(c, person ? STR("person") : STR("sent"));
	if (person)
		redis_hash(c, record->b);
	redis_hash(c, record->a);
	redis_number(c, record->day);
	redis_number(c, ttl);
}

static void add_offences(const struct redis_store *store, struct redis_connection *c, const struct store_record *record,
			 int64_t now)
{
	int64_t span = (int64_t)store->store.retention.offence_days * SECONDS_PER_DAY;
	int64_t ttl = record->at + span * record->count - now;

	if (ttl <= 0)
		return;
	redis_begin_step(c, store->prefix, 5);
	redis_word(c, STR("offences"));
	redis_hash(c, record->a);
	redis_number(c, record->count);
	redis_number(c, record->at);
	redis_number(c, ttl);
}

static void add_template(const struct redis_store *store, struct redis_connection *c, const struct store_record *record,
			 int64_t now)
{
	redis_begin_step(c, store->prefix, 6 + 3 * record->sightings.count);
	redis_word(c, STR("template"));
	redis_sketch(c, &record->sketch);
	redis_number(c, record->flag);
	redis_number(c, redis_epoch(store, now));
	redis_number(c, sketch_least_equal());
	redis_number(c, redis_template_ttl(store));
	for (size_t i = 0; i < record->sightings.count; i++)
		redis_sighting(c, &record->sightings.items[i]);
}

static void add_record(const struct redis_store *store, struct redis_connection *c, const struct store_record *record)
{
	int64_t now = clock_wall_seconds();

	switch (record->kind) {
	case RECORD_CONTACT:
		add_contact(store, c, record, now);
		break;
	case RECORD_SENT:
	case RECORD_PERSON:
		add_dated(store, c, record, now);
		break;
	case RECORD_OFFENCE:
		add_offences(store, c, record, now);
		break;
	case RECORD_TEMPLATE:
		add_template(store, c, record, now);
		break;
	case RECORD_LEARNING:
		redis_begin_step(c, store->prefix, 3);
		redis_word(c, STR("learning"));
		redis_number(c, record->flag);
		redis_number(c, record->day);
		break;
	}
}

static enum status flush_pipeline(struct redis_connection *c)
{
	redisReply *replies[RESTORE_PIPELINE];
	size_t count = c->expected;
	enum status status = STATUS_OK;

	if (count == 0)
		return STATUS_OK;
	if (!redis_exchange(c, replies, redis_deadline(REDIS_TOOL_MS)))
		return STATUS_UNAVAILABLE;
	for (size_t i = 0; i < count; i++) {
		if (status == STATUS_OK)
			status = redis_reply_status(replies[i]);
		freeReplyObject(replies[i]);
	}
	return status;
}

enum status redis_restore(struct store *base, const struct store_record *records, size_t count)
{
	struct redis_store *store = (struct redis_store *)base;
	struct redis_connection *c = take(store);
	enum status status = STATUS_OK;

	if (!c)
		return STATUS_UNAVAILABLE;
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		add_record(store, c, &records[i]);
		if (c->expected == RESTORE_PIPELINE || i + 1 == count)
			status = flush_pipeline(c);
	}
	redis_pool_give(&store->pool, c, status == STATUS_OK);
	return status;
}
