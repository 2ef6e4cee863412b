/*
 * Expiry in small steps: each step looks at a few hundred rows of one table, in the order of its key, so that no index
 * on days is needed and no step holds the writer up.
 */
#include "memory/sqlite_store.h"

enum { STEP_ROWS = 500, DAYS_OF_BUDGETS = 2, DAYS_OF_WRITERS = 7 };

/* The last of the sweeps: templates, which the index must forget too. */
enum { SWEEP_TEMPLATES = SWEEPS - 1 };

/*
 * `last` finds the key of the last row of a step that begins behind (?1, ?2); `expire` deletes what is too old between
 * that and (?3, ?4). ?5 and ?6 are the table's limits.
 */
static const struct {
	const char *last;
	const char *expire;
} sweeps[SWEEP_TEMPLATES] = {
    {"SELECT remote, local FROM contact WHERE (remote, local) > (?1, ?2) ORDER BY remote, local LIMIT 1 OFFSET ?3",
     "DELETE FROM contact WHERE (remote, local) > (?1, ?2) AND (remote, local) <= (?3, ?4) AND wrote < ?5 AND"
     " received < ?6"},
    {"SELECT message, 0 FROM sent WHERE message > ?1 ORDER BY message LIMIT 1 OFFSET ?3",
     "DELETE FROM sent WHERE message > ?1 AND message <= ?3 AND day < ?5"},
    {"SELECT name, local FROM person WHERE (name, local) > (?1, ?2) ORDER BY name, local LIMIT 1 OFFSET ?3",
     "DELETE FROM person WHERE (name, local) > (?1, ?2) AND (name, local) <= (?3, ?4) AND day < ?5"},
    {"SELECT message, 0 FROM counted WHERE message > ?1 ORDER BY message LIMIT 1 OFFSET ?3",
     "DELETE FROM counted WHERE message > ?1 AND message <= ?3 AND at < ?5"},
    {"SELECT offender, 0 FROM offence WHERE offender > ?1 ORDER BY offender LIMIT 1 OFFSET ?3",
     "DELETE FROM offence WHERE offender > ?1 AND offender <= ?3 AND at + count * ?6 < ?5"},
    {"SELECT sender, day FROM budget WHERE (sender, day) > (?1, ?2) ORDER BY sender, day LIMIT 1 OFFSET ?3",
     "DELETE FROM budget WHERE (sender, day) > (?1, ?2) AND (sender, day) <= (?3, ?4) AND day < ?5"},
};

/* The oldest values that stay, as ?5 and ?6 of the table's SQL. */
static void limits_of(const struct sqlite_store *store, unsigned int sweep, int64_t now, int64_t limits[2])
{
	const struct store_retention *keep = &store->store.retention;
	int64_t today = store_day(now);
	const int64_t table[SWEEP_TEMPLATES][2] = {
	    {today - keep->relation_days, today - keep->received_days},
	    {today - keep->message_days, 0},
	    {today - keep->relation_days, 0},
	    {now - (int64_t)keep->counted_days * SECONDS_PER_DAY, 0},
	    {now, (int64_t)keep->offence_days * SECONDS_PER_DAY},
	    {today - DAYS_OF_BUDGETS, 0},
	};

	limits[0] = table[sweep][0];
	limits[1] = table[sweep][1];
}

/* Runs SQL text with as many of the values as it has parameters; the first row's integers, if any, go to `out`. */
static bool run_once(struct database *database, const char *sql, const int64_t *in, int64_t *out, int out_count)
{
	sqlite3_stmt *statement = NULL;
	bool row;

	if (database->error ||
	    !database_check(database, sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL)))
		return false;
	for (int i = 0; i < sqlite3_bind_parameter_count(statement); i++)
		database_check(database, sqlite3_bind_int64(statement, i + 1, in[i]));
	row = database_step(database, statement);
	for (int i = 0; row && i < out_count; i++)
		out[i] = sqlite3_column_int64(statement, i);
	sqlite3_finalize(statement);
	return row;
}

static void sweep_table(struct sqlite_store *store, unsigned int sweep, int64_t now)
{
	struct sqlite_sweep *place = &store->sweeps[sweep];
	int64_t in[6] = {place->a, place->b, STEP_ROWS - 1}, last[2];
	bool more = run_once(&store->writer, sweeps[sweep].last, in, last, 2);

	in[2] = more ? last[0] : INT64_MAX;
	in[3] = more ? last[1] : INT64_MAX;
	limits_of(store, sweep, now, in + 4);
	database_run(&store->writer, SQL_BEGIN_WRITE, NULL, 0);
	run_once(&store->writer, sweeps[sweep].expire, in, NULL, 0);
	database_run(&store->writer, SQL_COMMIT, NULL, 0);
	*place = more ? (struct sqlite_sweep){last[0], last[1]} : (struct sqlite_sweep){INT64_MIN, INT64_MIN};
}

/* Deletes what a query of (id, sketch) gives, from the file and the index; the last id seen, or 0 when there was none.
 */
static int64_t delete_templates(struct sqlite_store *store, const char *sql, const int64_t *in)
{
	struct database *database = &store->writer;
	sqlite3_stmt *statement = NULL;
	int64_t last = 0;

	if (database->error ||
	    !database_check(database, sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL)))
		return 0;
	for (int i = 0; i < sqlite3_bind_parameter_count(statement); i++)
		database_check(database, sqlite3_bind_int64(statement, i + 1, in[i]));
	while (database_step(database, statement)) {
		struct sketch sketch;

		last = sqlite3_column_int64(statement, 0);
		if (sqlite3_column_int(statement, 2) == 0)
			continue;
		if (sqlite_column_sketch(statement, 1, &sketch))
			template_index_remove(store->index, (uint64_t)last, &sketch);
		database_run(database, SQL_TEMPLATE_DELETE, &last, 1);
	}
	sqlite3_finalize(statement);
	return last;
}

static void sweep_templates(struct sqlite_store *store, int64_t now)
{
	struct sqlite_sweep *place = &store->sweeps[SWEEP_TEMPLATES];
	int64_t oldest = now - (int64_t)store->store.retention.template_days * SECONDS_PER_DAY;
	size_t count = template_index_count(store->index);
	int64_t last;

	database_run(&store->writer, SQL_BEGIN_WRITE, NULL, 0);
	last = delete_templates(store,
				"SELECT id, sketch, learned = 0 AND seen < ?3 FROM template WHERE id > ?1 ORDER BY id"
				" LIMIT ?2",
				(const int64_t[]){place->a, STEP_ROWS, oldest});
	place->a = last ? last : INT64_MIN;
	if (count > store->templates_max)
		delete_templates(store, "SELECT id, sketch, 1 FROM template WHERE learned = 0 ORDER BY id LIMIT ?1",
				 (const int64_t[]){(int64_t)(count - store->templates_max)});
	database_run(&store->writer, SQL_COMMIT, NULL, 0);
}

void sqlite_sweep_step(struct sqlite_store *store, int64_t now)
{
	if (store->sweep == SWEEP_TEMPLATES)
		sweep_templates(store, now);
	else
		sweep_table(store, store->sweep, now);
	if (store->sweep == 0)
		run_once(&store->writer, "DELETE FROM applied WHERE at < ?1",
			 (const int64_t[]){now - (int64_t)DAYS_OF_WRITERS * SECONDS_PER_DAY}, NULL, 0);
	store->sweep = (store->sweep + 1) % SWEEPS;
}
