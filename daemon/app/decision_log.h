/*
 * decision_log - the file of decisions, one JSON object a line, written by a thread of its own.
 *
 * Whoever has a record hands it over and goes on: when the disk does not keep up, records are dropped and counted, mail
 * never waits. The file is opened anew when it was moved or removed, so that rotating it needs no signal.
 */
#ifndef COLDSHOULDER_APP_DECISION_LOG_H
#define COLDSHOULDER_APP_DECISION_LOG_H

#include "judge/decision.h"
#include "judge/generation.h"

struct decision_log;

struct decision_log_state {
	unsigned long written;
	unsigned long dropped; /* the queue was full, or the disk refused */
	size_t queued_bytes;
	bool failing; /* the last attempt to open or write failed */
};

/* Starts the thread. NULL: no memory, or no thread. */
struct decision_log *decision_log_start(void);

/* Writes what is queued, and ends the thread. NULL is allowed. */
void decision_log_stop(struct decision_log *log);

/*
 * Queues the decision as its generation's configuration wants it written; does nothing when that has no decision log.
 * Thread-safe, never waits for the disk.
 */
void decision_log_add(struct decision_log *log, const struct generation *generation, const struct decision *decision,
		      const struct envelope *envelope);

struct decision_log_state decision_log_state(struct decision_log *log);

#endif
