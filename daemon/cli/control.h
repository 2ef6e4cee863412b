/*
 * control - asks the running daemon by its control socket: what every subcommand that does so shares.
 */
#ifndef COLDSHOULDER_CLI_CONTROL_H
#define COLDSHOULDER_CLI_CONTROL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct control_options {
	const char *command; /* the subcommand's name, for what is printed */
	const char *config;  /* NULL: the installed one, or the defaults */
	const char *state;   /* in place of the configured state_dir; NULL: as configured */
};

enum control_answer {
	CONTROL_OK,      /* the reply says "ok": true */
	CONTROL_REFUSED, /* it says false; "error" and "hint" of it have been printed */
	CONTROL_NONE     /* no daemon answers; why has been printed, unless `quiet` was asked for */
};

/*
 * Sends `request` (its reference is taken over) and waits for the reply, a minute at most. *ret_reply: the whole
 * object, a new reference, NULL with CONTROL_NONE. `quiet`: a daemon that does not run is no news.
 */
enum control_answer control_ask(const struct control_options *options, json_t *request, bool quiet, json_t **ret_reply);

/* "2 days", "3 hours": a span of time in words, into `out` of `size` bytes. */
const char *control_span(long seconds, char *out, size_t size);

#endif
