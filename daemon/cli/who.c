#include "cli/command.h"
#include "cli/memory_ask.h"
#include "cli/options.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "usage: coldshoulder who [OPTION...] ADDRESS...\n\n"
			    "Tells what is known of somebody else's mailbox.\n\n"
			    "      --of MAILBOX       also how it stands with this mailbox of ours\n"
			    "  -c, --config FILE      configuration (default: the installed one)\n"
			    "  -s, --state DIRECTORY  in place of the configured state_dir\n";

static const char *relation_text(const char *relation)
{
	if (strcmp(relation, "mutual") == 0)
		return "mutual: both sides wrote";
	if (strcmp(relation, "known") == 0)
		return "known: our side wrote";
	return relation;
}

static void print_day(const char *what, const json_t *contact, const char *which)
{
	const char *day = json_string_value(json_object_get(contact, which));

	if (day)
		printf("  %-34s %s\n", what, day);
}

static void print_answer(const char *address, const json_t *reply)
{
	const char *relation = json_string_value(json_object_get(reply, "relation"));
	const json_t *pair = json_object_get(reply, "pair"), *site = json_object_get(reply, "site");

	printf("%s: %s\n", address, relation_text(relation ? relation : "unknown"));
	print_day("this mailbox last wrote to them", pair, "wrote");
	print_day("they last wrote to this mailbox", pair, "received");
	print_day("anybody here last wrote to them", site, "wrote");
	print_day("they last wrote to anybody here", site, "received");
	print_day("anybody here last wrote to domain", json_object_get(reply, "domain"), "wrote");
	if (json_is_true(json_object_get(reply, "freemail")))
		printf("  %-34s\n", "their domain is free-mail");
	if (memory_asked_number(site, "recipients"))
		printf("  %-34s %llu, of whom %llu wrote back\n", "mailboxes here that they wrote to",
		       memory_asked_number(site, "recipients"), memory_asked_number(site, "answers"));
	if (memory_asked_number(reply, "offences"))
		printf("  %-34s %llu\n", "offences", memory_asked_number(reply, "offences"));
}

static int ask_about(struct memory_asker *asker, const char *address, const char *of)
{
	json_t *reply;

	if (memory_ask(asker, json_pack("{ss ss ss*}", "command", "who", "address", address, "of", of), &reply) !=
	    MEMORY_ANSWERED)
		return COMMAND_USAGE;
	print_answer(address, reply);
	json_decref(reply);
	return COMMAND_OK;
}

int command_who(int argc, char **argv)
{
	struct memory_setup_options options = {.command = "who"};
	const char *of = NULL;
	const struct command_option own[] = {
	    {"of", 0, .value = &of},
	    {"config", 'c', .value = &options.config},
	    {"state", 's', .value = &options.state},
	};
	const struct command_line line = {.usage = usage,
					  .options = own,
					  .option_count = sizeof own / sizeof *own,
					  .least = 1,
					  .most = COMMAND_ANY_NUMBER};
	struct memory_asker asker;
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	if (!memory_asker_open(&asker, &options))
		return COMMAND_USAGE;
	code = COMMAND_OK;
	for (int i = optind; i < argc && code == COMMAND_OK; i++)
		code = ask_about(&asker, argv[i], of);
	memory_asker_close(&asker);
	return code;
}
