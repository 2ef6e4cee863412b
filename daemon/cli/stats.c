#include "cli/command.h"
#include "cli/memory_options.h"
#include "cli/setup.h"

#include <getopt.h>
#include <stdio.h>

static void print_usage(FILE *out)
{
	fprintf(out, "usage: coldshoulder stats [OPTION...]\n\n"
		     "Tells what the memory holds, and for how many days more it only learns.\n\n"
		     "      --verify           look through the whole store for damage\n"
		     "  -c, --config FILE      configuration (default: the installed one)\n"
		     "  -s, --state DIRECTORY  in place of the configured state_dir\n");
}

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

static void print_count(const char *what, uint64_t count)
{
	printf("  %-42s %10llu\n", what, (unsigned long long)count);
}

static void print_statistics(const char *name, const struct store_statistics *statistics, unsigned int learning_days)
{
	printf("%s store\n", name);
	print_count("pairs of a mailbox here and one elsewhere", statistics->pairs);
	print_count("  of these, our side wrote", statistics->known);
	print_count("mailboxes and domains elsewhere", statistics->sites);
	print_count("Message-IDs sent", statistics->sent);
	print_count("names of correspondents", statistics->persons);
	print_count("offenders", statistics->offences);
	print_count("templates", statistics->templates);
	print_count("  of these, learned as unwanted", statistics->learned);
	print_size(statistics->bytes);
	if (statistics->bootstrapped)
		printf("learning: done (\"learn sent\")\n");
	else if (statistics->outbound_days >= learning_days)
		printf("learning: done (%u days of outbound mail)\n", statistics->outbound_days);
	else
		printf(
		    "learning: %u days left; until then nothing stronger than a tag. \"coldshoulder learn sent\" ends it\n",
		    learning_days - statistics->outbound_days);
}

static int verify(struct memory_setup *setup)
{
	struct store *store = memory_store(setup->memory);
	struct error_list errors = error_list_make();
	enum status status = store->operations->verify(store, &errors);

	setup_print_errors(&errors, true);
	error_list_free(&errors);
	printf("%s\n", status == STATUS_OK ? "no damage found" : "the store is damaged");
	return status == STATUS_OK ? COMMAND_OK : COMMAND_INPUT;
}

int command_stats(int argc, char **argv)
{
	struct memory_setup_options options = {.command = "stats"};
	bool verify_wanted = false;
	const struct memory_option own[] = {{"verify", NULL, &verify_wanted}};
	const struct memory_command command = {print_usage, own, sizeof own / sizeof *own};
	struct memory_setup setup;
	struct store_statistics statistics;
	enum status status;
	int code = memory_options_read(argc, argv, &command, &options);

	if (code >= 0)
		return code;
	code = COMMAND_OK;
	if (!memory_setup_open(&options, &setup))
		return COMMAND_USAGE;
	status = memory_store(setup.memory)->operations->statistics(memory_store(setup.memory), &statistics);
	if (status != STATUS_OK)
		code = memory_setup_failed(&options, "the store cannot be read", status);
	else
		print_statistics(memory_store(setup.memory)->operations->name, &statistics,
				 setup.config->learning_days);
	if (status == STATUS_OK && verify_wanted)
		code = verify(&setup);
	memory_setup_close(&setup);
	return code;
}
