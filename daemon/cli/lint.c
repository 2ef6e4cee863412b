#include "cli/command.h"
#include "cli/options.h"
#include "cli/setup.h"

#include <stdio.h>

static const char usage[] =
    "usage: coldshoulder lint [--config FILE] [--rules DIRECTORY]\n\n"
    "Checks the configuration and all rules, runs every rule's own examples, and prints every error with\n"
    "its place. Exit code 0: nothing is wrong (warnings may be printed); 1: there are errors.\n\n"
    "  -c, --config FILE      configuration (default: the installed one)\n"
    "  -r, --rules DIRECTORY  rules in place of the configured directory\n";

int command_lint(int argc, char **argv)
{
	struct setup_options setup = {.check_examples = true, .show_warnings = true};
	struct generation *generation;
	const struct command_option own[] = {
	    {"config", 'c', .value = &setup.config},
	    {"rules", 'r', .value = &setup.rules},
	};
	const struct command_line line = {
	    .usage = usage, .options = own, .option_count = sizeof own / sizeof *own, .most = COMMAND_ANY_NUMBER};
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	if (optind < argc) {
		fprintf(stderr, "coldshoulder lint: takes no file names; use --rules DIRECTORY\n");
		return COMMAND_USAGE;
	}
	generation = setup_generation(&setup);
	if (!generation)
		return COMMAND_USAGE;
	printf("%zu rules are sound (%s)\n", ruleset_rule_count(generation->ruleset),
	       ruleset_scanner(generation->ruleset));
	generation_release(generation);
	return COMMAND_OK;
}
