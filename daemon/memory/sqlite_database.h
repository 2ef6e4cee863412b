/*
 * sqlite_database - one connection to the memory's file, its prepared statements, and the first error it met.
 *
 * An error sticks: after it every call does nothing and says so, until database_clear_error(). So a sequence of steps
 * is checked once, at its end. Used by one thread at a time.
 */
#ifndef COLDSHOULDER_MEMORY_SQLITE_DATABASE_H
#define COLDSHOULDER_MEMORY_SQLITE_DATABASE_H

#include "base/error.h"

#include <sqlite3.h>
#include <stdint.h>

enum sql {
	SQL_BEGIN_READ,
	SQL_BEGIN_WRITE,
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_APPLIED_GET,
	SQL_APPLIED_SET,
	SQL_LEARNING_GET,
	SQL_LEARNING_SET,
	SQL_CONTACT_GET,
	SQL_CONTACT_SET,
	SQL_SENT_GET,
	SQL_SENT_SET,
	SQL_PERSON_GET,
	SQL_PERSON_SET,
	SQL_OFFENCE_GET,
	SQL_OFFENCE_SET,
	SQL_OFFENCE_DELETE,
	SQL_BUDGET_GET,
	SQL_BUDGET_ADD,
	SQL_COUNTED_GET,
	SQL_COUNTED_ADD,
	SQL_TEMPLATE_GET,
	SQL_TEMPLATE_ADD,
	SQL_TEMPLATE_SET,
	SQL_TEMPLATE_DELETE,
	SQL_TEMPLATE_LAST_ID,
	SQL_TEMPLATES_AFTER,
	SQL_COUNT
};

struct database {
	sqlite3 *handle; /* NULL: closed */
	sqlite3_stmt *statements[SQL_COUNT];
	int error;        /* SQLITE_OK, or the first result code that was none of OK, ROW, DONE */
	int64_t deadline; /* clock_monotonic_ns(): later than that all fails with SQLITE_INTERRUPT; 0: never */
};

/*
 * Opens the file, which must exist unless `create`; a lock is waited for `busy_ms` milliseconds. False: database->error
 * says why, and the database is closed.
 */
bool database_open(struct database *database, const char *path, bool create, int busy_ms);

/*
 * From now on `deadline` also ends a statement that is running; the database must not move. What a read waits for in
 * the kernel (a disk that does not answer) it cannot end.
 */
void database_bound_statements(struct database *database);

/* Closes it, whatever its state. */
void database_close(struct database *database);

void database_clear_error(struct database *database);

/* Runs SQL text without result. */
bool database_execute(struct database *database, const char *sql);

/* Runs a statement with integer parameters to its end. */
bool database_run(struct database *database, enum sql sql, const int64_t *in, int in_count);

/* The first row of a query, as integers; false when there is none, or after an error. */
bool database_get(struct database *database, enum sql sql, const int64_t *in, int in_count, int64_t *out,
		  int out_count);

/*
 * For blobs and for queries of many rows: the statement, reset, its first parameters bound. NULL after an error. Step
 * with database_step(), and reset when done.
 */
sqlite3_stmt *database_statement(struct database *database, enum sql sql, const int64_t *in, int in_count);

/* True while there is a row. */
bool database_step(struct database *database, sqlite3_stmt *statement);

/* Notes a result code; true when it is no error. */
bool database_check(struct database *database, int code);

/* What the error means to a caller. */
enum status database_status(const struct database *database);

/* The error in words. */
const char *database_error_text(const struct database *database);

/* True when the file is damaged or is no database of ours. */
bool database_is_damaged(const struct database *database);

#endif
