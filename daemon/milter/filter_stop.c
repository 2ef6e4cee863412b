#include "milter/filter_stop.h"

#include "milter/filter.h"

#include <errno.h>
#include <libmilter/mfapi.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

enum { PAUSE_MS = 5, READY_WAIT_MS = 1000, STOP_WAIT_MS = 6000 };

static pthread_t accept_thread;
static atomic_bool accepting;
static atomic_bool
    ready; /* libmilter has set up what smfi_stop() needs, and its signal thread waits in our sigwait() */
static atomic_bool asked;
static atomic_bool finished;

static void do_nothing(int signal_number)
{
	(void)signal_number;
}

void filter_stop_prepare(void)
{
	struct sigaction wake = {.sa_handler = do_nothing};
	sigset_t set;

	sigemptyset(&wake.sa_mask);
	sigaction(SIGRTMIN, &wake, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	accept_thread = pthread_self();
	atomic_store(&accepting, true);
}

void filter_stop_finished(void)
{
	atomic_store(&finished, true);
}

bool filter_stop_asked(void)
{
	return atomic_load(&asked);
}

void filter_stop_wake(void)
{
	if (atomic_load(&accepting) && !atomic_load(&finished))
		pthread_kill(accept_thread, SIGRTMIN);
}

static void pause_briefly(void)
{
	const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};

	nanosleep(&pause, NULL);
}

/* Waits for a lock that the accept loop holds during its poll(). */
static void *ask_libmilter(void *unused)
{
	smfi_stop();
	return unused;
}

void filter_stop(void)
{
	pthread_t asking;
	bool has_thread;

	atomic_store(&asked, true);
	for (int waited = 0; !atomic_load(&ready) && !atomic_load(&finished) && waited < READY_WAIT_MS;
	     waited += PAUSE_MS)
		pause_briefly();
	if (atomic_load(&finished))
		return;
	has_thread = pthread_create(&asking, NULL, ask_libmilter, NULL) == 0;
	if (!has_thread)
		smfi_stop();
	/* One signal may come before libmilter has noted the stop, or just before its poll(): again and again. */
	for (int waited = 0; !atomic_load(&finished) && waited < STOP_WAIT_MS; waited += PAUSE_MS) {
		filter_stop_wake();
		pause_briefly();
	}
	if (has_thread)
		pthread_join(asking, NULL);
}

/* In place of libc's for the whole program: see filter_stop.h. */
int sigwait(const sigset_t *set, int *ret_signal)
{
	int signal_number;

	if (sigismember(set, SIGHUP) == 1 && sigismember(set, SIGTERM) == 1 && sigismember(set, SIGINT) == 1) {
		atomic_store(&ready, true);
		for (;;)
			pause();
	}
	do
		signal_number = sigwaitinfo(set, NULL);
	while (signal_number < 0 && errno == EINTR);
	if (signal_number < 0)
		return errno;
	*ret_signal = signal_number;
	return 0;
}
