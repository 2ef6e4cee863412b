/*
 * filter_stop - how libmilter is brought to an end at once, and kept from ending at SIGHUP.
 *
 * libmilter runs a thread in sigwait() for SIGHUP, SIGTERM and SIGINT, and stops at any of them. Therefore this file
 * defines sigwait() for the whole program (libmilter finds ours before libc's): called for those three signals it never
 * returns, and takes none of them. And libmilter's accept loop notices a stop only when its poll() ends, up to five
 * seconds later: here that is interrupted by a signal to its thread.
 */
#ifndef COLDSHOULDER_MILTER_FILTER_STOP_H
#define COLDSHOULDER_MILTER_FILTER_STOP_H

#include <stdbool.h>

/* Called by the thread that is about to accept connections. */
void filter_stop_prepare(void);

/* Called by the same thread when it has stopped accepting. */
void filter_stop_finished(void);

/* Whether filter_stop() was called. libmilter reports a failure when it is stopped before its accept loop begins. */
bool filter_stop_asked(void);

/* Makes the accept loop look again at its socket and whether it is to stop. Any thread. */
void filter_stop_wake(void);

#endif
