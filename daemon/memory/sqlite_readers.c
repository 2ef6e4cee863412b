#include "memory/sqlite_readers.h"

#include <stdlib.h>
#include <time.h>

enum { READERS_MAX = 16, READER_BUSY_MS = 5, DISABLE_MS = 1000 };

static struct timespec deadline_in(unsigned int ms)
{
	struct timespec deadline;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += ms / 1000;
	deadline.tv_nsec += (long)(ms % 1000) * 1000000;
	if (deadline.tv_nsec >= 1000000000) {
		deadline.tv_sec++;
		deadline.tv_nsec -= 1000000000;
	}
	return deadline;
}

void readers_init(struct readers *readers, const char *path)
{
	pthread_condattr_t monotonic;

	*readers = (struct readers){.path = path};
	pthread_mutex_init(&readers->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&readers->given_back, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static void close_reader(struct reader *reader)
{
	database_close(&reader->database);
	free(reader);
}

void readers_destroy(struct readers *readers)
{
	readers_disable(readers);
	pthread_cond_destroy(&readers->given_back);
	pthread_mutex_destroy(&readers->lock);
}

void readers_enable(struct readers *readers)
{
	pthread_mutex_lock(&readers->lock);
	readers->generation++;
	readers->enabled = true;
	pthread_mutex_unlock(&readers->lock);
}

bool readers_disable(struct readers *readers)
{
	struct timespec deadline = deadline_in(DISABLE_MS);
	struct reader *idle;
	bool closed;

	pthread_mutex_lock(&readers->lock);
	readers->enabled = false;
	idle = readers->idle;
	readers->idle = NULL;
	for (struct reader *reader = idle; reader; reader = reader->next)
		readers->open--;
	pthread_cond_broadcast(&readers->given_back);
	while (readers->open && pthread_cond_timedwait(&readers->given_back, &readers->lock, &deadline) == 0)
		;
	closed = readers->open == 0;
	pthread_mutex_unlock(&readers->lock);
	while (idle) {
		struct reader *next = idle->next;

		close_reader(idle);
		idle = next;
	}
	return closed;
}

static struct reader *open_reader(struct readers *readers, unsigned int generation)
{
	struct reader *reader = calloc(1, sizeof *reader);

	if (!reader)
		return NULL;
	reader->generation = generation;
	if (database_open(&reader->database, readers->path, false, READER_BUSY_MS)) {
		database_execute(&reader->database, "PRAGMA query_only = 1");
		database_execute(&reader->database, "PRAGMA cache_size = -4096");
		database_bound_statements(&reader->database);
	}
	return reader;
}

/* An idle connection, or leave to open one more; false when neither came within the time. Under the lock. */
static bool wait_for_one(struct readers *readers, unsigned int wait_ms)
{
	struct timespec deadline = deadline_in(wait_ms);

	while (readers->enabled && !readers->idle && readers->open >= READERS_MAX)
		if (pthread_cond_timedwait(&readers->given_back, &readers->lock, &deadline) != 0)
			return readers->idle || readers->open < READERS_MAX;
	return true;
}

struct database *readers_take(struct readers *readers, unsigned int wait_ms, enum status *ret_status)
{
	struct reader *reader = NULL;
	unsigned int generation;
	bool may_open = false;

	pthread_mutex_lock(&readers->lock);
	*ret_status = wait_for_one(readers, wait_ms) ? STATUS_OK : STATUS_BUSY;
	if (!readers->enabled)
		*ret_status = STATUS_UNAVAILABLE;
	generation = readers->generation;
	if (*ret_status == STATUS_OK && readers->idle) {
		reader = readers->idle;
		readers->idle = reader->next;
	} else if (*ret_status == STATUS_OK) {
		readers->open++;
		may_open = true;
	}
	pthread_mutex_unlock(&readers->lock);
	if (!may_open)
		return reader ? &reader->database : NULL;
	reader = open_reader(readers, generation);
	if (reader && !reader->database.error)
		return &reader->database;
	*ret_status = reader ? database_status(&reader->database) : STATUS_NO_MEMORY;
	if (reader) {
		readers_give(readers, &reader->database);
	} else {
		pthread_mutex_lock(&readers->lock);
		readers->open--;
		pthread_mutex_unlock(&readers->lock);
	}
	return NULL;
}

void readers_give(struct readers *readers, struct database *database)
{
	struct reader *reader = (struct reader *)database;
	bool keep;

	database->deadline = 0;
	/* Too slow is not broken: the next one finds this one's pages in its cache. */
	if (database->error == SQLITE_INTERRUPT) {
		database_clear_error(database);
		if (!sqlite3_get_autocommit(database->handle))
			database_run(database, SQL_ROLLBACK, NULL, 0);
	}
	pthread_mutex_lock(&readers->lock);
	keep = readers->enabled && reader->generation == readers->generation && !database->error;
	if (keep) {
		reader->next = readers->idle;
		readers->idle = reader;
		pthread_cond_signal(&readers->given_back);
	}
	pthread_mutex_unlock(&readers->lock);
	if (keep)
		return;
	/* Only what is closed is counted out: a file is set aside when nobody has it open. */
	close_reader(reader);
	pthread_mutex_lock(&readers->lock);
	readers->open--;
	pthread_cond_broadcast(&readers->given_back);
	pthread_mutex_unlock(&readers->lock);
}
