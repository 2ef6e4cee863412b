/*
 * signals - SIGHUP and SIGUSR1 reload, SIGUSR2 drains, SIGTERM and SIGINT stop; one thread takes them all.
 */
#ifndef COLDSHOULDER_APP_SIGNALS_H
#define COLDSHOULDER_APP_SIGNALS_H

#include "base/error.h"

/* Called in the signal thread, one at a time. After `drain` or `stop` no more signals are taken. */
struct signals_actions {
	void (*reload)(void *context);
	void (*drain)(void *context);
	void (*stop)(void *context, const char *signal_name);
	void *context;
};

/* Blocks the signals in the calling thread and all that it makes; ignores SIGPIPE. To be called before any thread
 * exists. */
void signals_block(void);

/* Starts the thread; `actions` must stay valid until signals_finish(). STATUS_INTERNAL: no thread could be made. */
enum status signals_start(const struct signals_actions *actions);

/* Whether SIGTERM or SIGINT comes within `ms`; takes it. For a drain, which may be cut short; in the signal thread
 * only. */
bool signals_stop_within(int ms);

/* Ends the thread, if it runs, and waits for it. */
void signals_finish(void);

#endif
