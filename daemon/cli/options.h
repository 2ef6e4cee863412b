/*
 * options - reads the command line of a subcommand by a table: what is given is stored, or taken by a function.
 */
#ifndef COLDSHOULDER_CLI_OPTIONS_H
#define COLDSHOULDER_CLI_OPTIONS_H

#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Of the three ways to take it exactly one is set. */
struct command_option {
	const char *name;
	char letter;        /* "-c" as well; 0: none */
	bool *flag;         /* becomes true; the option has no argument */
	const char **value; /* becomes the argument */
	/* Gets the argument; false ends the command, and why has been printed. */
	bool (*take)(void *context, const char *argument);
};

struct command_line {
	const char *usage; /* for --help and -h, and for what is not understood */
	const struct command_option *options;
	size_t option_count; /* COMMAND_OPTIONS_MAX at most */
	int least, most;     /* operands; otherwise the usage is printed */
	void *context;       /* for the options' `take` */
};

enum { COMMAND_OPTIONS_MAX = 16, COMMAND_ANY_NUMBER = INT_MAX };

/* -1: go on, and `optind` is the first operand; otherwise the exit code, and all has been said. */
int options_read(const struct command_line *line, int argc, char **argv);

/* Says on standard error how the command is used; returns COMMAND_USAGE. */
int options_refuse(const struct command_line *line);

#endif
