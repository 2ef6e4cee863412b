/* The Redis store passes the suite, against a real server. */
#include "redis_server.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

static struct redis_server server;

static void prepare(struct memory_settings *settings)
{
	settings->backend = MEMORY_REDIS;
	settings->redis_server = server.socket;
	settings->key_file = server.key;
}

static void clean_up(void)
{
	char answer[64];

	if (!redis_server_ask(&server, "FLUSHALL", answer, sizeof answer))
		abort();
}

int main(void)
{
	const struct suite_backend backend = {"redis", prepare, clean_up};
	int failures;

	if (!redis_server_start(&server, NULL)) {
		fprintf(stderr, "redis-server cannot be started (apt-get install redis-server)\n");
		redis_server_remove(&server);
		return 77;
	}
	failures = suite_run(&backend);
	redis_server_remove(&server);
	return failures;
}
