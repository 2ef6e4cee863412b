/*
 * control_client - one connection to the control socket: a line in, a line out, each within its time.
 */
#ifndef COLDSHOULDER_APP_CONTROL_CLIENT_H
#define COLDSHOULDER_APP_CONTROL_CLIENT_H

#include "app/control.h"
#include "base/buf.h"

#include <stdint.h>

struct control_client {
	int fd; /* -1: none */
	struct control_peer peer;
	struct buf in;
	struct buf out;
	size_t sent;     /* bytes of `out` */
	int64_t due_ns;  /* monotonic: until then the request must be whole, or the reply taken */
	bool last_reply; /* close once `out` is sent */
};

/* Takes over `fd`. */
struct control_client control_client_make(int fd);
void control_client_close(struct control_client *client);

/* What to poll for. */
short control_client_events(const struct control_client *client);

/*
 * Reads what is there. STATUS_OK: go on; STATUS_LIMIT: the line is too long; STATUS_IO: the other end is gone.
 */
enum status control_client_read(struct control_client *client);

/* The next whole line without its end, valid until it is consumed; false when there is none. */
bool control_client_line(const struct control_client *client, struct str *ret_line);

/* Takes that line off the input. */
void control_client_consume(struct control_client *client, struct str line);

/* Queues `reply` as one line; starts the time for taking it. False when out of memory. */
bool control_client_reply(struct control_client *client, const json_t *reply);

/* Sends what it can. STATUS_IO: the other end is gone. */
enum status control_client_write(struct control_client *client);

#endif
