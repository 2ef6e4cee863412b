#include "cli/command.h"
#include "cli/learn.h"
#include "cli/memory_options.h"
#include "memory/person.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

struct forgetter {
	struct memory_setup_options setup_options;
	struct memory_setup setup;
	const char *name;
	uint64_t count;
};

static void print_usage(FILE *out)
{
	fprintf(
	    out,
	    "usage: coldshoulder forget [OPTION...] ADDRESS...\n"
	    "       coldshoulder forget template [OPTION...] FILE|ID...\n\n"
	    "Erases all that is kept of a mailbox, whether it is ours or somebody else's: who wrote to whom, offences, and\n"
	    "where it was seen. @DOMAIN erases what is kept of a domain as a whole (not of the mailboxes in it).\n"
	    "template: takes back \"learn template\", by a copy of the message or by the id that the log tells.\n\n"
	    "      --name NAME        also the display name of that person\n"
	    "  -c, --config FILE      configuration (default: the installed one)\n"
	    "  -s, --state DIRECTORY  in place of the configured state_dir\n");
}

static enum status forget_key(struct forgetter *forgetter, uint64_t key)
{
	struct store *store = memory_store(forgetter->setup.memory);
	uint64_t count = 0;
	enum status status = key ? store->operations->forget(store, key, &count) : STATUS_OK;

	forgetter->count += count;
	return status;
}

/* 0: done. */
static int forget_address(struct forgetter *forgetter, const char *address)
{
	struct memory *memory = forgetter->setup.memory;
	struct arena *arena = forgetter->setup.arena;
	uint64_t key = address[0] == '@' ? memory_domain_key(memory, address_domain(str_of(address), arena), true)
					 : memory_mailbox_key(memory, str_of(address), arena, NULL);
	enum status status;

	if (!key) {
		fprintf(stderr, "coldshoulder forget: \"%s\" is no address\n", address);
		return COMMAND_USAGE;
	}
	forgetter->count = 0;
	status = forget_key(forgetter, key);
	if (status == STATUS_OK && forgetter->name)
		status = forget_key(forgetter, person_key(memory_key(memory), str_of(forgetter->name), arena));
	if (status != STATUS_OK)
		return memory_setup_failed(&forgetter->setup_options, address, status);
	printf("%s: %llu entries erased\n", address, (unsigned long long)forgetter->count);
	return COMMAND_OK;
}

static int forget_all(struct forgetter *forgetter, char **addresses, int count)
{
	int code = COMMAND_OK;

	if (!memory_setup_open(&forgetter->setup_options, &forgetter->setup))
		return COMMAND_USAGE;
	for (int i = 0; i < count && code == COMMAND_OK; i++)
		code = forget_address(forgetter, addresses[i]);
	memory_setup_close(&forgetter->setup);
	return code;
}

int command_forget(int argc, char **argv)
{
	struct forgetter forgetter = {.setup_options = {.command = "forget"}};
	const struct memory_option own[] = {{"name", &forgetter.name, NULL}};
	const struct memory_command command = {print_usage, own, sizeof own / sizeof *own};
	int code = memory_options_read(argc, argv, &command, &forgetter.setup_options);

	if (code >= 0)
		return code;
	if (optind + 1 < argc && strcmp(argv[optind], "template") == 0) {
		const struct learn_options options = {
		    .setup = forgetter.setup_options, .paths = argv + optind + 1, .path_count = argc - optind - 1};

		return learn_template(&options, false);
	}
	if (optind == argc) {
		print_usage(stderr);
		return COMMAND_USAGE;
	}
	return forget_all(&forgetter, argv + optind, argc - optind);
}
