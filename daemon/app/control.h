/*
 * control - the unix socket by which the tool asks the running daemon: one request a line, one JSON object a line back.
 *
 * A request is a JSON object with the member "command", or a bare word, which is a command without arguments. A reply
 * has "ok": true, and what the command says; or "ok": false, "error" and perhaps "hint". One thread serves all
 * connections and runs the commands; it shares nothing with the message path but what a command takes. Everything is
 * bounded: connections (the oldest goes when a new one comes), the length of a line, the time to send a request and to
 * take a reply. The mode of the socket decides who may ask.
 */
#ifndef COLDSHOULDER_APP_CONTROL_H
#define COLDSHOULDER_APP_CONTROL_H

#include "app/listener.h"

#include <jansson.h>

/* Who asks, by SO_PEERCRED; -1: could not be found out. */
struct control_peer {
	long uid;
	long pid;
};

struct control_command {
	const char *name;
	/*
	 * Runs in the control thread; others wait meanwhile. `request` is the whole object. Returns the reply with
	 * "ok" in it, a new reference, or NULL when out of memory (control_done() and control_refused() make both
	 * kinds).
	 */
	json_t *(*run)(void *context, const json_t *request, const struct control_peer *peer);
};

struct control;

/*
 * Makes the socket at `path` (mode 0660, the group of its directory) and starts the thread. `commands` ends with a NULL
 * name; it and `context` must outlive control_stop(). Errors are added with what to do: as listener_open(), and
 * STATUS_INTERNAL when there is no thread to be had.
 */
enum status control_start(const char *path, const struct control_command *commands, void *context,
			  struct error_list *errors, struct control **ret_control);

/* Removes the socket, cuts the connections, ends the thread and waits for a command that is running. NULL is allowed.
 */
void control_stop(struct control *control);

/* {"ok": true}, to be filled. */
json_t *control_done(void);

/* {"ok": false, "error": ..., "hint": ...}; `hint` may be NULL. */
json_t *control_refused(const char *error, const char *hint);

#endif
