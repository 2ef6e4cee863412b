/*
 * writer - the bounded queue of what is to be learned, and the thread that writes it to the store in batches.
 *
 * Thread-safe. What is queued stays visible to look-ups until a snapshot of the store is sure to hold it.
 */
#ifndef COLDSHOULDER_MEMORY_WRITER_H
#define COLDSHOULDER_MEMORY_WRITER_H

#include "memory/store.h"

struct writer;

struct writer_settings {
	struct store *store;
	struct notices *notices;
	unsigned int interval_ms; /* a batch is written this long after its first change */
	size_t queue_max;         /* changes, the batch that is being written not included */
	bool patient;             /* writer_push() waits when the queue is full */
	bool immediate;           /* no queue and no thread: writer_push() writes, and nobody tends the store */
};

/* Starts the thread, with all signals blocked in it. NULL when out of memory or threads. */
struct writer *writer_create(const struct writer_settings *settings);

/* Writes what is queued, for `ms` milliseconds at most, stops the thread and frees the writer. NULL is allowed. */
void writer_destroy(struct writer *writer, unsigned int ms);

/* Queues the changes, all or none; false when they do not fit (counted) or out of memory. */
bool writer_push(struct writer *writer, const struct change *changes, size_t count);

/* Adds to the store's `answer` what waits to be written; `sketch` is the message's, or NULL. */
void writer_answer(struct writer *writer, const struct store_query *query, const struct sketch *sketch,
		   struct store_answer *answer);

/* Waits until everything pushed before is written; false after `ms` milliseconds. */
bool writer_flush(struct writer *writer, unsigned int ms);

struct writer_counters {
	unsigned long written;
	unsigned long dropped;
	unsigned long queued;
};

struct writer_counters writer_counters(struct writer *writer);

#endif
