/*
 * memory_options - the command line of the subcommands that work on the memory: -c, -s, -h and few of their own.
 */
#ifndef COLDSHOULDER_CLI_MEMORY_OPTIONS_H
#define COLDSHOULDER_CLI_MEMORY_OPTIONS_H

#include "cli/memory_setup.h"

#include <stdio.h>

/* An option of one command: "--name VALUE" when `value` is set, else "--name". */
struct memory_option {
	const char *name;
	const char **value;
	bool *flag;
};

struct memory_command {
	void (*print_usage)(FILE *out);
	const struct memory_option *options;
	size_t option_count; /* MEMORY_OPTIONS_MAX at most */
};

enum { MEMORY_OPTIONS_MAX = 4 };

/*
 * Reads the options; optind is then the first operand. -1: go on; otherwise the exit code, and the usage was printed.
 */
int memory_options_read(int argc, char **argv, const struct memory_command *command,
			struct memory_setup_options *options);

/* The same for commands with one file at most. *ret_file is NULL when none, or "-", was named. */
int memory_options_read_file(int argc, char **argv, const struct memory_command *command,
			     struct memory_setup_options *options, const char **ret_file);

#endif
