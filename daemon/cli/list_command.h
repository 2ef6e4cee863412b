/*
 * list_command - what "trust" and "block" have in common: they edit a list file of a policy.
 */
#ifndef COLDSHOULDER_CLI_LIST_COMMAND_H
#define COLDSHOULDER_CLI_LIST_COMMAND_H

#include "judge/config.h"

struct list_command {
	const char *name; /* "trust" */
	const char *list; /* the key of the configuration: "allow" */
	const char *done; /* "is trusted" */
	const char *usage;
	const struct sender_list *(*list_of)(const struct policy *policy);
};

/* Reads the arguments (-c, -f, -p, -u, -m, -r, -h) and does it; returns the exit code. */
int list_command_run(const struct list_command *command, int argc, char **argv);

#endif
