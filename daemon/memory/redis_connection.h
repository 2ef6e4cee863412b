/*
 * redis_connection - one connection to a Redis server, with a deadline on everything (RESP2; hiredis reads the
 * replies).
 *
 * hiredis's own contexts know a timeout for each system call, which a server that answers a byte at a time outlives;
 * here the time of a whole exchange is bounded. Used by one thread at a time.
 */
#ifndef COLDSHOULDER_MEMORY_REDIS_CONNECTION_H
#define COLDSHOULDER_MEMORY_REDIS_CONNECTION_H

#include "base/buf.h"
#include "base/error.h"

#include <hiredis/hiredis.h>
#include <stdint.h>

struct redis_address {
	const char *path; /* of a unix socket; NULL: host and port */
	const char *host;
	const char *port;
	const char *user;     /* may be NULL */
	const char *password; /* NULL: none */
	unsigned int database;
	const char *prefix;
	uint64_t fingerprint; /* of our key; compared with the server's, and stored when there is none */
};

struct redis_connection {
	int fd; /* -1: closed */
	redisReader *reader;
	struct buf commands; /* waiting to be sent */
	size_t expected;     /* replies to them */
	char script[48];     /* the SHA1 by which the server knows our script */
	char error[160];     /* why the last thing failed */
};

struct redis_connection redis_connection_make(void);

/*
 * Connects, authenticates, selects the database, loads the script and compares keys, all before `deadline`
 * (clock_monotonic_ns()). False: closed, and `error` says why. A host name is resolved by the system's resolver, which
 * knows no deadline: an address is better.
 */
bool redis_connection_open(struct redis_connection *connection, const struct redis_address *address, int64_t deadline);

void redis_connection_close(struct redis_connection *connection);

/*
 * Begins a command of `count` words, or a step of our script with as many behind the prefix; the words must follow. It
 * waits for redis_exchange(). Nothing happens when out of memory, until that fails.
 */
void redis_begin(struct redis_connection *connection, size_t count);
void redis_begin_step(struct redis_connection *connection, const char *prefix, size_t count);
void redis_word(struct redis_connection *connection, struct str word);
void redis_number(struct redis_connection *connection, int64_t number);
/* A hash as 16 hexadecimal digits; "0" for none. */
void redis_hash(struct redis_connection *connection, uint64_t hash);

/*
 * Sends what waits and reads all replies before `deadline`; `replies` (one for each command, to be freed with
 * freeReplyObject()) are filled in their order. False: the connection is closed, nothing is to be freed, and `error`
 * says why. Errors that the server answers are replies.
 */
bool redis_exchange(struct redis_connection *connection, redisReply **replies, int64_t deadline);

#endif
