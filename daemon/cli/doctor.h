/*
 * doctor - what the checks of "coldshoulder doctor" share: findings are printed as they are made, each with the line
 * that mends it.
 */
#ifndef COLDSHOULDER_CLI_DOCTOR_H
#define COLDSHOULDER_CLI_DOCTOR_H

#include "base/buf.h"
#include "judge/config.h"

#include <jansson.h>

enum finding { FINDING_OK, FINDING_NOTE, FINDING_WARNING, FINDING_FAILURE };

struct doctor {
	const char *config_path;    /* NULL: the installed one */
	const char *state;          /* NULL: as configured */
	const char *postfix_config; /* directory of main.cf; NULL: Postfix's own */
	const struct config *config;
	json_t *status;     /* of the daemon; NULL: it did not answer */
	const char *socket; /* of the milter: "unix:/PATH", "inet:PORT@HOST" */
	size_t warnings;
	size_t failures;
};

/* Prints one finding; `mend` is a line to be typed or written, or NULL. */
void doctor_say(struct doctor *doctor, enum finding finding, const char *mend, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Runs a program and gives what it prints, without the last line end; false when it cannot be run or fails. */
bool doctor_run(const char *const *arguments, struct buf *out);

/* main.cf, master.cf, and what stands before and behind us. */
void doctor_check_postfix(struct doctor *doctor);

/* May Postfix's user `mail_owner` reach the socket, and does the daemon answer there? */
void doctor_check_socket(struct doctor *doctor, const char *mail_owner);

/* A value of main.cf, in `out`; false when Postfix does not know the parameter, or is not there. */
bool doctor_postconf(const struct doctor *doctor, const char *parameter, struct buf *out);

#endif
