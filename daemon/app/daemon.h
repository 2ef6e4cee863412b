/*
 * daemon - the life of coldshoulderd: load everything, listen, serve, end.
 */
#ifndef COLDSHOULDER_APP_DAEMON_H
#define COLDSHOULDER_APP_DAEMON_H

#include "app/exit_code.h"
#include "app/options.h"

/* Runs until a signal ends it. Nothing is half-started: the socket is made when all else is ready. */
enum exit_code daemon_run(const struct options *options);

/* Checks configuration and rules with their examples, and prints every error and warning (option -n). */
enum exit_code daemon_check(const struct options *options);

#endif
