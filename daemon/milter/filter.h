/*
 * filter - our end of the milter protocol, by libmilter: registered once, run once, for the whole process.
 *
 * Order of calls: filter_register(), then filter_open() or filter_open_own(), filter_run() in the thread that is to
 * accept connections; the rest from any other thread. libmilter runs the callbacks, and with them the observer, on
 * threads of its own. It wants SIGHUP, SIGTERM and SIGINT for itself and would stop at each of them: block them before
 * the first thread is made. This file then keeps libmilter's signal thread away from them (see filter_stop.c), so
 * that the program may take them with sigwaitinfo() and use SIGHUP as it likes.
 */
#ifndef COLDSHOULDER_MILTER_FILTER_H
#define COLDSHOULDER_MILTER_FILTER_H

#include "judge/decision.h"
#include "judge/generation.h"

/*
 * Who wants to know. Every function may be called by several threads at once, must not block for long, and may be
 * NULL. Nothing that it is given may be kept.
 */
struct filter_observer {
	/* A message was judged by `generation`. Called once its edits are sent; when one of them could not be, failed()
	 * comes as well. */
	void (*decided)(void *context, const struct generation *generation, const struct decision *decision,
			const struct envelope *envelope);
	/* `step` of a message could not be done; `answer` is what became of it ("accept"). `queue_id` may be empty. */
	void (*failed)(void *context, struct str queue_id, enum status why, const char *step, const char *answer);
	void (*session_opened)(void *context);
	void (*session_closed)(void *context);
	void *context;
};

/* What is going on at this moment. */
struct filter_activity {
	long sessions;     /* connections of MTAs */
	long transactions; /* messages between MAIL and their end */
	long in_data;      /* those of them that have reached DATA */
};

/*
 * Registers the callbacks. A message is judged by the generation that `slot` has when it begins. Both arguments must
 * stay valid until the process ends. STATUS_INTERNAL: libmilter refused.
 */
enum status filter_register(struct generation_slot *slot, const struct filter_observer *observer);

/*
 * Hands a listening socket over; from now on it belongs to libmilter. STATUS_UNAVAILABLE: this libmilter cannot take
 * one over (only Debian's can), and the socket is still the caller's.
 */
enum status filter_open(int listen_fd);

/* Has libmilter make its own socket ("unix:PATH", "inet:PORT@HOST"). STATUS_IO: it could not; it has logged why. */
enum status filter_open_own(const char *socket);

/*
 * Serves connections until filter_stop(), then waits a few seconds for callbacks still running. STATUS_INTERNAL:
 * libmilter gave up. Can be called once in the life of the process.
 */
enum status filter_run(void);

/* True when no callback is running: what callbacks use may be freed. */
bool filter_is_idle(void);

/*
 * Ends filter_run(): no new connections, running callbacks finish, all sessions are cut. Returns when libmilter has
 * stopped accepting (milliseconds). May be called before filter_run(), and more than once.
 */
void filter_stop(void);

/*
 * Takes no more connections from the socket of filter_open(), which stays open for others that hold it, and whose
 * backlog waits for the next process; sessions go on. STATUS_UNAVAILABLE after filter_open_own(); STATUS_IO.
 */
enum status filter_stop_listening(void);

/* From now on every MAIL is answered with "try again later"; messages under way go on. */
void filter_refuse_messages(void);

struct filter_activity filter_activity(void);

#endif
