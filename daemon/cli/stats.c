#include "cli/command.h"
#include "cli/memory_ask.h"
#include "cli/options.h"
#include "cli/stats_messages.h"
#include "cli/setup.h"

#include <stdio.h>

static const char usage[] =
    "usage: coldshoulder stats [OPTION...]\n\n"
    "Tells what the running daemon has counted, what the memory holds, and for how many days more it\n"
    "only learns.\n\n"
    "      --rules            also how often each rule fired\n"
    "      --verify           look through the whole store for damage\n"
    "  -c, --config FILE      configuration (default: the installed one)\n"
    "  -s, --state DIRECTORY  in place of the configured state_dir\n";

static void print_size(uint64_t bytes)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	double size = (double)bytes;
	size_t unit = 0;

	while (size >= 1024 && unit + 1 < sizeof units / sizeof *units) {
		size /= 1024;
		unit++;
	}
	printf("  %-42s %10.*f %s\n", "size", unit ? 1 : 0, size, units[unit]);
}

static void print_count(const char *what, const json_t *reply, const char *name)
{
	printf("  %-42s %10llu\n", what, memory_asked_number(reply, name));
}

static void print_learning(const json_t *reply)
{
	unsigned long long left = memory_asked_number(reply, "learning_days_left");

	if (json_is_true(json_object_get(reply, "bootstrapped")))
		printf("learning: done (\"learn sent\")\n");
	else if (left == 0)
		printf("learning: done (%llu days of outbound mail)\n", memory_asked_number(reply, "outbound_days"));
	else
		printf(
		    "learning: %llu days left; until then nothing stronger than a tag. \"coldshoulder learn sent\" ends it\n",
		    left);
}

static void print_statistics(const json_t *reply)
{
	printf("%s store\n", json_string_value(json_object_get(reply, "store")));
	print_count("pairs of a mailbox here and one elsewhere", reply, "pairs");
	print_count("  of these, our side wrote", reply, "known");
	print_count("mailboxes and domains elsewhere", reply, "sites");
	print_count("Message-IDs sent", reply, "sent");
	print_count("names of correspondents", reply, "persons");
	print_count("offenders", reply, "offenders");
	print_count("templates", reply, "templates");
	print_count("  of these, learned as unwanted", reply, "learned_templates");
	print_size(memory_asked_number(reply, "bytes"));
	print_learning(reply);
	/* The tool asks nothing itself: these are the running daemon's. */
	if (memory_asked_number(reply, "look_ups"))
		printf(
		    "since its start: %llu look-ups, %llu of them without an answer; %llu changes written, %llu lost\n",
		    memory_asked_number(reply, "look_ups"), memory_asked_number(reply, "unavailable"),
		    memory_asked_number(reply, "changes_written"), memory_asked_number(reply, "changes_dropped"));
}

/* On the store itself: it may take longer than a daemon's answer, and holds nothing up. */
static int verify(struct memory_asker *asker)
{
	struct error_list errors = error_list_make();
	struct store *store;
	enum status status;

	if (!asker->setup.memory && !memory_setup_open_memory(asker->options, &asker->setup))
		return COMMAND_USAGE;
	store = memory_store(asker->setup.memory);
	status = store->operations->verify(store, &errors);
	setup_print_errors(&errors, true);
	error_list_free(&errors);
	printf("%s\n", status == STATUS_OK ? "no damage found" : "the store is damaged");
	return status == STATUS_OK ? COMMAND_OK : COMMAND_INPUT;
}

int command_stats(int argc, char **argv)
{
	struct memory_setup_options options = {.command = "stats"};
	bool verify_wanted = false, rules = false;
	const struct command_option own[] = {
	    {"verify", 0, .flag = &verify_wanted},
	    {"rules", 0, .flag = &rules},
	    {"config", 'c', .value = &options.config},
	    {"state", 's', .value = &options.state},
	};
	const struct command_line line = {.usage = usage, .options = own, .option_count = sizeof own / sizeof *own};
	struct memory_asker asker;
	json_t *reply;
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	stats_print_messages(
	    &(struct control_options){.command = "stats", .config = options.config, .state = options.state}, rules);
	if (!memory_asker_open(&asker, &options))
		return COMMAND_USAGE;
	code = COMMAND_USAGE;
	if (memory_ask(&asker, json_pack("{ss}", "command", "memory"), &reply) == MEMORY_ANSWERED) {
		print_statistics(reply);
		json_decref(reply);
		code = verify_wanted ? verify(&asker) : COMMAND_OK;
	}
	memory_asker_close(&asker);
	return code;
}
