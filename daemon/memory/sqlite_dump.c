/*
 * Export, import and statistics of the SQLite store.
 */
#include "memory/sqlite_store.h"

#include <string.h>
#include <sys/stat.h>

/* Turns the current row into a record; false when it is not fit for one. */
typedef bool read_record(sqlite3_stmt *statement, struct store_record *record);

static bool read_contact(sqlite3_stmt *statement, struct store_record *record)
{
	*record = (struct store_record){
	    .kind = RECORD_CONTACT,
	    .a = (uint64_t)sqlite3_column_int64(statement, 0),
	    .b = (uint64_t)sqlite3_column_int64(statement, 1),
	    .contact = {(uint32_t)sqlite3_column_int64(statement, 2), (uint32_t)sqlite3_column_int64(statement, 3),
			(uint32_t)sqlite3_column_int64(statement, 4), (uint32_t)sqlite3_column_int64(statement, 5)}};
	return true;
}

static bool read_sent(sqlite3_stmt *statement, struct store_record *record)
{
	*record = (struct store_record){.kind = RECORD_SENT,
					.a = (uint64_t)sqlite3_column_int64(statement, 0),
					.day = (uint32_t)sqlite3_column_int64(statement, 1)};
	return true;
}

static bool read_person(sqlite3_stmt *statement, struct store_record *record)
{
	*record = (struct store_record){.kind = RECORD_PERSON,
					.a = (uint64_t)sqlite3_column_int64(statement, 0),
					.b = (uint64_t)sqlite3_column_int64(statement, 1),
					.day = (uint32_t)sqlite3_column_int64(statement, 2)};
	return true;
}

static bool read_offence(sqlite3_stmt *statement, struct store_record *record)
{
	*record = (struct store_record){.kind = RECORD_OFFENCE,
					.a = (uint64_t)sqlite3_column_int64(statement, 0),
					.count = (uint32_t)sqlite3_column_int64(statement, 1),
					.at = sqlite3_column_int64(statement, 2)};
	return true;
}

static bool read_template(sqlite3_stmt *statement, struct store_record *record)
{
	*record = (struct store_record){.kind = RECORD_TEMPLATE, .flag = sqlite3_column_int(statement, 0) != 0};
	sqlite_column_sightings(statement, 2, &record->sightings);
	return sqlite_column_sketch(statement, 1, &record->sketch);
}

static bool read_learning(sqlite3_stmt *statement, struct store_record *record)
{
	*record = (struct store_record){.kind = RECORD_LEARNING,
					.flag = sqlite3_column_int(statement, 0) != 0,
					.day = (uint32_t)sqlite3_column_int64(statement, 1)};
	return true;
}

static enum status dump_table(struct database *database, const char *sql, read_record *read,
			      store_record_receiver *receive, void *context)
{
	enum status status = STATUS_OK;
	sqlite3_stmt *statement = NULL;

	if (!database_check(database, sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL)))
		return database_status(database);
	while (status == STATUS_OK && database_step(database, statement)) {
		struct store_record record;

		if (read(statement, &record))
			status = receive(context, &record);
	}
	sqlite3_finalize(statement);
	return status == STATUS_OK ? database_status(database) : status;
}

/* One read transaction: what is written meanwhile is not in the dump, and nothing is twice. */
enum status sqlite_dump(struct store *base, store_record_receiver *receive, void *context)
{
	static const struct {
		const char *sql;
		read_record *read;
	} tables[] = {
	    {"SELECT bootstrapped, outbound_days FROM learning", read_learning},
	    {"SELECT remote, local, wrote, received, recipients, answers FROM contact", read_contact},
	    {"SELECT message, day FROM sent", read_sent},
	    {"SELECT name, local, day FROM person", read_person},
	    {"SELECT offender, count, at FROM offence", read_offence},
	    {"SELECT learned, sketch, sightings FROM template", read_template},
	};
	struct sqlite_store *store = (struct sqlite_store *)base;
	enum status status;
	struct database *database = readers_take(&store->readers, store->deadline_ms, &status);

	if (!database)
		return status;
	database_run(database, SQL_BEGIN_READ, NULL, 0);
	for (size_t i = 0; status == STATUS_OK && i < sizeof tables / sizeof *tables; i++)
		status = dump_table(database, tables[i].sql, tables[i].read, receive, context);
	sqlite3_exec(database->handle, "COMMIT", NULL, NULL, NULL);
	readers_give(&store->readers, database);
	return status;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void restore_contact(struct database *database, const struct store_record *record)
{
	const struct store_contact *new = &record->contact;
	int64_t in[] = {(int64_t)record->a, (int64_t)record->b, new->wrote,
			new->received,      new->recipients,    new->answers};
	int64_t old[4];

	if (database_get(database, SQL_CONTACT_GET, in, 2, old, 4))
		for (int i = 0; i < 4; i++)
			in[i + 2] = larger(in[i + 2], old[i]);
	database_run(database, SQL_CONTACT_SET, in, 6);
}

static void restore_offence(struct database *database, const struct store_record *record)
{
	const int64_t in[] = {(int64_t)record->a, record->count, record->at};
	int64_t old[2];

	if (!database_get(database, SQL_OFFENCE_GET, in, 1, old, 2) || old[1] < record->at)
		database_run(database, SQL_OFFENCE_SET, in, 3);
}

static void restore_template(struct sqlite_store *store, const struct store_record *record)
{
	struct sightings sightings = {.count = 0};
	bool learned;
	uint64_t id;
	sqlite3_stmt *statement;

	if (!sqlite_template_find(store, &store->writer, &record->sketch, &id, &learned, &sightings)) {
		id = sqlite_template_add(store, &record->sketch, record->flag, &record->sightings,
					 sightings_newest(&record->sightings));
		if (id && template_index_add(store->index, id, &record->sketch))
			atomic_store(&store->index_last_id, id);
		return;
	}
	for (size_t i = 0; i < record->sightings.count; i++)
		sightings_add(&sightings, &record->sightings.items[i]);
	statement = database_statement(
	    &store->writer, SQL_TEMPLATE_SET,
	    (const int64_t[]){(int64_t)id, learned || record->flag, sightings_newest(&sightings)}, 3);
	sqlite_bind_sightings(&store->writer, statement, 4, &sightings);
	database_step(&store->writer, statement);
	if (statement)
		sqlite3_reset(statement);
}

static void restore_learning(struct database *database, const struct store_record *record)
{
	int64_t learning[3];

	if (!database_get(database, SQL_LEARNING_GET, NULL, 0, learning, 3))
		return;
	learning[0] = learning[0] || record->flag;
	learning[1] = larger(learning[1], record->day);
	database_run(database, SQL_LEARNING_SET, learning, 3);
}

static void restore_record(struct sqlite_store *store, const struct store_record *record)
{
	const int64_t in[] = {(int64_t)record->a, (int64_t)record->b, record->day};

	switch (record->kind) {
	case RECORD_CONTACT:
		restore_contact(&store->writer, record);
		break;
	case RECORD_SENT:
		database_run(&store->writer, SQL_SENT_SET, (const int64_t[]){in[0], in[2]}, 2);
		break;
	case RECORD_PERSON:
		database_run(&store->writer, SQL_PERSON_SET, in, 3);
		break;
	case RECORD_OFFENCE:
		restore_offence(&store->writer, record);
		break;
	case RECORD_TEMPLATE:
		restore_template(store, record);
		break;
	case RECORD_LEARNING:
		restore_learning(&store->writer, record);
		break;
	}
}

enum status sqlite_restore(struct store *base, const struct store_record *records, size_t count)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	enum status status = STATUS_UNAVAILABLE;

	pthread_mutex_lock(&store->write_lock);
	if (sqlite_store_ready(store)) {
		database_run(&store->writer, SQL_BEGIN_WRITE, NULL, 0);
		store->index_loaded = sqlite_index_update(store, &store->writer);
		for (size_t i = 0; i < count && !store->writer.error; i++)
			restore_record(store, &records[i]);
		database_run(&store->writer, SQL_COMMIT, NULL, 0);
		status = store->writer.error ? sqlite_store_failed(store) : STATUS_OK;
		if (status != STATUS_OK)
			sqlite_index_reset(store);
		sqlite_store_read_learning(store);
	}
	pthread_mutex_unlock(&store->write_lock);
	return status;
}

static uint64_t count_rows(struct database *database, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	uint64_t count = 0;

	if (database->error ||
	    !database_check(database, sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL)))
		return 0;
	if (database_step(database, statement))
		count = (uint64_t)sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return count;
}

enum status sqlite_statistics(struct store *base, struct store_statistics *ret_statistics)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	enum status status;
	struct database *database = readers_take(&store->readers, store->deadline_ms, &status);
	int64_t learning[2] = {0, 0};
	struct stat info;

	if (!database)
		return status;
	*ret_statistics = (struct store_statistics){
	    .pairs = count_rows(database, "SELECT count(*) FROM contact WHERE local <> 0"),
	    .known = count_rows(database, "SELECT count(*) FROM contact WHERE local <> 0 AND wrote <> 0"),
	    .sites = count_rows(database, "SELECT count(*) FROM contact WHERE local = 0"),
	    .sent = count_rows(database, "SELECT count(*) FROM sent"),
	    .persons = count_rows(database, "SELECT count(*) FROM person"),
	    .offences = count_rows(database, "SELECT count(*) FROM offence"),
	    .templates = count_rows(database, "SELECT count(*) FROM template"),
	    .learned = count_rows(database, "SELECT count(*) FROM template WHERE learned <> 0"),
	    .bytes = stat(store->path, &info) == 0 ? (uint64_t)info.st_size : 0,
	};
	database_get(database, SQL_LEARNING_GET, NULL, 0, learning, 2);
	ret_statistics->bootstrapped = learning[0] != 0;
	ret_statistics->outbound_days = (uint32_t)learning[1];
	status = database_status(database);
	readers_give(&store->readers, database);
	return status;
}
