/*
 * What the Redis store knows about a message: one round trip.
 */
#include "memory/redis_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_VALUES = 13, PAIR_VALUES = 8 };

static void add_query(const struct redis_store *store, struct redis_connection *c, const struct store_query *query)
{
	const struct store_retention *keep = &store->store.retention;
	const struct sketch *sketch = query->sketch ? store_sketch_get(query->sketch) : NULL;
	int64_t today = store_day(query->now);
	char budget[64] = "";

	redis_begin_step(c, store->prefix,
			 16 + 4 * query->pair_count + query->companion_count + query->reference_count);
	redis_word(c, STR("look_up"));
	redis_hash(c, store->instance);
	redis_number(c, query->outbound);
	redis_number(c, query->scope);
	/* Days begin at 1: the least cut keeps what never was from counting. */
	redis_number(c, today > keep->relation_days ? today - keep->relation_days : 1);
	redis_number(c, today > keep->received_days ? today - keep->received_days : 1);
	redis_hash(c, query->person);
	redis_hash(c, query->offender);
	if (query->user)
		snprintf(budget, sizeof budget, "%016llx:%lld", (unsigned long long)query->user, (long long)today);
	redis_word(c, str_of(budget));
	redis_hash(c, query->offence_message);
	redis_number(c, (int64_t)query->pair_count);
	redis_number(c, (int64_t)query->companion_count);
	redis_number(c, (int64_t)query->reference_count);
	if (sketch)
		redis_sketch(c, sketch);
	else
		redis_word(c, STR(""));
	redis_number(c, redis_epoch(store, query->now));
	redis_number(c, sketch_least_equal());
	for (size_t i = 0; i < query->pair_count; i++) {
		redis_hash(c, query->pairs[i].remote);
		redis_hash(c, query->pairs[i].domain);
		redis_hash(c, query->pairs[i].local);
		redis_hash(c, query->counted ? query->counted[i] : 0);
	}
	for (size_t i = 0; i < query->companion_count; i++)
		redis_hash(c, query->companions[i]);
	for (size_t i = 0; i < query->reference_count; i++)
		redis_hash(c, query->references[i]);
}

static uint32_t value(const redisReply *reply, size_t index)
{
	return (uint32_t)redis_reply_number(reply->element[index]);
}

/* "FLAGS TIME" of a counted message; 0 when it was not, or too long ago. */
static uint8_t read_counted(const struct redis_store *store, const redisReply *reply, int64_t now)
{
	int64_t kept = (int64_t)store->store.retention.counted_days * SECONDS_PER_DAY;
	unsigned int flags;
	long long at;

	if (reply->type != REDIS_REPLY_STRING || sscanf(reply->str, "%u %lld", &flags, &at) != 2 || at + kept < now)
		return 0;
	return (uint8_t)(flags | COUNTED_YES);
}

static void read_pair(const struct redis_store *store, const redisReply *reply, size_t at, int64_t now,
		      struct store_relation *relation, uint8_t *counted)
{
	const struct store_retention *keep = &store->store.retention;
	uint32_t today = store_day(now);

	relation->pair = store_contact_fresh(
	    (struct store_contact){.wrote = value(reply, at), .received = value(reply, at + 1)}, keep, today);
	relation->site = store_contact_fresh((struct store_contact){value(reply, at + 2), value(reply, at + 3),
								    value(reply, at + 4), value(reply, at + 5)},
					     keep, today);
	relation->domain = store_contact_fresh((struct store_contact){.wrote = value(reply, at + 6)}, keep, today);
	*counted = read_counted(store, reply->element[at + 7], now);
}

/* "RECIPIENT SENDER DOMAIN TIME": two halves of 8 digits, 8 digits, a number. */
static void read_sighting(const redisReply *reply, struct sightings *sightings)
{
	struct sighting sighting;

	if (reply->type == REDIS_REPLY_STRING && sscanf(reply->str, "%8x%8x %8x %u", &sighting.recipient,
							&sighting.sender, &sighting.domain, &sighting.at) == 4)
		sightings_add(sightings, &sighting);
}

static bool is_fresh(uint32_t day, uint32_t days, uint32_t today)
{
	return day && day + days >= today;
}

static enum status read_answer(const struct redis_store *store, const redisReply *reply,
			       const struct store_query *query, struct store_answer *answer)
{
	const struct store_retention *keep = &store->store.retention;
	uint32_t today = store_day(query->now);
	size_t at = HEAD_VALUES;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements < HEAD_VALUES + PAIR_VALUES * query->pair_count)
		return STATUS_INTERNAL;
	answer->applied = (uint64_t)redis_reply_number(reply->element[0]);
	answer->bootstrapped = value(reply, 1) != 0;
	answer->outbound_days = value(reply, 2);
	answer->companion_known = is_fresh(value(reply, 3), keep->relation_days, today);
	answer->reference_ours = is_fresh(value(reply, 4), keep->message_days, today);
	answer->person_known = is_fresh(value(reply, 5), keep->relation_days, today);
	answer->offences = store_offences_now(value(reply, 6), redis_reply_number(reply->element[7]), keep, query->now);
	answer->first_contacts = value(reply, 8);
	answer->offence_counted = read_counted(store, reply->element[9], query->now) != 0;
	answer->template_id = (uint64_t)redis_reply_number(reply->element[10]);
	answer->template_learned = value(reply, 11) != 0;
	for (size_t i = 0; i < query->pair_count; i++, at += PAIR_VALUES)
		read_pair(store, reply, at, query->now, &answer->relations[i], &answer->counted[i]);
	/* Without a local mailbox the whole site stands for it. */
	for (size_t i = 0; i < query->pair_count; i++)
		if (!query->pairs[i].local)
			answer->relations[i].pair = answer->relations[i].site;
	for (; at < reply->elements; at++)
		read_sighting(reply->element[at], &answer->sightings);
	return STATUS_OK;
}

enum status redis_look_up(struct store *base, const struct store_query *query, struct store_answer *answer)
{
	struct redis_store *store = (struct redis_store *)base;
	int64_t deadline = redis_deadline(store->deadline_ms);
	struct redis_connection *connection = redis_pool_take(&store->pool, deadline);
	enum status status = STATUS_UNAVAILABLE;
	redisReply *reply = NULL;
	char error[160];

	if (connection) {
		add_query(store, connection, query);
		if (redis_exchange(connection, &reply, deadline)) {
			status = redis_reply_status(reply);
			if (status == STATUS_OK)
				status = read_answer(store, reply, query, answer);
			else
				snprintf(connection->error, sizeof connection->error, "%s", reply->str);
			freeReplyObject(reply);
		}
		redis_pool_give(&store->pool, connection, status == STATUS_OK);
	}
	if (status != STATUS_OK) {
		redis_pool_error(&store->pool, error, sizeof error);
		notices_post(store->store.notices, NOTICE_LOOK_UP, SEVERITY_WARNING,
			     "memory: the Redis server cannot be asked, relations are unknown: %s", error);
	}
	return status;
}
