/*
 * What the tool asks of the SQLite store: templates by hand, forgetting, looking for damage.
 */
#include "memory/sqlite_store.h"

#include <stdio.h>
#include <string.h>

static enum status finish(struct sqlite_store *store)
{
	database_run(&store->writer, SQL_COMMIT, NULL, 0);
	return store->writer.error ? sqlite_store_failed(store) : STATUS_OK;
}

static void set_learned(struct sqlite_store *store, uint64_t id, bool learned, const struct sightings *sightings)
{
	sqlite3_stmt *statement = database_statement(
	    &store->writer, SQL_TEMPLATE_SET, (const int64_t[]){(int64_t)id, learned, sightings_newest(sightings)}, 3);

	sqlite_bind_sightings(&store->writer, statement, 4, sightings);
	database_step(&store->writer, statement);
	if (statement)
		sqlite3_reset(statement);
}

static enum status learn_template(struct sqlite_store *store, const struct sketch *sketch, bool learned,
				  uint64_t *ret_id)
{
	struct sightings sightings = {.count = 0};
	enum status status;
	bool was_learned;

	*ret_id = 0;
	database_run(&store->writer, SQL_BEGIN_WRITE, NULL, 0);
	store->index_loaded = sqlite_index_update(store, &store->writer);
	if (sqlite_template_find(store, &store->writer, sketch, ret_id, &was_learned, &sightings)) {
		set_learned(store, *ret_id, learned, &sightings);
	} else if (learned) {
		*ret_id = sqlite_template_add(store, sketch, true, &sightings, 0);
		if (*ret_id && template_index_add(store->index, *ret_id, sketch))
			atomic_store(&store->index_last_id, *ret_id);
	}
	status = finish(store);
	if (status != STATUS_OK)
		sqlite_index_reset(store);
	return status;
}

enum status sqlite_learn_template(struct store *base, const struct sketch *sketch, bool learned, uint64_t *ret_id)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	enum status status = STATUS_UNAVAILABLE;

	pthread_mutex_lock(&store->write_lock);
	if (sqlite_store_ready(store))
		status = learn_template(store, sketch, learned, ret_id);
	pthread_mutex_unlock(&store->write_lock);
	return status;
}

static enum status mark_template(struct sqlite_store *store, uint64_t id, bool learned)
{
	const int64_t in = (int64_t)id;
	struct sightings sightings = {.count = 0};
	sqlite3_stmt *statement;
	enum status status;
	bool found;

	database_run(&store->writer, SQL_BEGIN_WRITE, NULL, 0);
	statement = database_statement(&store->writer, SQL_TEMPLATE_GET, &in, 1);
	found = database_step(&store->writer, statement);
	if (found)
		sqlite_column_sightings(statement, 1, &sightings);
	if (statement)
		sqlite3_reset(statement);
	if (found)
		set_learned(store, id, learned, &sightings);
	status = finish(store);
	return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

enum status sqlite_mark_template(struct store *base, uint64_t id, bool learned)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	enum status status = STATUS_UNAVAILABLE;

	pthread_mutex_lock(&store->write_lock);
	if (sqlite_store_ready(store))
		status = mark_template(store, id, learned);
	pthread_mutex_unlock(&store->write_lock);
	return status;
}

static uint64_t run_deletion(struct database *database, const char *sql, int64_t key)
{
	sqlite3_stmt *statement = NULL;
	uint64_t count = 0;

	if (database->error ||
	    !database_check(database, sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL)))
		return 0;
	database_check(database, sqlite3_bind_int64(statement, 1, key));
	database_step(database, statement);
	if (!database->error)
		count = (uint64_t)sqlite3_changes(database->handle);
	sqlite3_finalize(statement);
	return count;
}

/* Takes a person out of who was seen with which template. Templates themselves name nobody. */
static uint64_t forget_sightings(struct database *database, uint64_t mailbox)
{
	sqlite3_stmt *select = NULL, *update;
	uint64_t count = 0;

	if (database->error || !database_check(database, sqlite3_prepare_v2(database->handle,
									    "SELECT id, learned, seen, sightings FROM"
									    " template",
									    -1, &select, NULL)))
		return 0;
	while (database_step(database, select)) {
		const int64_t in[] = {sqlite3_column_int64(select, 0), sqlite3_column_int64(select, 1),
				      sqlite3_column_int64(select, 2)};
		struct sightings sightings;

		sqlite_column_sightings(select, 3, &sightings);
		if (!sightings_forget(&sightings, (uint32_t)mailbox))
			continue;
		update = database_statement(database, SQL_TEMPLATE_SET, in, 3);
		sqlite_bind_sightings(database, update, 4, &sightings);
		database_step(database, update);
		if (update)
			sqlite3_reset(update);
		count++;
	}
	sqlite3_finalize(select);
	return count;
}

enum status sqlite_forget(struct store *base, uint64_t mailbox, uint64_t *ret_count)
{
	static const char *const deletions[] = {
	    "DELETE FROM contact WHERE remote = ?1",   "DELETE FROM contact WHERE local = ?1",
	    "DELETE FROM person WHERE name = ?1",      "DELETE FROM person WHERE local = ?1",
	    "DELETE FROM offence WHERE offender = ?1", "DELETE FROM budget WHERE sender = ?1",
	};
	struct sqlite_store *store = (struct sqlite_store *)base;
	enum status status = STATUS_UNAVAILABLE;

	*ret_count = 0;
	pthread_mutex_lock(&store->write_lock);
	if (sqlite_store_ready(store)) {
		/* What is deleted is overwritten, and does not live on in a free page or the WAL. */
		database_execute(&store->writer, "PRAGMA secure_delete = 1");
		database_run(&store->writer, SQL_BEGIN_WRITE, NULL, 0);
		for (size_t i = 0; i < sizeof deletions / sizeof *deletions; i++)
			*ret_count += run_deletion(&store->writer, deletions[i], (int64_t)mailbox);
		*ret_count += forget_sightings(&store->writer, mailbox);
		status = finish(store);
		database_execute(&store->writer, "PRAGMA secure_delete = 0");
		database_execute(&store->writer, "PRAGMA wal_checkpoint(TRUNCATE)");
		database_clear_error(&store->writer);
	}
	pthread_mutex_unlock(&store->write_lock);
	return status;
}

/* Runs a check pragma on a connection of its own; what it says goes to `text`. True when all is well. */
static bool check_file(const char *path, const char *pragma, int (*stop)(void *), void *context, char *text,
		       size_t text_size, int *ret_error)
{
	struct database database;
	sqlite3_stmt *statement = NULL;
	bool sound = false;

	if (database_open(&database, path, false, 1000)) {
		sqlite3_progress_handler(database.handle, 10000, stop, context);
		database_check(&database, sqlite3_prepare_v2(database.handle, pragma, -1, &statement, NULL));
		if (database_step(&database, statement))
			snprintf(text, text_size, "%s", (const char *)sqlite3_column_text(statement, 0));
		sound = !database.error && strcmp(text, "ok") == 0;
		sqlite3_finalize(statement);
	}
	if (database.error)
		snprintf(text, text_size, "%s", database_error_text(&database));
	*ret_error = database.error & 0xff;
	database_close(&database);
	return sound;
}

static int should_stop(void *context)
{
	return atomic_load(&((struct sqlite_store *)context)->closing);
}

static void *check_in_background(void *context)
{
	struct sqlite_store *store = context;
	char text[256] = "";
	int error;

	if (check_file(store->path, "PRAGMA quick_check(1)", should_stop, store, text, sizeof text, &error) ||
	    (error && error != SQLITE_CORRUPT && error != SQLITE_NOTADB))
		return NULL;
	notices_post(store->store.notices, NOTICE_EVENT, SEVERITY_ERROR, "memory: %s is damaged: %.200s", store->path,
		     text);
	atomic_store(&store->damaged, true);
	return NULL;
}

void sqlite_check_start(struct sqlite_store *store)
{
	store->checking = pthread_create(&store->checker, NULL, check_in_background, store) == 0;
}

void sqlite_check_end(struct sqlite_store *store)
{
	if (store->checking)
		pthread_join(store->checker, NULL);
	store->checking = false;
}

enum status sqlite_verify(struct store *base, struct error_list *errors)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	char text[256] = "";
	int error;

	if (check_file(store->path, "PRAGMA integrity_check(1)", should_stop, store, text, sizeof text, &error))
		return STATUS_OK;
	error_add(errors, SEVERITY_ERROR, store->path,
		  "stop the daemon, restore a backup (coldshoulder import), or move the file away: it is made anew",
		  "%s", text);
	return STATUS_BAD_INPUT;
}
