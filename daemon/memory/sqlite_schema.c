#include "memory/sqlite_schema.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* "COLD": tells our file from others (see file(1), PRAGMA application_id). */
enum { APPLICATION_ID = 0x434f4c44 };

/*
 * migrations[v] turns a file of version v into one of version v + 1; the first one makes the tables. Keys are 64-bit
 * keyed hashes, days count from 1970 beginning with 1, 0 is never or nobody. A contact's local 0 is the whole site.
 */
static const char *const migrations[] = {
    "CREATE TABLE contact(remote INTEGER NOT NULL, local INTEGER NOT NULL, wrote INTEGER NOT NULL,"
    " received INTEGER NOT NULL, recipients INTEGER NOT NULL, answers INTEGER NOT NULL,"
    " PRIMARY KEY(remote, local)) WITHOUT ROWID;"
    "CREATE TABLE sent(message INTEGER PRIMARY KEY, day INTEGER NOT NULL);"
    "CREATE TABLE person(name INTEGER NOT NULL, local INTEGER NOT NULL, day INTEGER NOT NULL,"
    " PRIMARY KEY(name, local)) WITHOUT ROWID;"
    "CREATE TABLE offence(offender INTEGER PRIMARY KEY, count INTEGER NOT NULL, at INTEGER NOT NULL);"
    "CREATE TABLE budget(sender INTEGER NOT NULL, day INTEGER NOT NULL, contacts INTEGER NOT NULL,"
    " PRIMARY KEY(sender, day)) WITHOUT ROWID;"
    "CREATE TABLE counted(message INTEGER PRIMARY KEY, flags INTEGER NOT NULL, at INTEGER NOT NULL);"
    "CREATE TABLE template(id INTEGER PRIMARY KEY AUTOINCREMENT, learned INTEGER NOT NULL, seen INTEGER NOT NULL,"
    " sketch BLOB NOT NULL, sightings BLOB NOT NULL);"
    "CREATE TABLE learning(bootstrapped INTEGER NOT NULL, outbound_days INTEGER NOT NULL, outbound_day INTEGER NOT NULL);"
    "INSERT INTO learning VALUES(0, 0, 0);"
    "CREATE TABLE applied(writer INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, at INTEGER NOT NULL);"
    "CREATE TABLE secret(fingerprint INTEGER NOT NULL);",
};

enum { SCHEMA_VERSION = sizeof migrations / sizeof *migrations };

/* The first column of the first row of ad-hoc SQL; `fallback` when there is none. */
static int64_t read_number(struct database *database, const char *sql, int64_t fallback)
{
	sqlite3_stmt *statement = NULL;
	int64_t value = fallback;

	if (database->error ||
	    !database_check(database, sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL)))
		return fallback;
	if (database_step(database, statement))
		value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

static void migrate(struct database *database, int64_t version, uint64_t fingerprint)
{
	char sql[96];

	if (version == 0)
		database_execute(database, "PRAGMA application_id = 1129270340");
	for (int64_t v = version; v < SCHEMA_VERSION; v++)
		database_execute(database, migrations[v]);
	snprintf(sql, sizeof sql, "PRAGMA user_version = %d", (int)SCHEMA_VERSION);
	database_execute(database, sql);
	if (version == 0) {
		snprintf(sql, sizeof sql, "INSERT INTO secret(fingerprint) VALUES(%lld)", (long long)fingerprint);
		database_execute(database, sql);
	}
}

/* Another process may be making the same tables: what counts is what is seen under the lock. */
static enum schema_state bring_up_to_date(struct database *database, uint64_t fingerprint)
{
	int64_t version, tables;

	database_run(database, SQL_BEGIN_WRITE, NULL, 0);
	version = read_number(database, "PRAGMA user_version", 0);
	tables = read_number(database, "SELECT count(*) FROM sqlite_schema", 0);
	if (!database->error && version == 0 && tables != 0) {
		database_run(database, SQL_ROLLBACK, NULL, 0);
		return SCHEMA_FOREIGN;
	}
	if (!database->error && version < SCHEMA_VERSION)
		migrate(database, version, fingerprint);
	if (database->error) {
		sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
		return SCHEMA_FAILED;
	}
	return database_run(database, SQL_COMMIT, NULL, 0) ? SCHEMA_READY : SCHEMA_FAILED;
}

static enum schema_state examine(struct database *database, uint64_t fingerprint)
{
	int64_t application = read_number(database, "PRAGMA application_id", 0);
	int64_t version = read_number(database, "PRAGMA user_version", 0);
	enum schema_state state = SCHEMA_READY;

	if (database->error)
		return SCHEMA_FAILED;
	if (application != 0 && application != APPLICATION_ID)
		return SCHEMA_FOREIGN;
	if (version > SCHEMA_VERSION)
		return SCHEMA_NEWER;
	if (version < SCHEMA_VERSION)
		state = bring_up_to_date(database, fingerprint);
	if (state != SCHEMA_READY)
		return state;
	if ((uint64_t)read_number(database, "SELECT fingerprint FROM secret", 0) != fingerprint)
		return database->error ? SCHEMA_FAILED : SCHEMA_OTHER_KEY;
	return SCHEMA_READY;
}

enum schema_state sqlite_schema_prepare(struct database *database, uint64_t fingerprint)
{
	enum schema_state state;

	database_execute(database, "PRAGMA page_size = 4096");
	database_execute(database, "PRAGMA journal_mode = WAL");
	database_execute(database, "PRAGMA synchronous = NORMAL");
	database_execute(database, "PRAGMA journal_size_limit = 67108864");
	database_execute(database, "PRAGMA cache_size = -16384");
	state = database->error ? SCHEMA_FAILED : examine(database, fingerprint);
	if (state == SCHEMA_FAILED && database_is_damaged(database))
		state = SCHEMA_DAMAGED;
	return state;
}

bool sqlite_schema_set_aside(const char *path, char *ret_name, size_t size)
{
	static const char *const suffixes[] = {"-wal", "-shm"};
	time_t now = time(NULL);
	char stamp[32], from[4096], to[4096];
	struct tm parts;

	gmtime_r(&now, &parts);
	strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &parts);
	if ((size_t)snprintf(ret_name, size, "%s.unusable-%s", path, stamp) >= size) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (rename(path, ret_name) != 0 && errno != ENOENT)
		return false;
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		if ((size_t)snprintf(from, sizeof from, "%s%s", path, suffixes[i]) < sizeof from &&
		    (size_t)snprintf(to, sizeof to, "%s%s", ret_name, suffixes[i]) < sizeof to)
			(void)rename(from, to);
	}
	return true;
}
