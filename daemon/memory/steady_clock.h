/*
 * steady_clock - the time by which old things are erased. A wall clock that was set is not believed for an hour: what
 * would be too old by it is still there when it is set back. Not thread-safe.
 */
#ifndef COLDSHOULDER_MEMORY_STEADY_CLOCK_H
#define COLDSHOULDER_MEMORY_STEADY_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* All zero before the first call of steady_clock_now(). */
struct steady_clock {
	bool running;
	int64_t ahead;       /* of the monotonic clock: the wall clock that is believed; seconds */
	int64_t other_ahead; /* what the wall clock says, where that is something else */
	int64_t other_since; /* by the monotonic clock; 0 while there is nothing else */
};

/*
 * The time in seconds since 1970-01-01 UTC, when the wall clock says `wall` and the monotonic clock `monotonic`
 * (seconds, above 0). The first answer is the wall clock's; a step of more than ten minutes counts when it has lasted
 * an hour.
 */
int64_t steady_clock_now(struct steady_clock *clock, int64_t wall, int64_t monotonic);

#endif
