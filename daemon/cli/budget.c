#include "base/clock.h"
#include "cli/command.h"
#include "cli/memory_setup.h"
#include "cli/options.h"

#include <stdio.h>

static const char usage[] = "usage: coldshoulder budget [OPTION...] USER...\n\n"
			    "Tells how many strangers a user wrote to today (UTC), and how many more may follow.\n"
			    "USER is a login, or the address of somebody who does not log in.\n\n"
			    "  -c, --config FILE      configuration (default: the installed one)\n"
			    "  -s, --state DIRECTORY  in place of the configured state_dir\n";

static void print_budget(const char *user, const struct policy *policy, unsigned int used)
{
	const struct enforcement *enforcement = &policy->enforcement;
	unsigned int limit = enforcement->first_contacts_per_day;

	printf("%s: %u first contacts today", user, used);
	if (!limit)
		printf(", no limit");
	else if (used >= limit)
		printf(" of %u, none left", limit);
	else
		printf(" of %u, %u left", limit, limit - used);
	printf(" (policy %s%s)\n", policy->name,
	       limit && !action_blocks(enforcement->actions[CONCERN_FIRST_CONTACTS]) ? ", which only logs" : "");
}

static int ask_about(const struct memory_setup_options *options, const struct memory_setup *setup, const char *user)
{
	struct store *store = memory_store(setup->memory);
	int64_t now = clock_wall_seconds();
	struct store_pair pair = {.local = 0};
	struct store_relation relation;
	uint8_t counted;
	struct store_query query = {.outbound = true,
				    .scope = setup->config->memory.scope,
				    .now = now,
				    .pairs = &pair,
				    .pair_count = 1,
				    .user = memory_user_key(setup->memory, str_of(user), setup->arena)};
	struct store_answer answer = {.relations = &relation, .counted = &counted};
	enum status status = store->operations->look_up(store, &query, &answer);

	if (status != STATUS_OK)
		return memory_setup_failed(options, user, status);
	print_budget(user, policy_for_sender(&setup->config->policies, str_of(user), str_of(user), matcher_day(now)),
		     answer.first_contacts);
	return COMMAND_OK;
}

int command_budget(int argc, char **argv)
{
	struct memory_setup_options options = {.command = "budget"};
	struct memory_setup setup;
	const struct command_option own[] = {
	    {"config", 'c', .value = &options.config},
	    {"state", 's', .value = &options.state},
	};
	const struct command_line line = {.usage = usage,
					  .options = own,
					  .option_count = sizeof own / sizeof *own,
					  .least = 1,
					  .most = COMMAND_ANY_NUMBER};
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	code = COMMAND_OK;
	if (!memory_setup_open(&options, &setup))
		return COMMAND_USAGE;
	for (int i = optind; i < argc && code == COMMAND_OK; i++)
		code = ask_about(&options, &setup, argv[i]);
	memory_setup_close(&setup);
	return code;
}
