#include "cli/learn.h"

#include "cli/command.h"
#include "cli/options.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: coldshoulder learn sent [OPTION...] PATH...\n"
    "       coldshoulder learn template [OPTION...] FILE...\n\n"
    "sent: learns from mail that was sent whom people here write to. PATH is a Maildir (a Sent folder), an mbox, a\n"
    "directory or a message; \"-\" is standard input. It may be stopped and run again, and messages that were learned\n"
    "before are not counted twice. After it the learning days are over.\n"
    "template: marks the template of each message as unwanted: the next copy is one too many.\n\n"
    "  -c, --config FILE      configuration (default: the installed one)\n"
    "  -s, --state DIRECTORY  in place of the configured state_dir\n"
    "      --any-sender       sent: learn whoever From names, not only those in local_domains\n";

int command_learn(int argc, char **argv)
{
	struct learn_options options = {.setup = {.command = "learn", .create = true, .patient = true}};
	const struct command_option own[] = {
	    {"any-sender", 0, .flag = &options.any_sender},
	    {"config", 'c', .value = &options.setup.config},
	    {"state", 's', .value = &options.setup.state},
	};
	const struct command_line line = {.usage = usage,
					  .options = own,
					  .option_count = sizeof own / sizeof *own,
					  .least = 2,
					  .most = COMMAND_ANY_NUMBER};
	const char *what;
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	what = argv[optind];
	options.paths = argv + optind + 1;
	options.path_count = argc - optind - 1;
	if (strcmp(what, "sent") == 0)
		return learn_sent(&options);
	if (strcmp(what, "template") == 0)
		return learn_template(&options, true);
	return options_refuse(&line);
}
