#include "memory/steady_clock.h"

enum { STEP_SECONDS = 10 * 60, BELIEVED_AFTER_SECONDS = 60 * 60 };

static bool is_near(int64_t a, int64_t b)
{
	return a - b <= STEP_SECONDS && b - a <= STEP_SECONDS;
}

static void believe(struct steady_clock *clock, int64_t ahead)
{
	*clock = (struct steady_clock){.running = true, .ahead = ahead};
}

int64_t steady_clock_now(struct steady_clock *clock, int64_t wall, int64_t monotonic)
{
	int64_t ahead = wall - monotonic;

	if (!clock->running || is_near(ahead, clock->ahead)) {
		believe(clock, ahead);
	} else if (!clock->other_since || !is_near(ahead, clock->other_ahead)) {
		clock->other_ahead = ahead;
		clock->other_since = monotonic;
	} else if (monotonic - clock->other_since >= BELIEVED_AFTER_SECONDS) {
		believe(clock, ahead);
	}
	return monotonic + clock->ahead;
}
