#include "cli/command.h"
#include "cli/options.h"
#include "cli/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { LIST_MAX = 256, THREADS_MAX = 64 };

static const char usage[] =
    "usage: coldshoulder replay [OPTION...] PATH...\n\n"
    "Says what would have happened to this mail: judges it in the order of its dates, and learns on the way whom\n"
    "you write to, so that nothing is judged with knowledge of its future. PATH is a Maildir, an mbox, a directory\n"
    "or a message; \"-\" is standard input. Nothing is changed, and the daemon's memory is neither asked nor told.\n"
    "Exit code 0: done; 1: usage or configuration; 2: some input could not be read, or it was interrupted.\n\n"
    "      --sent PATH         mail that you sent (may be repeated): it tells whom you know\n"
    "      --rcpt ADDRESS      whose mail it is, when the messages do not tell (may be repeated)\n"
    "      --since DATE        leave out what was received before YYYY-MM-DD\n"
    "      --html FILE         also write a page to look at in a browser, with a threshold to move\n"
    "      --with-text         put the messages' text into the page, not only the evidence\n"
    "      --diff A B          compare two rule directories or configurations: what changes, by message\n"
    "      --labels            measure by your own opinion of messages (see \"coldshoulder label\")\n"
    "      --labels-file FILE  the same, in place of ~/.local/share/coldshoulder/labels\n"
    "  -j, --json              print the summary as one JSON object\n"
    "      --jobs N            threads (default: one a core; the result is the same)\n"
    "  -c, --config FILE       configuration (default: the installed one, else the built-in defaults)\n"
    "  -r, --rules DIRECTORY   rules in place of the configured directory\n"
    "      --authserv-id ID    believe Authentication-Results of this verifier (all others were stripped)\n"
    "      --auth RESULT       pass, fail or none for the domain of From, whatever the headers say\n";

static bool complain(const char *what)
{
	fprintf(stderr, "coldshoulder replay: %s\n", what);
	return false;
}

static bool take_since(void *context, const char *argument)
{
	struct replay *replay = context;
	struct tm date = {.tm_year = 0};
	const char *end = strptime(argument, "%Y-%m-%d", &date);

	if (!end || *end)
		return complain("--since takes a date like 2024-01-31");
	replay->options.since = (int64_t)timegm(&date);
	return true;
}

static bool take_jobs(void *context, const char *argument)
{
	struct replay *replay = context;
	char *end;
	unsigned long jobs = strtoul(argument, &end, 10);

	if (*end || jobs < 1 || jobs > THREADS_MAX)
		return complain("--jobs takes a number from 1 to 64");
	replay->options.threads = (unsigned int)jobs;
	return true;
}

static bool take_auth(void *context, const char *argument)
{
	struct replay_options *options = &((struct replay *)context)->options;
	int64_t value;

	if (!fact_value_find(FACT_AUTH, str_of(argument), &value))
		return complain("--auth takes pass, fail or none");
	options->auth = (enum auth_result)value;
	options->auth_given = true;
	return true;
}

/* A directory holds rules, a file is a configuration. */
static bool read_side(struct replay *replay, const char *argument, size_t side)
{
	struct stat info;

	if (stat(argument, &info) != 0) {
		fprintf(stderr, "coldshoulder replay: --diff: %s: %m\n", argument);
		return false;
	}
	replay->side_names[side] = argument;
	if (S_ISDIR(info.st_mode))
		replay->setups[side].rules = argument;
	else
		replay->setups[side].config = argument;
	return true;
}

/* The second name is the next argument. */
static bool take_diff(void *context, const char *argument)
{
	struct replay *replay = context;
	const char *second = replay->arguments[optind];

	if (!second || second[0] == '-')
		return complain("--diff takes two rule directories or configurations");
	optind++;
	replay->side_count = 2;
	return read_side(replay, argument, 0) && read_side(replay, second, 1);
}

static bool take_recipient(void *context, const char *argument)
{
	struct replay_options *options = &((struct replay *)context)->options;
	static struct str recipients[LIST_MAX];

	if (options->recipient_count == LIST_MAX)
		return complain("too many --rcpt");
	options->recipients = recipients;
	recipients[options->recipient_count++] = str_of(argument);
	return true;
}

static bool take_sent(void *context, const char *argument)
{
	struct replay_options *options = &((struct replay *)context)->options;
	static const char *sent[LIST_MAX];

	if (options->sent_count == LIST_MAX)
		return complain("too many --sent");
	options->sent = sent;
	sent[options->sent_count++] = argument;
	return true;
}

int replay_read_options(struct replay *replay, int argc, char **argv)
{
	struct replay_options *options = &replay->options;
	const char *authserv_id = NULL;
	const struct command_option own[] = {
	    {"sent", 0, .take = take_sent},
	    {"rcpt", 0, .take = take_recipient},
	    {"since", 0, .take = take_since},
	    {"html", 0, .value = &options->html},
	    {"with-text", 0, .flag = &options->with_text},
	    {"diff", 0, .take = take_diff},
	    {"labels", 0, .flag = &options->with_labels},
	    {"labels-file", 0, .value = &options->labels},
	    {"json", 'j', .flag = &options->json},
	    {"jobs", 0, .take = take_jobs},
	    {"config", 'c', .value = &replay->common.config},
	    {"rules", 'r', .value = &replay->common.rules},
	    {"authserv-id", 0, .value = &authserv_id},
	    {"auth", 0, .take = take_auth},
	};
	const struct command_line line = {.usage = usage,
					  .options = own,
					  .option_count = sizeof own / sizeof *own,
					  .most = COMMAND_ANY_NUMBER,
					  .context = replay};
	int code;

	replay->side_count = 1;
	replay->arguments = argv;
	code = options_read(&line, argc, argv);
	if (code >= 0)
		return code;
	options->with_labels = options->with_labels || options->labels;
	replay->authserv_id = str_of(authserv_id);
	/* What only one of two sides says, the options say for both. */
	for (size_t side = 0; side < replay->side_count; side++) {
		if (!replay->setups[side].config)
			replay->setups[side].config = replay->common.config;
		if (!replay->setups[side].rules)
			replay->setups[side].rules = replay->common.rules;
	}
	options->paths = (const char *const *)argv + optind;
	options->path_count = (size_t)(argc - optind);
	if (options->path_count || options->sent_count)
		return -1;
	complain("name at least one Maildir, mbox, directory or message, or \"-\" for standard input");
	return COMMAND_USAGE;
}
