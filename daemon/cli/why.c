#include "cli/command.h"
#include "cli/decisions.h"
#include "cli/options.h"

#include <string.h>

struct why {
	const char *queue_id;
	json_t *record; /* the newest that fits */
	size_t found;
};

static const char usage[] = "usage: coldshoulder why [OPTION...] QUEUE-ID\n\n"
			    "Says why a message was treated as it was: first in one sentence, then in full.\n\n"
			    "      --json             print the record as it is\n"
			    "  -c, --config FILE      configuration (default: the installed one)\n"
			    "  -s, --state DIRECTORY  in place of the configured state_dir\n";

static void keep(void *context, json_t *record, const char *line)
{
	struct why *why = context;

	(void)line;
	if (strcmp(decisions_text(record, "queue_id", ""), why->queue_id) != 0)
		return;
	json_decref(why->record);
	why->record = json_incref(record);
	why->found++;
}

static const char *class_in_words(const char *name)
{
	static const char *const words[][2] = {
	    {"cold", "as cold outreach"},
	    {"linkedin", "as a solicitation by way of LinkedIn"},
	    {"digest", "as a digest or marketing mail"},
	    {"template", "as one text that goes to many"},
	    {"policy", "as against the rules for our own outgoing mail"},
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i][0], name) == 0)
			return words[i][1];
	return "as ordinary mail";
}

static const char *action_in_words(const char *name)
{
	static const char *const words[][2] = {
	    {"accept", "was delivered unchanged"},    {"tag", "was delivered with a mark"},
	    {"tempfail", "was put off for later"},    {"quarantine", "was held back in quarantine"},
	    {"reject", "was refused with an answer"}, {"discard", "was thrown away"},
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i][0], name) == 0)
			return words[i][1];
	return "was dealt with";
}

static const char *relation_in_words(const json_t *record)
{
	const char *relation = decisions_text(record, "relation", "unknown");

	if (strcmp(decisions_text(record, "direction", ""), "inbound") != 0)
		return NULL;
	if (strcmp(relation, "stranger") == 0)
		return "nobody here has written to that sender before";
	if (strcmp(relation, "known") == 0)
		return "somebody here has written to that sender before";
	if (strcmp(relation, "mutual") == 0)
		return "the two have written to each other before";
	return "whether anybody here knows that sender could not be found out";
}

/* The one sentence for the telephone. */
static void print_sentence(const json_t *record)
{
	const char *relation = relation_in_words(record);
	double score = json_number_value(json_object_get(record, "score"));
	char when[40], recipients[400];

	printf("The message from %s to %s of %s %s", decisions_text(record, "from", "(address not kept)"),
	       decisions_recipients(record, recipients, sizeof recipients), decisions_time(record, when, sizeof when),
	       action_in_words(decisions_text(record, "action", "")));
	if (!json_is_true(json_object_get(record, "judged"))) {
		printf(" because mail of this kind is not judged (%s).\n", decisions_text(record, "policy", "?"));
		return;
	}
	/* Inbound mail has this class by the block list alone. */
	if (strcmp(decisions_text(record, "class", ""), "policy") == 0 &&
	    strcmp(decisions_text(record, "direction", ""), "inbound") == 0) {
		printf(" because its sender stands on the block list of this site.\n");
		return;
	}
	printf(", %s: its wording and form scored %.1f points, where %.1f are needed to count as unwelcome",
	       class_in_words(decisions_text(record, "class", "")), score,
	       json_number_value(json_object_get(record, "threshold")));
	if (relation)
		printf(", and %s", relation);
	printf(".\n");
}

static void print_rules(const json_t *record)
{
	size_t i;
	json_t *rule;

	json_array_foreach(json_object_get(record, "rules"), i, rule)
	{
		const char *evidence = decisions_text(rule, "evidence", "");
		const char *view = decisions_text(rule, "view", NULL);

		printf("  %+6.2f  %s%s", json_number_value(json_object_get(rule, "score")),
		       decisions_text(rule, "id", "?"), json_object_get(rule, "shadow") ? " (in shadow)" : "");
		if (*evidence)
			printf("  \"%s\"", evidence);
		if (view)
			printf("  in the %s", view);
		putchar('\n');
	}
}

static void print_facts(const json_t *record)
{
	const char *name;
	json_t *value;

	printf("facts:");
	json_object_foreach((json_t *)json_object_get(record, "facts"), name, value)
	{
		if (json_is_integer(value))
			printf(" %s=%lld", name, (long long)json_integer_value(value));
		else
			printf(" %s", name);
	}
	putchar('\n');
}

static void print_why(const json_t *record)
{
	const char *would = decisions_text(record, "would", NULL);
	size_t i;
	json_t *limit;

	print_sentence(record);
	printf("\n%s: class=%s action=%s score=%.2f/%.2f policy=%s", decisions_text(record, "queue_id", ""),
	       decisions_text(record, "class", "?"), decisions_text(record, "action", "?"),
	       json_number_value(json_object_get(record, "score")),
	       json_number_value(json_object_get(record, "threshold")), decisions_text(record, "policy", "?"));
	if (would)
		printf(" would=%s", would);
	putchar('\n');
	print_rules(record);
	printf("direction=%s relation=%s auth=%s linkedin=%s\n", decisions_text(record, "direction", "?"),
	       decisions_text(record, "relation", "?"), decisions_text(record, "auth", "?"),
	       decisions_text(record, "linkedin", "?"));
	print_facts(record);
	if (decisions_text(record, "template", NULL))
		printf("template: %s (coldshoulder learn template, forget template)\n",
		       decisions_text(record, "template", ""));
	if (decisions_text(record, "subject", NULL))
		printf("subject: %s\n", decisions_text(record, "subject", ""));
	json_array_foreach(json_object_get(record, "limits"), i, limit)
	    printf("limit hit: %s\n", json_string_value(limit));
}

int command_why(int argc, char **argv)
{
	struct control_options options = {.command = "why"};
	struct why why = {.queue_id = NULL};
	struct decisions_query query = {.visit = keep, .context = &why};
	bool json = false;
	const struct command_option own[] = {
	    {"json", 0, .flag = &json},
	    {"config", 'c', .value = &options.config},
	    {"state", 's', .value = &options.state},
	};
	const struct command_line line = {
	    .usage = usage, .options = own, .option_count = sizeof own / sizeof *own, .least = 1, .most = 1};
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	code = COMMAND_INPUT;
	why.queue_id = query.must_contain = argv[optind];
	if (!decisions_read(&options, &query))
		return COMMAND_INPUT;
	if (!why.record) {
		fprintf(stderr,
			"coldshoulder why: there is no decision about %s\n"
			"  hint: \"coldshoulder history\" shows what there is; older ones were rotated away\n",
			why.queue_id);
	} else {
		if (json)
			json_dumpf(why.record, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
		else
			print_why(why.record);
		if (json)
			putchar('\n');
		code = COMMAND_OK;
	}
	json_decref(why.record);
	return code;
}
