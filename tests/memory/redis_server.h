/*
 * redis_server - a redis-server of our own for a test: on a unix socket in a directory of its own, nothing on disk.
 */
#ifndef COLDSHOULDER_TESTS_MEMORY_REDIS_SERVER_H
#define COLDSHOULDER_TESTS_MEMORY_REDIS_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

struct redis_server {
	char directory[64];
	char socket[96];   /* "unix:PATH" */
	char key[96];      /* path of a key file */
	char password[96]; /* path of a password file; used when the server was started with one */
	pid_t pid;
};

/* Makes the directory and key file and starts a server; `password` may be NULL. False when there is no redis-server. */
bool redis_server_start(struct redis_server *server, const char *password);

/* Starts it again in the same directory after redis_server_stop(); all data are gone. */
bool redis_server_restart(struct redis_server *server, const char *password);

/* Ends the process by its id, and waits for it. */
void redis_server_stop(struct redis_server *server);

/* Stops it and removes the directory. */
void redis_server_remove(struct redis_server *server);

/* Sends one inline command ("FLUSHALL"), and reads the beginning of the answer into `answer`. */
bool redis_server_ask(const struct redis_server *server, const char *command, char *answer, size_t size);

#endif
