#include "cli/command.h"
#include "cli/setup.h"

#include <getopt.h>
#include <stdio.h>

static void print_usage(FILE *out)
{
	fprintf(out,
		"usage: coldshoulder lint [--config FILE] [--rules DIRECTORY]\n\n"
		"Checks the configuration and all rules, runs every rule's own examples, and prints every error with\n"
		"its place. Exit code 0: nothing is wrong (warnings may be printed); 1: there are errors.\n\n"
		"  -c, --config FILE      configuration (default: the installed one)\n"
		"  -r, --rules DIRECTORY  rules in place of the configured directory\n");
}

int command_lint(int argc, char **argv)
{
	static const struct option options[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"rules", required_argument, NULL, 'r'},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};
	struct setup_options setup = {.check_examples = true, .show_warnings = true};
	struct generation *generation;
	int option;

	while ((option = getopt_long(argc, argv, "c:r:h", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			setup.config = optarg;
			break;
		case 'r':
			setup.rules = optarg;
			break;
		case 'h':
			print_usage(stdout);
			return COMMAND_OK;
		default:
			print_usage(stderr);
			return COMMAND_USAGE;
		}
	}
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
