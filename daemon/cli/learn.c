#include "cli/learn.h"

#include "cli/command.h"
#include "cli/memory_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static void print_usage(FILE *out)
{
	fprintf(
	    out,
	    "usage: coldshoulder learn sent [OPTION...] PATH...\n"
	    "       coldshoulder learn template [OPTION...] FILE...\n\n"
	    "sent: learns from mail that was sent whom people here write to. PATH is a Maildir (a Sent folder), an mbox, a\n"
	    "directory or a message; \"-\" is standard input. It may be stopped and run again, and messages that were learned\n"
	    "before are not counted twice. After it the learning days are over.\n"
	    "template: marks the template of each message as unwanted: the next copy is one too many.\n\n"
	    "  -c, --config FILE      configuration (default: the installed one)\n"
	    "  -s, --state DIRECTORY  in place of the configured state_dir\n"
	    "      --any-sender       sent: learn whoever From names, not only those in local_domains\n");
}

int command_learn(int argc, char **argv)
{
	struct learn_options options = {.setup = {.command = "learn", .create = true, .patient = true}};
	const struct memory_option own[] = {{"any-sender", NULL, &options.any_sender}};
	const struct memory_command command = {print_usage, own, sizeof own / sizeof *own};
	const char *what;
	int code = memory_options_read(argc, argv, &command, &options.setup);

	if (code >= 0)
		return code;
	what = optind < argc ? argv[optind] : "";
	options.paths = argv + optind + 1;
	options.path_count = argc - optind - 1;
	if (options.path_count > 0 && strcmp(what, "sent") == 0)
		return learn_sent(&options);
	if (options.path_count > 0 && strcmp(what, "template") == 0)
		return learn_template(&options, true);
	print_usage(stderr);
	return COMMAND_USAGE;
}
