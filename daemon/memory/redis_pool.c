#include "memory/redis_pool.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FAILURES_TO_BREAK = 3, PAUSE_FIRST_MS = 500, PAUSE_MAX_MS = 10000 };

static const int64_t ns_per_ms = 1000000;

void redis_pool_init(struct redis_pool *pool, const struct redis_address *address, unsigned int max)
{
	pthread_condattr_t monotonic;

	*pool = (struct redis_pool){.address = *address, .max = max ? max : 1, .pause_ms = PAUSE_FIRST_MS};
	pthread_mutex_init(&pool->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->given_back, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static void close_all(struct pooled_connection *first)
{
	while (first) {
		struct pooled_connection *next = first->next;

		redis_connection_close(&first->connection);
		free(first);
		first = next;
	}
}

void redis_pool_destroy(struct redis_pool *pool)
{
	close_all(pool->idle);
	pthread_cond_destroy(&pool->given_back);
	pthread_mutex_destroy(&pool->lock);
}

/* Counts a failure; the connections that were good so far are not trusted either. Under the lock. */
static struct pooled_connection *note_failure(struct redis_pool *pool, const char *error)
{
	struct pooled_connection *idle = NULL;

	if (*error)
		snprintf(pool->error, sizeof pool->error, "%s", error);
	if (++pool->failures >= FAILURES_TO_BREAK && !pool->broken) {
		pool->broken = true;
		pool->pause_ms = PAUSE_FIRST_MS;
		pool->next_probe = clock_monotonic_ns() + pool->pause_ms * ns_per_ms;
		idle = pool->idle;
		pool->idle = NULL;
		for (struct pooled_connection *one = idle; one; one = one->next)
			pool->open--;
	}
	return idle;
}

static struct pooled_connection *open_one(struct redis_pool *pool, int64_t deadline)
{
	struct pooled_connection *one = calloc(1, sizeof *one);
	struct pooled_connection *distrusted = NULL;

	if (one) {
		one->connection = redis_connection_make();
		if (redis_connection_open(&one->connection, &pool->address, deadline))
			return one;
	}
	pthread_mutex_lock(&pool->lock);
	pool->open--;
	distrusted = note_failure(pool, one ? one->connection.error : "out of memory");
	pthread_cond_signal(&pool->given_back);
	pthread_mutex_unlock(&pool->lock);
	close_all(distrusted);
	free(one);
	return NULL;
}

struct redis_connection *redis_pool_take(struct redis_pool *pool, int64_t deadline)
{
	struct timespec until = {.tv_sec = (time_t)(deadline / 1000000000), .tv_nsec = (long)(deadline % 1000000000)};
	struct pooled_connection *one = NULL;
	bool may_open = false;

	pthread_mutex_lock(&pool->lock);
	while (!pool->broken && !pool->idle && pool->open >= pool->max)
		if (pthread_cond_timedwait(&pool->given_back, &pool->lock, &until) != 0)
			break;
	if (!pool->broken && pool->idle) {
		one = pool->idle;
		pool->idle = one->next;
	} else if (!pool->broken && pool->open < pool->max) {
		pool->open++;
		may_open = true;
	}
	pthread_mutex_unlock(&pool->lock);
	if (may_open)
		one = open_one(pool, deadline);
	return one ? &one->connection : NULL;
}

void redis_pool_give(struct redis_pool *pool, struct redis_connection *connection, bool good)
{
	struct pooled_connection *one = (struct pooled_connection *)connection;
	struct pooled_connection *closed = NULL;

	one->next = NULL;
	pthread_mutex_lock(&pool->lock);
	if (good)
		pool->failures = 0;
	else
		closed = note_failure(pool, connection->error);
	if (good && !pool->broken && connection->fd >= 0) {
		one->next = pool->idle;
		pool->idle = one;
		one = NULL;
	} else {
		pool->open--;
	}
	pthread_cond_signal(&pool->given_back);
	pthread_mutex_unlock(&pool->lock);
	close_all(closed);
	close_all(one);
}

bool redis_pool_probe(struct redis_pool *pool, int64_t deadline)
{
	struct redis_connection probe = redis_connection_make();
	bool due, broken, answers;

	pthread_mutex_lock(&pool->lock);
	broken = pool->broken;
	due = broken && clock_monotonic_ns() >= pool->next_probe;
	pthread_mutex_unlock(&pool->lock);
	if (!due)
		return !broken;
	answers = redis_connection_open(&probe, &pool->address, deadline);
	pthread_mutex_lock(&pool->lock);
	if (answers) {
		pool->broken = false;
		pool->failures = 0;
	} else {
		snprintf(pool->error, sizeof pool->error, "%s", probe.error);
		pool->pause_ms = pool->pause_ms * 2 < PAUSE_MAX_MS ? pool->pause_ms * 2 : PAUSE_MAX_MS;
		pool->next_probe = clock_monotonic_ns() + pool->pause_ms * ns_per_ms;
	}
	pthread_mutex_unlock(&pool->lock);
	redis_connection_close(&probe);
	return answers;
}

void redis_pool_error(struct redis_pool *pool, char *out, size_t size)
{
	pthread_mutex_lock(&pool->lock);
	snprintf(out, size, "%s", pool->error);
	pthread_mutex_unlock(&pool->lock);
}
