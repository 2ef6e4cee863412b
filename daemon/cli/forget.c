#include "cli/command.h"
#include "cli/learn.h"
#include "cli/memory_ask.h"
#include "cli/options.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: coldshoulder forget [OPTION...] ADDRESS...\n"
    "       coldshoulder forget template [OPTION...] FILE|ID...\n\n"
    "Erases all that is kept of a mailbox, whether it is ours or somebody else's: who wrote to whom, offences, and\n"
    "where it was seen. @DOMAIN erases what is kept of a domain as a whole (not of the mailboxes in it).\n"
    "template: takes back \"learn template\", by a copy of the message or by the id that the log tells.\n\n"
    "      --name NAME        also the display name of that person\n"
    "  -c, --config FILE      configuration (default: the installed one)\n"
    "  -s, --state DIRECTORY  in place of the configured state_dir\n";

/* What a person who asked to be forgotten would not expect to stay. */
static void print_known_domain(struct memory_asker *asker, const char *address)
{
	const char *domain = strrchr(address, '@');
	json_t *reply;

	if (!domain || domain == address ||
	    memory_ask(asker, json_pack("{ss ss}", "command", "who", "address", address), &reply) != MEMORY_ANSWERED)
		return;
	if (json_object_get(json_object_get(reply, "domain"), "wrote"))
		printf("  the domain is still known: coldshoulder forget %s\n", domain);
	json_decref(reply);
}

static void print_decision_log(const struct memory_asker *asker)
{
	struct config config = *asker->setup.config;
	char path[PATH_MAX];

	if (asker->options->state)
		config.state_directory = asker->options->state;
	if (config.decisions.addresses == KEEP_CLEAR && config_decision_log(&config, path, sizeof path) &&
	    (access(path, F_OK) == 0 || errno != ENOENT))
		printf("The decision log (%s) still has what it had of them, until it is rotated away.\n", path);
}

static int forget_address(struct memory_asker *asker, const char *address, const char *name)
{
	json_t *reply;

	if (memory_ask(asker, json_pack("{ss ss ss*}", "command", "forget", "address", address, "name", name),
		       &reply) != MEMORY_ANSWERED)
		return COMMAND_USAGE;
	printf("%s: %llu entries erased\n", address, memory_asked_number(reply, "erased"));
	json_decref(reply);
	print_known_domain(asker, address);
	return COMMAND_OK;
}

static int forget_all(const struct memory_setup_options *options, char **addresses, int count, const char *name)
{
	struct memory_asker asker;
	int code = COMMAND_OK;

	if (!memory_asker_open(&asker, options))
		return COMMAND_USAGE;
	for (int i = 0; i < count && code == COMMAND_OK; i++)
		code = forget_address(&asker, addresses[i], name);
	if (code == COMMAND_OK)
		print_decision_log(&asker);
	memory_asker_close(&asker);
	return code;
}

int command_forget(int argc, char **argv)
{
	struct memory_setup_options setup = {.command = "forget"};
	const char *name = NULL;
	const struct command_option own[] = {
	    {"name", 0, .value = &name},
	    {"config", 'c', .value = &setup.config},
	    {"state", 's', .value = &setup.state},
	};
	const struct command_line line = {.usage = usage,
					  .options = own,
					  .option_count = sizeof own / sizeof *own,
					  .least = 1,
					  .most = COMMAND_ANY_NUMBER};
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	if (optind + 1 < argc && strcmp(argv[optind], "template") == 0) {
		const struct learn_options options = {
		    .setup = setup, .paths = argv + optind + 1, .path_count = argc - optind - 1};

		return learn_template(&options, false);
	}
	return forget_all(&setup, argv + optind, argc - optind, name);
}
