#include "memory/sqlite_database.h"

#include "base/clock.h"

#include <string.h>

/* Steps of SQLite's machine between two looks at the clock: a few microseconds. */
enum { STEPS_PER_LOOK = 500 };

static const char *const texts[SQL_COUNT] = {
    [SQL_BEGIN_READ] = "BEGIN",
    [SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_APPLIED_GET] = "SELECT sequence FROM applied WHERE writer = ?1",
    [SQL_APPLIED_SET] = "INSERT INTO applied(writer, sequence, at) VALUES(?1, ?2, ?3) "
			"ON CONFLICT(writer) DO UPDATE SET sequence = ?2, at = ?3",
    [SQL_LEARNING_GET] = "SELECT bootstrapped, outbound_days, outbound_day FROM learning",
    [SQL_LEARNING_SET] = "UPDATE learning SET bootstrapped = ?1, outbound_days = ?2, outbound_day = ?3",
    [SQL_CONTACT_GET] = "SELECT wrote, received, recipients, answers FROM contact WHERE remote = ?1 AND local = ?2",
    [SQL_CONTACT_SET] = "INSERT INTO contact(remote, local, wrote, received, recipients, answers) "
			"VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(remote, local) DO UPDATE "
			"SET wrote = ?3, received = ?4, recipients = ?5, answers = ?6",
    [SQL_SENT_GET] = "SELECT day FROM sent WHERE message = ?1",
    [SQL_SENT_SET] = "INSERT INTO sent(message, day) VALUES(?1, ?2) ON CONFLICT(message) DO UPDATE "
		     "SET day = ?2 WHERE day < ?2",
    [SQL_PERSON_GET] = "SELECT day FROM person WHERE name = ?1 AND local = ?2",
    [SQL_PERSON_SET] = "INSERT INTO person(name, local, day) VALUES(?1, ?2, ?3) ON CONFLICT(name, local) DO UPDATE "
		       "SET day = ?3 WHERE day < ?3",
    [SQL_OFFENCE_GET] = "SELECT count, at FROM offence WHERE offender = ?1",
    [SQL_OFFENCE_SET] = "INSERT INTO offence(offender, count, at) VALUES(?1, ?2, ?3) ON CONFLICT(offender) DO UPDATE "
			"SET count = ?2, at = ?3",
    [SQL_OFFENCE_DELETE] = "DELETE FROM offence WHERE offender = ?1",
    [SQL_BUDGET_GET] = "SELECT contacts FROM budget WHERE sender = ?1 AND day = ?2",
    [SQL_BUDGET_ADD] = "INSERT INTO budget(sender, day, contacts) VALUES(?1, ?2, 1) ON CONFLICT(sender, day) DO UPDATE "
		       "SET contacts = contacts + 1",
    [SQL_COUNTED_GET] = "SELECT flags, at FROM counted WHERE message = ?1",
    [SQL_COUNTED_ADD] = "INSERT OR IGNORE INTO counted(message, flags, at) VALUES(?1, ?2, ?3)",
    [SQL_TEMPLATE_GET] = "SELECT learned, sightings, sketch FROM template WHERE id = ?1",
    [SQL_TEMPLATE_ADD] = "INSERT INTO template(learned, seen, sketch, sightings) VALUES(?1, ?2, ?3, ?4)",
    [SQL_TEMPLATE_SET] = "UPDATE template SET learned = ?2, seen = ?3, sightings = ?4 WHERE id = ?1",
    [SQL_TEMPLATE_DELETE] = "DELETE FROM template WHERE id = ?1",
    [SQL_TEMPLATE_LAST_ID] = "SELECT id FROM template ORDER BY id DESC LIMIT 1",
    [SQL_TEMPLATES_AFTER] = "SELECT id, sketch FROM template WHERE id > ?1 ORDER BY id LIMIT ?2",
};

bool database_check(struct database *database, int code)
{
	if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
		return true;
	if (database->error == SQLITE_OK)
		database->error = code;
	return false;
}

bool database_open(struct database *database, const char *path, bool create, int busy_ms)
{
	int flags =
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | (create ? SQLITE_OPEN_CREATE : 0);

	int keep_wal = 1;

	*database = (struct database){.handle = NULL};
	if (!database_check(database, sqlite3_open_v2(path, &database->handle, flags, NULL))) {
		sqlite3_close(database->handle);
		database->handle = NULL;
		return false;
	}
	sqlite3_extended_result_codes(database->handle, 1);
	sqlite3_busy_timeout(database->handle, busy_ms);
	/* The last to close removes the WAL by its name, which may be another file's after one was set aside: never do.
	 */
	sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_PERSIST_WAL, &keep_wal);
	/* Nothing but our own statements ever runs here, and a damaged schema must not make it otherwise. */
	sqlite3_db_config(database->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(database->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return true;
}

static int is_late(void *context)
{
	const struct database *database = context;

	return database->deadline && clock_monotonic_ns() > database->deadline;
}

void database_bound_statements(struct database *database)
{
	sqlite3_progress_handler(database->handle, STEPS_PER_LOOK, is_late, database);
}

void database_close(struct database *database)
{
	for (size_t i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(database->statements[i]);
	sqlite3_close(database->handle);
	*database = (struct database){.handle = NULL, .error = database->error};
}

void database_clear_error(struct database *database)
{
	database->error = SQLITE_OK;
}

bool database_execute(struct database *database, const char *sql)
{
	if (!database->handle || database->error)
		return false;
	return database_check(database, sqlite3_exec(database->handle, sql, NULL, NULL, NULL));
}

sqlite3_stmt *database_statement(struct database *database, enum sql sql, const int64_t *in, int in_count)
{
	sqlite3_stmt **statement = &database->statements[sql];

	if (!database->handle || database->error)
		return NULL;
	if (is_late(database)) {
		database->error = SQLITE_INTERRUPT;
		return NULL;
	}
	if (!*statement && !database_check(database, sqlite3_prepare_v3(database->handle, texts[sql], -1,
									SQLITE_PREPARE_PERSISTENT, statement, NULL)))
		return NULL;
	sqlite3_reset(*statement);
	for (int i = 0; i < in_count; i++)
		if (!database_check(database, sqlite3_bind_int64(*statement, i + 1, in[i])))
			return NULL;
	return *statement;
}

bool database_step(struct database *database, sqlite3_stmt *statement)
{
	int code;

	if (!statement || database->error)
		return false;
	code = sqlite3_step(statement);
	return database_check(database, code) && code == SQLITE_ROW;
}

bool database_run(struct database *database, enum sql sql, const int64_t *in, int in_count)
{
	sqlite3_stmt *statement = database_statement(database, sql, in, in_count);

	database_step(database, statement);
	if (statement)
		sqlite3_reset(statement);
	return database->error == SQLITE_OK;
}

bool database_get(struct database *database, enum sql sql, const int64_t *in, int in_count, int64_t *out, int out_count)
{
	sqlite3_stmt *statement = database_statement(database, sql, in, in_count);
	bool row = database_step(database, statement);

	for (int i = 0; row && i < out_count; i++)
		out[i] = sqlite3_column_int64(statement, i);
	if (statement)
		sqlite3_reset(statement);
	return row;
}

enum status database_status(const struct database *database)
{
	if (!database->handle && database->error == SQLITE_OK)
		return STATUS_UNAVAILABLE;
	switch (database->error & 0xff) {
	case SQLITE_OK:
		return STATUS_OK;
	case SQLITE_NOMEM:
		return STATUS_NO_MEMORY;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_INTERRUPT:
		return STATUS_BUSY;
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_AUTH:
		return STATUS_PERMISSION;
	case SQLITE_IOERR:
	case SQLITE_FULL:
		return STATUS_IO;
	case SQLITE_CONSTRAINT:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
	case SQLITE_MISMATCH:
		return STATUS_INTERNAL;
	default:
		return STATUS_UNAVAILABLE;
	}
}

const char *database_error_text(const struct database *database)
{
	return sqlite3_errstr(database->error);
}

bool database_is_damaged(const struct database *database)
{
	int code = database->error & 0xff;

	return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}
