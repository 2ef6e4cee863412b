/*
 * setup - what every subcommand that judges needs: libraries, configuration and rules.
 */
#ifndef COLDSHOULDER_CLI_SETUP_H
#define COLDSHOULDER_CLI_SETUP_H

#include "judge/generation.h"

struct setup_options {
	const char *config; /* NULL: the installed file when it is there, else the defaults */
	const char *rules;  /* NULL: as configured, or those beside the program when nothing is installed */
	bool check_examples;
	bool show_warnings;
};

/*
 * Loads a generation; prints every error (and warning, when asked) to standard error. NULL when there is none. The
 * caller gives the reference back with generation_release().
 */
struct generation *setup_generation(const struct setup_options *options);

/* The file to read: `path` when given, else the installed one; NULL when there is none, and the defaults hold. */
const char *setup_config_path(const char *path);

/* That file's configuration, or the defaults, to be freed with config_free(). NULL: errors have been added. */
struct config *setup_config(const char *path, struct error_list *errors);

/* An arena in blocks of `block` bytes (0: as usual); NULL, and said on standard error, when there is no memory. */
struct arena *setup_arena(const char *command, size_t block);

/* The rule with this id; NULL, and said on standard error with the nearest id, when there is none. */
const struct rule *setup_find_rule(const struct generation *generation, const char *command, const char *id);

/* Prints what is in the list to standard error; warnings only when asked. */
void setup_print_errors(const struct error_list *errors, bool show_warnings);

#endif
