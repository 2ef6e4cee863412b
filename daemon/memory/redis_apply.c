/*
 * Learning in the Redis store: a batch is a few pipelines of script steps, each of which may be repeated without harm.
 */
#include "memory/redis_store.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

enum { PIPELINE = 256 };

static void user_day(char out[64], uint64_t user, uint32_t day)
{
	if (user)
		snprintf(out, 64, "%016llx:%u", (unsigned long long)user, day);
	else
		out[0] = '\0';
}

/* The day before which something counts as never, seen from `day`. */
static int64_t cut_of(uint32_t day, uint32_t days)
{
	return day > days ? day - days : 1;
}

static void add_wrote(const struct redis_store *store, struct redis_connection *c, const struct change *change,
		      int64_t ttl)
{
	char budget[64];

	user_day(budget, change->user, change->day);
	redis_begin_step(c, store->prefix, 10);
	redis_word(c, STR("wrote"));
	redis_hash(c, change->remote);
	redis_hash(c, change->domain);
	redis_hash(c, change->local);
	redis_word(c, str_of(budget));
	redis_hash(c, change->offender);
	redis_number(c, change->day);
	redis_number(c, ttl);
	redis_number(c, change->first);
	redis_number(c, cut_of(change->day, store->store.retention.relation_days));
}

static void add_received(const struct redis_store *store, struct redis_connection *c, const struct change *change,
			 int64_t ttl)
{
	redis_begin_step(c, store->prefix, 6);
	redis_word(c, STR("received"));
	redis_hash(c, change->remote);
	redis_hash(c, change->local);
	redis_number(c, change->day);
	redis_number(c, ttl);
	redis_number(c, cut_of(change->day, store->store.retention.received_days));
}

static void add_counted(const struct redis_store *store, struct redis_connection *c, const struct change *change,
			int64_t ttl)
{
	char value[48];

	snprintf(value, sizeof value, "%u %lld", (unsigned int)change->flags, (long long)change->at);
	redis_begin_step(c, store->prefix, 4);
	redis_word(c, STR("counted"));
	redis_hash(c, change->message);
	redis_word(c, str_of(value));
	redis_number(c, ttl);
}

static void add_offence(const struct redis_store *store, struct redis_connection *c, const struct change *change,
			int64_t ttl)
{
	redis_begin_step(c, store->prefix, 6);
	redis_word(c, STR("offence"));
	redis_hash(c, change->message);
	redis_hash(c, change->remote);
	redis_number(c, change->at);
	redis_number(c, ttl);
	redis_number(c, (int64_t)store->store.retention.offence_days * SECONDS_PER_DAY);
}

static void add_sighting(const struct redis_store *store, struct redis_connection *c, const struct change *change)
{
	redis_begin_step(c, store->prefix, 8);
	redis_word(c, STR("sighting"));
	redis_sketch(c, &change->seen.sketch);
	redis_sighting(c, &change->seen.sighting);
	redis_number(c, redis_template_ttl(store));
	redis_number(c, redis_epoch(store, change->seen.sighting.at));
	redis_number(c, sketch_least_equal());
}

/* One key with a day: SENT (one hash) or PERSON (two). */
static void add_dated(const struct redis_store *store, struct redis_connection *c, struct str step, uint64_t a,
		      uint64_t b, uint32_t day, int64_t ttl)
{
	redis_begin_step(c, store->prefix, b ? 5 : 4);
	redis_word(c, step);
	redis_hash(c, a);
	if (b)
		redis_hash(c, b);
	redis_number(c, day);
	redis_number(c, ttl);
}

/* How long what a change says is kept, in days. */
static uint32_t days_kept(const struct store_retention *keep, enum change_kind kind)
{
	switch (kind) {
	case CHANGE_WROTE:
	case CHANGE_PERSON:
		return keep->relation_days;
	case CHANGE_RECEIVED:
		return keep->received_days;
	case CHANGE_SENT:
		return keep->message_days;
	case CHANGE_COUNTED:
	case CHANGE_OFFENCE:
		return keep->counted_days;
	case CHANGE_SIGHTING:
		return keep->template_days;
	case CHANGE_OUTBOUND:
	case CHANGE_BOOTSTRAPPED:
		break;
	}
	return UINT32_MAX / 2;
}

static void add_change(const struct redis_store *store, struct redis_connection *c, const struct change *change)
{
	uint32_t days = days_kept(&store->store.retention, change->kind);
	int64_t ttl = redis_ttl(change->day, days, clock_wall_seconds());

	if (ttl <= 0 && change->kind != CHANGE_BOOTSTRAPPED)
		return;
	switch (change->kind) {
	case CHANGE_WROTE:
		add_wrote(store, c, change, ttl);
		break;
	case CHANGE_RECEIVED:
		add_received(store, c, change, ttl);
		break;
	case CHANGE_SENT:
		add_dated(store, c, STR("sent"), change->message, 0, change->day, ttl);
		break;
	case CHANGE_PERSON:
		add_dated(store, c, STR("person"), change->local, change->remote, change->day, ttl);
		break;
	case CHANGE_COUNTED:
		add_counted(store, c, change, ttl);
		break;
	case CHANGE_OFFENCE:
		add_offence(store, c, change, ttl);
		break;
	case CHANGE_SIGHTING:
		add_sighting(store, c, change);
		break;
	case CHANGE_OUTBOUND:
		redis_begin_step(c, store->prefix, 2);
		redis_word(c, STR("outbound"));
		redis_number(c, change->day);
		break;
	case CHANGE_BOOTSTRAPPED:
		redis_begin_step(c, store->prefix, 1);
		redis_word(c, STR("bootstrapped"));
		break;
	}
}

/* Sends what waits in the connection; the first error of any reply. */
static enum status flush_pipeline(struct redis_connection *c)
{
	redisReply *replies[PIPELINE + 1];
	size_t count = c->expected;
	enum status status = STATUS_OK;

	if (!redis_exchange(c, replies, redis_deadline(REDIS_WRITER_MS)))
		return STATUS_UNAVAILABLE;
	for (size_t i = 0; i < count; i++) {
		if (status == STATUS_OK) {
			status = redis_reply_status(replies[i]);
			if (status != STATUS_OK)
				snprintf(c->error, sizeof c->error, "%s", replies[i]->str);
		}
		freeReplyObject(replies[i]);
	}
	return status;
}

enum status redis_apply(struct store *base, const struct change *changes, size_t count, uint64_t sequence)
{
	struct redis_store *store = (struct redis_store *)base;
	struct redis_connection *connection;
	enum status status = STATUS_OK;

	if (!redis_pool_probe(&store->pool, redis_deadline(REDIS_WRITER_MS)))
		return STATUS_UNAVAILABLE;
	connection = redis_pool_take(&store->pool, redis_deadline(REDIS_WRITER_MS));
	if (!connection)
		return STATUS_UNAVAILABLE;
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		add_change(store, connection, &changes[i]);
		if (connection->expected == PIPELINE)
			status = flush_pipeline(connection);
	}
	if (status == STATUS_OK) {
		redis_begin_step(connection, store->prefix, 3);
		redis_word(connection, STR("applied"));
		redis_hash(connection, store->instance);
		redis_number(connection, (int64_t)sequence);
		status = flush_pipeline(connection);
	}
	redis_pool_give(&store->pool, connection, status == STATUS_OK);
	return status;
}
