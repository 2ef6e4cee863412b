#include "app/drain.h"

#include "app/notify.h"
#include "app/signals.h"
#include "base/clock.h"
#include "base/log.h"
#include "milter/filter.h"

enum {
	ACCEPT_REST_MS = 20, /* for connections that were made before the socket file went away */
	BEGINNING_MS = 2000, /* how long a message that has not reached DATA may take to get there */
	LONGEST_MS = 10000,
	STEP_MS = 10
};

static bool is_done(const struct filter_activity *activity, int64_t elapsed_ms)
{
	return elapsed_ms < BEGINNING_MS ? activity->transactions == 0 : activity->in_data == 0;
}

/* Returns what was still under way at the end. */
static struct filter_activity wait_for_messages(void)
{
	int64_t start = clock_monotonic_ns();

	for (;;) {
		struct filter_activity activity = filter_activity();
		int64_t elapsed_ms = (clock_monotonic_ns() - start) / 1000000;

		if (is_done(&activity, elapsed_ms) || elapsed_ms >= LONGEST_MS || signals_stop_within(STEP_MS))
			return activity;
		if (elapsed_ms >= BEGINNING_MS)
			filter_refuse_messages();
	}
}

static bool stop_listening(struct listener *listener)
{
	if (listener->path) {
		listener_remove_file(listener);
		if (signals_stop_within(ACCEPT_REST_MS))
			return false;
	}
	/* Where libmilter made the socket, it goes on accepting: those connections get no message through. */
	if (filter_stop_listening() != STATUS_OK)
		filter_refuse_messages();
	return true;
}

void drain_run(struct listener *listener)
{
	struct filter_activity activity = filter_activity();

	log_info("draining: sessions=%ld, transactions=%ld, in_data=%ld", activity.sessions, activity.transactions,
		 activity.in_data);
	notify_stopping("Finishing messages under way");
	if (stop_listening(listener))
		activity = wait_for_messages();
	log_info("drained: sessions=%ld, transactions=%ld, in_data=%ld", activity.sessions, activity.transactions,
		 activity.in_data);
	filter_stop();
}
