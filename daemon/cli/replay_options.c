#include "cli/command.h"
#include "cli/replay.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { LIST_MAX = 256, THREADS_MAX = 64 };

static void print_usage(FILE *out)
{
	fprintf(
	    out,
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
	    "      --auth RESULT       pass, fail or none for the domain of From, whatever the headers say\n");
}

enum replay_option {
	OPTION_SENT = 256,
	OPTION_RCPT,
	OPTION_SINCE,
	OPTION_HTML,
	OPTION_WITH_TEXT,
	OPTION_DIFF,
	OPTION_LABELS,
	OPTION_LABELS_FILE,
	OPTION_JOBS,
	OPTION_AUTHSERV_ID,
	OPTION_AUTH
};

static const struct option long_options[] = {
    {"sent", required_argument, NULL, OPTION_SENT},
    {"rcpt", required_argument, NULL, OPTION_RCPT},
    {"since", required_argument, NULL, OPTION_SINCE},
    {"html", required_argument, NULL, OPTION_HTML},
    {"with-text", no_argument, NULL, OPTION_WITH_TEXT},
    {"diff", required_argument, NULL, OPTION_DIFF},
    {"labels", no_argument, NULL, OPTION_LABELS},
    {"labels-file", required_argument, NULL, OPTION_LABELS_FILE},
    {"json", no_argument, NULL, 'j'},
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"config", required_argument, NULL, 'c'},
    {"rules", required_argument, NULL, 'r'},
    {"authserv-id", required_argument, NULL, OPTION_AUTHSERV_ID},
    {"auth", required_argument, NULL, OPTION_AUTH},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool complain(const char *what)
{
	fprintf(stderr, "coldshoulder replay: %s\n", what);
	return false;
}

static bool read_since(struct replay_options *options, const char *argument)
{
	struct tm date = {.tm_year = 0};
	const char *end = strptime(argument, "%Y-%m-%d", &date);

	if (!end || *end)
		return complain("--since takes a date like 2024-01-31");
	options->since = (int64_t)timegm(&date);
	return true;
}

static bool read_jobs(struct replay_options *options, const char *argument)
{
	char *end;
	unsigned long jobs = strtoul(argument, &end, 10);

	if (*end || jobs < 1 || jobs > THREADS_MAX)
		return complain("--jobs takes a number from 1 to 64");
	options->threads = (unsigned int)jobs;
	return true;
}

static bool read_auth(struct replay_options *options, const char *argument)
{
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
static bool read_diff(struct replay *replay, int argc, char **argv)
{
	if (optind >= argc || argv[optind][0] == '-')
		return complain("--diff takes two rule directories or configurations");
	replay->side_count = 2;
	return read_side(replay, optarg, 0) && read_side(replay, argv[optind++], 1);
}

static bool add_recipient(struct replay_options *options, const char *argument)
{
	static struct str recipients[LIST_MAX];

	if (options->recipient_count == LIST_MAX)
		return complain("too many --rcpt");
	options->recipients = recipients;
	recipients[options->recipient_count++] = str_of(argument);
	return true;
}

static bool add_sent(struct replay_options *options, char *argument)
{
	static char *sent[LIST_MAX];

	if (options->sent_count == LIST_MAX)
		return complain("too many --sent");
	options->sent = sent;
	sent[options->sent_count++] = argument;
	return true;
}

static bool take_option(struct replay *replay, int option, int argc, char **argv)
{
	struct replay_options *options = &replay->options;

	switch (option) {
	case 'c':
		replay->common.config = optarg;
		return true;
	case 'r':
		replay->common.rules = optarg;
		return true;
	case 'j':
		options->json = true;
		return true;
	case OPTION_SENT:
		return add_sent(options, optarg);
	case OPTION_RCPT:
		return add_recipient(options, optarg);
	case OPTION_SINCE:
		return read_since(options, optarg);
	case OPTION_HTML:
		options->html = optarg;
		return true;
	case OPTION_WITH_TEXT:
		options->with_text = true;
		return true;
	case OPTION_DIFF:
		return read_diff(replay, argc, argv);
	case OPTION_LABELS_FILE:
		options->labels = optarg;
		options->with_labels = true;
		return true;
	case OPTION_LABELS:
		options->with_labels = true;
		return true;
	case OPTION_JOBS:
		return read_jobs(options, optarg);
	case OPTION_AUTHSERV_ID:
		replay->authserv_id = str_of(optarg);
		return true;
	default:
		return read_auth(options, optarg);
	}
}

int replay_read_options(struct replay *replay, int argc, char **argv)
{
	int option;

	replay->side_count = 1;
	while ((option = getopt_long(argc, argv, "c:r:jh", long_options, NULL)) != -1) {
		if (option == 'h') {
			print_usage(stdout);
			return COMMAND_OK;
		}
		if (option == '?') {
			print_usage(stderr);
			return COMMAND_USAGE;
		}
		if (!take_option(replay, option, argc, argv))
			return COMMAND_USAGE;
	}
	/* What only one of two sides says, the options say for both. */
	for (size_t side = 0; side < replay->side_count; side++) {
		if (!replay->setups[side].config)
			replay->setups[side].config = replay->common.config;
		if (!replay->setups[side].rules)
			replay->setups[side].rules = replay->common.rules;
	}
	replay->options.paths = argv + optind;
	replay->options.path_count = (size_t)(argc - optind);
	if (replay->options.path_count || replay->options.sent_count)
		return -1;
	complain("name at least one Maildir, mbox, directory or message, or \"-\" for standard input");
	return COMMAND_USAGE;
}
