#include "app/signals.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

static pthread_t thread;
static bool started;

static sigset_t handled_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return set;
}

void signals_block(void)
{
	sigset_t set = handled_signals();

	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void *run(void *argument)
{
	const struct signals_actions *actions = argument;
	sigset_t set = handled_signals();

	for (;;) {
		switch (sigwaitinfo(&set, NULL)) {
		case SIGHUP:
		case SIGUSR1:
			actions->reload(actions->context);
			break;
		case SIGUSR2:
			actions->drain(actions->context);
			return NULL;
		case SIGTERM:
			actions->stop(actions->context, "SIGTERM");
			return NULL;
		case SIGINT:
			actions->stop(actions->context, "SIGINT");
			return NULL;
		default: /* interrupted */
			break;
		}
	}
}

enum status signals_start(const struct signals_actions *actions)
{
	if (pthread_create(&thread, NULL, run, (void *)actions) != 0)
		return STATUS_INTERNAL;
	started = true;
	return STATUS_OK;
}

bool signals_stop_within(int ms)
{
	const struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return sigtimedwait(&set, NULL, &wait) > 0;
}

void signals_finish(void)
{
	if (!started)
		return;
	/* To the thread alone: one that waits takes it, one that has ended does not mind. */
	pthread_kill(thread, SIGTERM);
	pthread_join(thread, NULL);
	started = false;
}
