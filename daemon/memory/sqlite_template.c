/*
 * Templates in the SQLite store: rows in the file, their sketches in the index.
 */
#include "memory/sqlite_store.h"

#include <string.h>

enum { LOAD_CHUNK = 5000 };

void sqlite_bind_sketch(struct database *database, sqlite3_stmt *statement, int column, const struct sketch *sketch)
{
	unsigned char blob[SKETCH_BLOB_BYTES];

	memcpy(blob, sketch->value, SKETCH_VALUES);
	blob[SKETCH_VALUES] = sketch->words;
	if (statement)
		database_check(database, sqlite3_bind_blob(statement, column, blob, sizeof blob, SQLITE_TRANSIENT));
}

bool sqlite_column_sketch(sqlite3_stmt *statement, int column, struct sketch *ret_sketch)
{
	const unsigned char *blob = sqlite3_column_blob(statement, column);

	if (!blob || sqlite3_column_bytes(statement, column) != SKETCH_BLOB_BYTES)
		return false;
	memcpy(ret_sketch->value, blob, SKETCH_VALUES);
	ret_sketch->words = blob[SKETCH_VALUES];
	return true;
}

static void put_number(unsigned char *out, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = (unsigned char)(value >> 8 * i);
}

static uint32_t get_number(const unsigned char *in)
{
	return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

void sqlite_bind_sightings(struct database *database, sqlite3_stmt *statement, int column,
			   const struct sightings *sightings)
{
	unsigned char blob[SIGHTINGS_MAX * SIGHTING_BLOB_BYTES];

	for (size_t i = 0; i < sightings->count; i++) {
		const struct sighting *item = &sightings->items[i];
		unsigned char *out = blob + i * SIGHTING_BLOB_BYTES;

		put_number(out, item->recipient);
		put_number(out + 4, item->sender);
		put_number(out + 8, item->domain);
		put_number(out + 12, item->at);
	}
	if (statement)
		database_check(database,
			       sqlite3_bind_blob(statement, column, blob, (int)sightings->count * SIGHTING_BLOB_BYTES,
						 SQLITE_TRANSIENT));
}

void sqlite_column_sightings(sqlite3_stmt *statement, int column, struct sightings *ret_sightings)
{
	const unsigned char *blob = sqlite3_column_blob(statement, column);
	size_t count = (size_t)sqlite3_column_bytes(statement, column) / SIGHTING_BLOB_BYTES;

	ret_sightings->count = 0;
	for (size_t i = 0; blob && i < count && i < SIGHTINGS_MAX; i++) {
		const unsigned char *in = blob + i * SIGHTING_BLOB_BYTES;

		ret_sightings->items[ret_sightings->count++] =
		    (struct sighting){get_number(in), get_number(in + 4), get_number(in + 8), get_number(in + 12)};
	}
}

void sqlite_index_reset(struct sqlite_store *store)
{
	template_index_clear(store->index);
	atomic_store(&store->index_last_id, 0);
	store->index_loaded = false;
}

bool sqlite_index_update(struct sqlite_store *store, struct database *database)
{
	for (;;) {
		const int64_t in[] = {(int64_t)atomic_load(&store->index_last_id), LOAD_CHUNK};
		sqlite3_stmt *statement = database_statement(database, SQL_TEMPLATES_AFTER, in, 2);
		int rows = 0;

		while (database_step(database, statement)) {
			uint_least64_t before = atomic_load(&store->index_last_id);
			uint64_t id = (uint64_t)sqlite3_column_int64(statement, 0);
			struct sketch sketch;

			rows++;
			/* Several look-ups may meet the same new rows: whoever moves the mark adds the template. */
			while (before < id && !atomic_compare_exchange_weak(&store->index_last_id, &before, id))
				;
			if (before < id && sqlite_column_sketch(statement, 1, &sketch))
				template_index_add(store->index, id, &sketch);
		}
		if (statement)
			sqlite3_reset(statement);
		if (rows < LOAD_CHUNK || database->error)
			return database->error == SQLITE_OK;
	}
}

bool sqlite_template_find(struct sqlite_store *store, struct database *database, const struct sketch *sketch,
			  uint64_t *ret_id, bool *ret_learned, struct sightings *ret_sightings)
{
	struct template_match matches[TEMPLATE_MATCHES_MAX];
	size_t count = template_index_find(store->index, sketch, matches);

	for (size_t i = 0; i < count; i++) {
		const int64_t id = (int64_t)matches[i].id;
		sqlite3_stmt *statement = database_statement(database, SQL_TEMPLATE_GET, &id, 1);
		bool found = database_step(database, statement);

		if (found) {
			*ret_id = matches[i].id;
			*ret_learned = sqlite3_column_int(statement, 0) != 0;
			sqlite_column_sightings(statement, 1, ret_sightings);
		}
		if (statement)
			sqlite3_reset(statement);
		if (found)
			return true;
		/* The writer sees everything: what it does not see was deleted, perhaps by the tool. */
		if (database == &store->writer && !database->error)
			template_index_remove(store->index, matches[i].id, &matches[i].sketch);
	}
	return false;
}

uint64_t sqlite_template_add(struct sqlite_store *store, const struct sketch *sketch, bool learned,
			     const struct sightings *sightings, int64_t seen)
{
	const int64_t in[] = {learned, seen};
	sqlite3_stmt *statement = database_statement(&store->writer, SQL_TEMPLATE_ADD, in, 2);

	sqlite_bind_sketch(&store->writer, statement, 3, sketch);
	sqlite_bind_sightings(&store->writer, statement, 4, sightings);
	database_step(&store->writer, statement);
	if (statement)
		sqlite3_reset(statement);
	return store->writer.error ? 0 : (uint64_t)sqlite3_last_insert_rowid(store->writer.handle);
}
