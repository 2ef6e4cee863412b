/*
 * redis_pool - the connections of a process to its Redis server, and the circuit breaker before them. Thread-safe.
 *
 * After a few failures in a row the breaker opens: nobody waits for a server that does not answer. While it is open,
 * the writer's thread tries the server now and then (half open); when it answers, the breaker closes.
 */
#ifndef COLDSHOULDER_MEMORY_REDIS_POOL_H
#define COLDSHOULDER_MEMORY_REDIS_POOL_H

#include "memory/redis_connection.h"

#include <pthread.h>

struct pooled_connection {
	struct redis_connection connection; /* first */
	struct pooled_connection *next;
};

struct redis_pool {
	pthread_mutex_t lock;
	pthread_cond_t given_back;
	struct redis_address address;
	struct pooled_connection *idle;
	unsigned int open; /* connections, in use or idle */
	unsigned int max;
	unsigned int failures; /* in a row */
	bool broken;           /* the breaker is open */
	int64_t next_probe;    /* clock_monotonic_ns() */
	unsigned int pause_ms; /* between probes */
	char error[160];       /* the last failure */
};

/* `address` is copied, what it points to is not. */
void redis_pool_init(struct redis_pool *pool, const struct redis_address *address, unsigned int max);
/* No connection may be out. */
void redis_pool_destroy(struct redis_pool *pool);

/* A connection, or NULL when the breaker is open or none could be had before `deadline`. */
struct redis_connection *redis_pool_take(struct redis_pool *pool, int64_t deadline);

/* Gives it back. `good`: the exchange worked; otherwise it counts as a failure. */
void redis_pool_give(struct redis_pool *pool, struct redis_connection *connection, bool good);

/* Tries the server when the breaker is open and it is time. True when the breaker is closed now. */
bool redis_pool_probe(struct redis_pool *pool, int64_t deadline);

/* A copy of the last failure's reason. */
void redis_pool_error(struct redis_pool *pool, char *out, size_t size);

#endif
