#include "base/clock.h"
#include "cli/command.h"
#include "cli/memory_options.h"
#include "memory/normalize.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct asker {
	struct memory_setup_options setup_options;
	struct memory_setup setup;
	const char *of;
};

static void print_usage(FILE *out)
{
	fprintf(out, "usage: coldshoulder who [OPTION...] ADDRESS...\n\n"
		     "Tells what is known of somebody else's mailbox.\n\n"
		     "      --of MAILBOX       also how it stands with this mailbox of ours\n"
		     "  -c, --config FILE      configuration (default: the installed one)\n"
		     "  -s, --state DIRECTORY  in place of the configured state_dir\n");
}

static const char *relation_text(enum relation relation)
{
	switch (relation) {
	case RELATION_MUTUAL:
		return "mutual: both sides wrote";
	case RELATION_KNOWN:
		return "known: our side wrote";
	case RELATION_STRANGER:
		return "stranger";
	case RELATION_UNKNOWN:
		break;
	}
	return "unknown";
}

static void print_day(const char *what, uint32_t day)
{
	time_t seconds = ((time_t)day - 1) * SECONDS_PER_DAY;
	struct tm parts;
	char text[32];

	if (!day)
		return;
	gmtime_r(&seconds, &parts);
	strftime(text, sizeof text, "%Y-%m-%d", &parts);
	printf("  %-34s %s\n", what, text);
}

static void print_answer(const struct asker *asker, const char *address, const struct store_query *query,
			 const struct store_answer *answer)
{
	const struct store_relation *relation = &answer->relations[0];

	printf("%s: %s\n", address, relation_text(store_relation_of(relation, query->scope, false)));
	if (asker->of) {
		print_day("this mailbox last wrote to them", relation->pair.wrote);
		print_day("they last wrote to this mailbox", relation->pair.received);
	}
	print_day("anybody here last wrote to them", relation->site.wrote);
	print_day("they last wrote to anybody here", relation->site.received);
	print_day("anybody here last wrote to domain", relation->domain.wrote);
	if (!query->pairs[0].domain)
		printf("  %-34s\n", "their domain is free-mail");
	if (relation->site.recipients)
		printf("  %-34s %u, of whom %u wrote back\n", "mailboxes here that they wrote to",
		       relation->site.recipients, relation->site.answers);
	if (answer->offences)
		printf("  %-34s %u\n", "offences", answer->offences);
}

static int ask_about(struct asker *asker, const char *address)
{
	struct memory *memory = asker->setup.memory;
	struct store *store = memory_store(memory);
	struct store_pair pair = {.local = 0};
	struct store_query query = {
	    .scope = asker->setup.config->memory.scope, .now = clock_wall_seconds(), .pairs = &pair, .pair_count = 1};
	struct store_relation relation;
	uint8_t counted;
	struct store_answer answer = {.relations = &relation, .counted = &counted};
	struct str normal;
	enum status status;

	pair.remote = memory_mailbox_key(memory, str_of(address), asker->setup.arena, &normal);
	if (asker->of)
		pair.local = memory_mailbox_key(memory, str_of(asker->of), asker->setup.arena, NULL);
	if (!pair.remote || (asker->of && !pair.local)) {
		fprintf(stderr, "coldshoulder who: \"%s\" is no address\n", pair.remote ? asker->of : address);
		return COMMAND_USAGE;
	}
	pair.domain = memory_domain_key(memory, normalized_domain(normal), false);
	query.offender = pair.domain ? pair.domain : pair.remote;
	status = store->operations->look_up(store, &query, &answer);
	if (status != STATUS_OK)
		return memory_setup_failed(&asker->setup_options, address, status);
	print_answer(asker, address, &query, &answer);
	return COMMAND_OK;
}

int command_who(int argc, char **argv)
{
	struct asker asker = {.setup_options = {.command = "who"}};
	const struct memory_option own[] = {{"of", &asker.of, NULL}};
	const struct memory_command command = {print_usage, own, sizeof own / sizeof *own};
	int code = memory_options_read(argc, argv, &command, &asker.setup_options);

	if (code >= 0)
		return code;
	code = COMMAND_OK;
	if (optind == argc) {
		print_usage(stderr);
		return COMMAND_USAGE;
	}
	if (!memory_setup_open(&asker.setup_options, &asker.setup))
		return COMMAND_USAGE;
	for (int i = optind; i < argc && code == COMMAND_OK; i++)
		code = ask_about(&asker, argv[i]);
	memory_setup_close(&asker.setup);
	return code;
}
