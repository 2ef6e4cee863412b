/*
 * progress - how far a long command is: one line that renews itself on a terminal, a line now and then elsewhere.
 */
#ifndef COLDSHOULDER_CLI_PROGRESS_H
#define COLDSHOULDER_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	int64_t start;        /* clock_monotonic_ns() */
	int64_t next;         /* when to print again */
	uint64_t bytes_total; /* 0: not known */
	uint64_t bytes;
	uint64_t count;
	bool terminal;
};

/* Begins; `bytes_total` may be 0. Prints to standard error. */
struct progress progress_start(uint64_t bytes_total);

/* One more message of so many bytes is done; prints when it is time. */
void progress_step(struct progress *progress, uint64_t bytes);

/* Clears the line on a terminal. */
void progress_end(struct progress *progress);

/* Seconds since the start. */
double progress_seconds(const struct progress *progress);

/* The bytes of all files under `path`; 0 for standard input and what cannot be read. */
uint64_t progress_size_of(const char *path);

#endif
