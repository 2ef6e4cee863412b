/*
 * Export from the Redis store: every key by SCAN, read as what its kind says.
 */
#include "memory/redis_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCAN_COUNT = 200, KEY_MAX = 512 };

struct dumper {
	struct redis_store *store;
	struct redis_connection *connection;
	store_record_receiver *receive;
	void *context;
};

static bool is_hash(const char *text)
{
	return strspn(text, "0123456789abcdef") == 16 && text[16] == '\0';
}

static uint64_t hash_of(const char *text)
{
	return strtoull(text, NULL, 16);
}

/* The record of one local mailbox among those gathered so far; the site's, of local 0, is the first. */
static struct store_record *record_of(struct store_record *records, size_t *count, uint64_t local)
{
	size_t at = 0;

	while (at < *count && records[at].b != local)
		at++;
	if (at == *count)
		records[(*count)++].b = local;
	return &records[at];
}

static void read_contact_field(struct store_record *records, size_t *count, const redisReply *field, uint32_t number)
{
	char local[17] = "";
	struct store_record *record;

	if (field->len == 17)
		memcpy(local, field->str, 16);
	record = record_of(records, count, hash_of(local));
	switch (field->str[field->len ? field->len - 1 : 0]) {
	case 'w':
		record->contact.wrote = number;
		break;
	case 'r':
		record->contact.received = number;
		break;
	case 'n':
		record->contact.recipients = number;
		break;
	default:
		record->contact.answers = number;
	}
}

/* The fields LOCALw and LOCALr of one local mailbox stand anywhere in the reply: they are gathered first. */
static enum status dump_contact(const struct dumper *dumper, const char *remote, const redisReply *reply)
{
	struct store_record *records = calloc(reply->elements / 2 + 1, sizeof *records);
	enum status status = STATUS_OK;
	size_t count = 1;

	if (!records)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i + 1 < reply->elements; i += 2)
		read_contact_field(records, &count, reply->element[i],
				   (uint32_t)redis_reply_number(reply->element[i + 1]));
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		records[i].kind = RECORD_CONTACT;
		records[i].a = hash_of(remote);
		if (records[i].contact.wrote || records[i].contact.received)
			status = dumper->receive(dumper->context, &records[i]);
	}
	free(records);
	return status;
}

static enum status dump_persons(const struct dumper *dumper, const char *local, const redisReply *reply)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i + 1 < reply->elements && status == STATUS_OK; i += 2) {
		const struct store_record record = {.kind = RECORD_PERSON,
						    .a = hash_of(reply->element[i]->str),
						    .b = hash_of(local),
						    .day = (uint32_t)redis_reply_number(reply->element[i + 1])};

		status = dumper->receive(dumper->context, &record);
	}
	return status;
}

static int64_t field_number(const redisReply *reply, const char *field)
{
	for (size_t i = 0; i + 1 < reply->elements; i += 2)
		if (strcmp(reply->element[i]->str, field) == 0)
			return redis_reply_number(reply->element[i + 1]);
	return 0;
}

static enum status dump_template(const struct dumper *dumper, const redisReply *reply)
{
	struct store_record record = {.kind = RECORD_TEMPLATE, .flag = field_number(reply, "l") != 0};
	bool found = false;

	for (size_t i = 0; i + 1 < reply->elements; i += 2) {
		const redisReply *field = reply->element[i], *value = reply->element[i + 1];
		struct sighting sighting;

		if (strcmp(field->str, "k") == 0 && value->len == REDIS_SKETCH_BYTES) {
			memcpy(record.sketch.value, value->str, SKETCH_VALUES);
			record.sketch.words = (unsigned char)value->str[SKETCH_VALUES];
			found = true;
		} else if (field->len == 16 &&
			   sscanf(field->str, "%8x%8x", &sighting.recipient, &sighting.sender) == 2 &&
			   sscanf(value->str, "%8x %u", &sighting.domain, &sighting.at) == 2) {
			sightings_add(&record.sightings, &sighting);
		}
	}
	return found ? dumper->receive(dumper->context, &record) : STATUS_OK;
}

static enum status dump_hash(const struct dumper *dumper, char kind, const char *name, const redisReply *reply)
{
	struct store_record record;

	switch (kind) {
	case 'c':
		return dump_contact(dumper, name, reply);
	case 'p':
		return dump_persons(dumper, name, reply);
	case 't':
		return dump_template(dumper, reply);
	case 'o':
		record = (struct store_record){.kind = RECORD_OFFENCE,
					       .a = hash_of(name),
					       .count = (uint32_t)field_number(reply, "n"),
					       .at = field_number(reply, "at")};
		return dumper->receive(dumper->context, &record);
	default:
		record = (struct store_record){.kind = RECORD_LEARNING,
					       .flag = field_number(reply, "b") != 0,
					       .day = (uint32_t)field_number(reply, "d")};
		return dumper->receive(dumper->context, &record);
	}
}

static enum status dump_string(const struct dumper *dumper, const char *name, const redisReply *reply)
{
	const struct store_record record = {
	    .kind = RECORD_SENT, .a = hash_of(name), .day = (uint32_t)redis_reply_number(reply)};

	return dumper->receive(dumper->context, &record);
}

/* One command with one argument; its reply or NULL. */
static redisReply *read_key(const struct dumper *dumper, const char *command, const char *key)
{
	redisReply *reply = NULL;

	redis_begin(dumper->connection, 2);
	redis_word(dumper->connection, str_of(command));
	redis_word(dumper->connection, str_of(key));
	return redis_exchange(dumper->connection, &reply, redis_deadline(REDIS_TOOL_MS)) ? reply : NULL;
}

/* Bands are made anew by an import, and what counts messages is not worth keeping. */
static enum status dump_key(const struct dumper *dumper, const char *key)
{
	size_t n = strlen(dumper->store->prefix);
	const char *name = strlen(key) > n + 3 ? key + n + 3 : "";
	char kind = strlen(key) > n + 1 ? key[n + 1] : '\0';
	enum status status = STATUS_OK;
	redisReply *reply;

	if (!kind || !strchr("cpotlm", kind) || (kind == 'm' && !is_hash(name)))
		return STATUS_OK;
	reply = read_key(dumper, kind == 'm' ? "GET" : "HGETALL", key);
	if (!reply)
		return STATUS_UNAVAILABLE;
	/* It may have expired since it was listed. */
	if (reply->type == REDIS_REPLY_ARRAY && reply->elements > 0)
		status = dump_hash(dumper, kind, name, reply);
	else if (reply->type == REDIS_REPLY_STRING)
		status = dump_string(dumper, name, reply);
	freeReplyObject(reply);
	return status;
}

static redisReply *scan(const struct dumper *dumper, const char *cursor)
{
	char pattern[KEY_MAX];
	redisReply *reply = NULL;

	snprintf(pattern, sizeof pattern, "%s:*", dumper->store->pattern);
	redis_begin(dumper->connection, 6);
	redis_word(dumper->connection, STR("SCAN"));
	redis_word(dumper->connection, str_of(cursor));
	redis_word(dumper->connection, STR("MATCH"));
	redis_word(dumper->connection, str_of(pattern));
	redis_word(dumper->connection, STR("COUNT"));
	redis_number(dumper->connection, SCAN_COUNT);
	if (!redis_exchange(dumper->connection, &reply, redis_deadline(REDIS_TOOL_MS)))
		return NULL;
	if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 && reply->element[1]->type == REDIS_REPLY_ARRAY)
		return reply;
	freeReplyObject(reply);
	return NULL;
}

/* SCAN may give a key twice, which an import does not mind. */
enum status redis_dump(struct store *base, store_record_receiver *receive, void *context)
{
	struct redis_store *store = (struct redis_store *)base;
	struct dumper dumper = {store, redis_pool_take(&store->pool, redis_deadline(REDIS_TOOL_MS)), receive, context};
	enum status status = STATUS_OK;
	char cursor[32] = "0";

	if (!dumper.connection)
		return STATUS_UNAVAILABLE;
	do {
		redisReply *keys = scan(&dumper, cursor);

		if (!keys) {
			status = STATUS_UNAVAILABLE;
			break;
		}
		snprintf(cursor, sizeof cursor, "%s", keys->element[0]->str);
		for (size_t i = 0; i < keys->element[1]->elements && status == STATUS_OK; i++)
			status = dump_key(&dumper, keys->element[1]->element[i]->str);
		freeReplyObject(keys);
	} while (status == STATUS_OK && strcmp(cursor, "0") != 0);
	redis_pool_give(&store->pool, dumper.connection, status != STATUS_UNAVAILABLE);
	return status;
}
