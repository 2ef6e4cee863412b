/*
 * clock - monotonic time for measuring, wall time for stamps. Thread-safe.
 */
#ifndef COLDSHOULDER_BASE_CLOCK_H
#define COLDSHOULDER_BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since some fixed point; never steps back. */
int64_t clock_monotonic_ns(void);

/* The same, late by up to 10 ms, for a fraction of the cost. */
int64_t clock_coarse_ns(void);

/* Nanoseconds of processor time that the calling thread has used. A system call, unlike the others. */
int64_t clock_thread_cpu_ns(void);

/* Milliseconds since 1970-01-01 UTC. */
int64_t clock_wall_ms(void);

/* Seconds since 1970-01-01 UTC. */
int64_t clock_wall_seconds(void);

#endif
