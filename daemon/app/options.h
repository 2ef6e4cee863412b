/*
 * options - the daemon's command line.
 */
#ifndef COLDSHOULDER_APP_OPTIONS_H
#define COLDSHOULDER_APP_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *config_path;
	const char *socket;          /* NULL: as configured */
	const char *state_directory; /* NULL: as configured */
	bool foreground;             /* log to standard error instead of syslog */
	bool check_only;
	bool verbose;
};

/*
 * Reads the command line. True: go on with *ret_options, whose strings are those of `argv`. False: end with
 * *ret_exit_code; help, version or what is wrong has been printed.
 */
bool options_parse(int argc, char **argv, struct options *ret_options, int *ret_exit_code);

#endif
