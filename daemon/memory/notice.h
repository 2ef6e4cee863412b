/*
 * notice - what a postmaster should hear from the memory's background: handed to whoever logs, at most once a minute
 * for each kind of trouble. Thread-safe.
 */
#ifndef COLDSHOULDER_MEMORY_NOTICE_H
#define COLDSHOULDER_MEMORY_NOTICE_H

#include "base/error.h"

#include <pthread.h>
#include <stdint.h>

/* Gets one line of printable text without line end; may be called from any thread, and must not call the memory. */
typedef void notice_receiver(void *context, enum severity severity, const char *text);

enum notice_kind {
	NOTICE_EVENT,   /* happens once: a file set aside, a check done; never held back */
	NOTICE_LOOK_UP, /* the store cannot be asked */
	NOTICE_LEARN,   /* the store cannot be written, or the queue is full */
	NOTICE_KINDS
};

struct notices {
	pthread_mutex_t lock;
	notice_receiver *receiver; /* may be NULL */
	void *context;
	int64_t quiet_until[NOTICE_KINDS]; /* clock_monotonic_ns() */
	unsigned long held_back[NOTICE_KINDS];
	bool unsettled[NOTICE_KINDS]; /* spoken of, and not over */
};

void notices_init(struct notices *notices, notice_receiver *receiver, void *context);
void notices_destroy(struct notices *notices);

/* Hands the text on, unless one of the same kind was handed on within the last minute. */
void notices_post(struct notices *notices, enum notice_kind kind, enum severity severity, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Trouble of this kind is over: says so when it was spoken of. */
void notices_settle(struct notices *notices, enum notice_kind kind, const char *text);

#endif
