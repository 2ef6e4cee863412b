/*
 * Values of a store that somebody else wrote: lines of a dump, blobs of SQLite, answers of a Redis server. The answer's
 * reader is static: its file is part of this one.
 */
#include "memory/redis_look_up.c"

#include "memory/memory.h"

#include "cli/memory_dump.h"
#include "fuzz.h"
#include "memory/sqlite_store.h"

static struct database database;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_check(database_open(&database, ":memory:", true, 0), "SQLite opens");
	return 0;
}

static void check_sightings(const struct sightings *sightings)
{
	struct sighting_counts counts = sightings_count(sightings, 0);

	fuzz_check(sightings->count <= SIGHTINGS_MAX, "no more sightings than fit");
	fuzz_check(counts.recipients <= sightings->count && counts.senders <= sightings->count, "counted once each");
}

static void read_line(const uint8_t *data, size_t size)
{
	char line[MEMORY_DUMP_LINE_MAX];
	struct store_record record;
	uint64_t number;
	FILE *null = fopen("/dev/null", "w");

	size = size < sizeof line ? size : sizeof line - 1;
	memcpy(line, data, size);
	line[size] = '\0';
	memory_dump_read_head(line, &number);
	memory_dump_read_end(line, &number);
	if (memory_dump_read(line, &record)) {
		check_sightings(&record.sightings);
		if (null)
			memory_dump_write(null, &record);
	}
	if (null)
		fclose(null);
}

static void read_blobs(const uint8_t *data, size_t size)
{
	sqlite3_stmt *statement = NULL;
	struct sightings sightings;
	struct sketch sketch;

	if (sqlite3_prepare_v2(database.handle, "SELECT ?1", -1, &statement, NULL) != SQLITE_OK)
		abort();
	sqlite3_bind_blob(statement, 1, data, (int)size, SQLITE_STATIC);
	if (sqlite3_step(statement) == SQLITE_ROW) {
		sqlite_column_sightings(statement, 0, &sightings);
		check_sightings(&sightings);
		sqlite_column_sketch(statement, 0, &sketch);
	}
	sqlite3_finalize(statement);
}

static void read_redis(const uint8_t *data, size_t size)
{
	struct redis_store store = {.store.retention = memory_settings_default.retention};
	const struct store_pair pairs[2] = {{1, 2, 3}, {1, 2, 0}};
	const struct store_query query = {.now = 1700000000, .pairs = pairs, .pair_count = 2};
	struct store_relation relations[2];
	uint8_t counted[2];
	struct store_answer answer = {.relations = relations, .counted = counted};
	redisReader *reader;
	void *reply = NULL;

	/* hiredis 0.14 believes any number of elements, and asks for the memory: the server is trusted that far. */
	for (size_t i = 0; i + 6 < size; i++)
		if (data[i] == '*' && memchr(data + i, '\r', size - i < 6 ? size - i : 6) == NULL)
			return;
	reader = redisReaderCreate();

	if (redisReaderFeed(reader, (const char *)data, size) == REDIS_OK &&
	    redisReaderGetReply(reader, &reply) == REDIS_OK && reply) {
		if (redis_reply_status(reply) == STATUS_OK)
			read_answer(&store, reply, &query, &answer);
		check_sightings(&answer.sightings);
		freeReplyObject(reply);
	}
	redisReaderFree(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	switch (data[0]) {
	case '*':
	case '$':
	case ':':
	case '-':
		read_redis(data, size);
		break;
	case 'B':
		read_blobs(data + 1, size - 1);
		break;
	default:
		read_line(data, size);
	}
	return 0;
}
