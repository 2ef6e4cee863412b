/*
 * sqlite_readers - a small pool of connections for look-ups. Sessions move between threads, so a connection belongs to
 * whoever took it, until it is given back. Thread-safe.
 */
#ifndef COLDSHOULDER_MEMORY_SQLITE_READERS_H
#define COLDSHOULDER_MEMORY_SQLITE_READERS_H

#include "memory/sqlite_database.h"

#include <pthread.h>

struct reader {
	struct database database; /* first: readers_give() finds the reader by it */
	struct reader *next;
	unsigned int generation;
};

struct readers {
	pthread_mutex_t lock;
	pthread_cond_t given_back;
	const char *path;
	struct reader *idle;
	size_t open;
	unsigned int generation; /* connections of an older one are closed instead of used */
	bool enabled;
};

void readers_init(struct readers *readers, const char *path);
/* No connection may be out. */
void readers_destroy(struct readers *readers);

/* From now on connections are to the file that is at the path now. */
void readers_enable(struct readers *readers);
/* Hands none out any more, and closes them. True when all are closed; false when some are still out after a second. */
bool readers_disable(struct readers *readers);

/*
 * A connection without error, or NULL: none may be had (STATUS_UNAVAILABLE), all are busy for `wait_ms` milliseconds
 * (STATUS_BUSY), or it could not be opened.
 */
struct database *readers_take(struct readers *readers, unsigned int wait_ms, enum status *ret_status);

/* Gives it back; one that has an error is closed. */
void readers_give(struct readers *readers, struct database *database);

#endif
