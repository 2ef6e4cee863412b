#include "cli/check_print.h"
#include "cli/command.h"
#include "cli/decisions.h"
#include "cli/options.h"
#include "cli/setup.h"
#include "engine/expr.h"
#include "engine/rule.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* How a rule fared in the decision log. */
struct record_of_rule {
	unsigned long decisions;
	unsigned long fired;
	unsigned long classes[CLASS_COUNT];
	unsigned long actions[ACTION_COUNT];
	unsigned long alone; /* of those tagged, without it below the threshold */
};

static const char usage[] =
    "usage: coldshoulder explain [OPTION...] RULE...\n\n"
    "Tells what a rule looks for, what it is worth, its own examples, which rules build on it, and how often it\n"
    "fired here and with which outcome, by the decision log. Exit code 0: done; 1: usage, configuration, or\n"
    "there is no such rule.\n\n"
    "  -c, --config FILE       configuration (default: the installed one, else the built-in defaults)\n"
    "  -r, --rules DIRECTORY   rules in place of the configured directory\n"
    "  -s, --state DIRECTORY   where the decision log is, in place of the configured state_dir\n";

static void print_list(const char *title, const struct str *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		printf("  %-12s ", i ? "" : title);
		print_safely(stdout, items[i], false);
		putchar('\n');
	}
}

static void print_examples(const struct rule *rule)
{
	for (size_t i = 0; i < rule->example_count; i++) {
		const struct rule_example *example = &rule->examples[i];

		printf("  %-12s ", example->todo     ? (example->expect ? "should hit" : "should miss")
				   : example->expect ? "hits"
						     : "misses");
		print_safely(stdout, example->text, false);
		if (example->rules.n) {
			fputs(" + ", stdout);
			print_safely(stdout, example->rules, false);
		}
		putchar('\n');
	}
}

static void note_use(void *context, size_t rule, bool counted)
{
	size_t *wanted = context;

	(void)counted;
	if (*wanted == rule)
		*wanted = SIZE_MAX;
}

static void print_users(const struct ruleset *ruleset, const struct rule *rule)
{
	bool first = true;

	for (size_t i = 0; i < ruleset_rule_count(ruleset); i++) {
		const struct rule *other = ruleset_rule_at(ruleset, i);
		size_t wanted = rule->index;

		if (!other->expression)
			continue;
		expr_each_rule(other->expression, note_use, &wanted);
		if (wanted != SIZE_MAX)
			continue;
		printf("%s%s", first ? "  used by      " : ", ", other->id);
		first = false;
	}
	if (!first)
		putchar('\n');
}

static void print_rule(const struct ruleset *ruleset, const struct rule *rule)
{
	static const char *const statuses[] = {"shadow", "test", "stable"};

	printf("%s: %s\n", rule->id, rule->describe);
	printf("  worth        %+.2f, family %s%s%s%s%s, status %s%s\n", rule->score, rule->family,
	       rule->language[0] ? ", language " : "", rule->language,
	       rule->mail_class == CLASS_CLEAN ? "" : ", makes mail ",
	       rule->mail_class == CLASS_CLEAN ? "" : mail_class_name(rule->mail_class), statuses[rule->status],
	       rule->shadow ? " (in shadow: counts nothing)" : "");
	printf("  from         %s:%u\n", rule->path, rule->line);
	if (rule->when)
		printf("  when         %s\n", rule->when);
	else
		printf("  looks at     %s%s%.*s\n", view_kind_name(rule->view), rule->view_header.n ? ":" : "",
		       STR_ARGS(rule->view_header));
	print_list("phrases", rule->phrases, rule->phrase_count);
	print_list("patterns", rule->patterns, rule->pattern_count);
	if (rule->false_positives[0])
		printf("  mistakes     %s\n", rule->false_positives);
	print_examples(rule);
	print_users(ruleset, rule);
}

/* What the rule counted in this decision; 0 with *ret_fired false when it did not fire. */
static double counted_in(const json_t *decision, const char *id, bool *ret_fired)
{
	const json_t *rules = json_object_get(decision, "rules");
	size_t index;
	json_t *rule;

	*ret_fired = false;
	json_array_foreach(rules, index, rule)
	{
		const char *name = json_string_value(json_object_get(rule, "id"));

		if (!name || strcmp(name, id) != 0)
			continue;
		*ret_fired = true;
		return json_number_value(json_object_get(rule, "score"));
	}
	return 0;
}

static void count_decision(struct record_of_rule *record, const json_t *decision, const char *id)
{
	const char *mail_class = json_string_value(json_object_get(decision, "class"));
	const char *action = json_string_value(json_object_get(decision, "action"));
	double score = json_number_value(json_object_get(decision, "score"));
	double threshold = json_number_value(json_object_get(decision, "threshold"));
	enum mail_class found_class = CLASS_CLEAN;
	enum action found_action = ACTION_ACCEPT;
	double counted;
	bool fired;

	record->decisions++;
	counted = counted_in(decision, id, &fired);
	if (!fired)
		return;
	record->fired++;
	if (mail_class && mail_class_find(str_of(mail_class), &found_class))
		record->classes[found_class]++;
	if (action && action_find(str_of(action), &found_action))
		record->actions[found_action]++;
	record->alone += found_class != CLASS_CLEAN && score - counted < threshold;
}

struct asked {
	const char *id;
	struct record_of_rule record;
};

static void take_record(void *context, json_t *decision, const char *line)
{
	struct asked *asked = context;

	(void)line;
	count_decision(&asked->record, decision, asked->id);
}

static void print_record(const struct record_of_rule *record)
{
	printf("  here         fired in %lu of %lu decisions\n", record->fired, record->decisions);
	for (int i = 0; i < CLASS_COUNT; i++)
		if (record->classes[i])
			printf("    class %-8s %8lu\n", mail_class_name((enum mail_class)i), record->classes[i]);
	for (int i = 0; i < ACTION_COUNT; i++)
		if (record->actions[i])
			printf("    action %-8s %7lu\n", action_name((enum action)i), record->actions[i]);
	if (record->alone)
		printf("    %lu of them would be below the threshold without what it counted\n", record->alone);
}

static void print_log(const struct control_options *options, const char *id)
{
	struct asked asked = {.id = id};

	fflush(stdout);
	if (decisions_read(options, &(struct decisions_query){.visit = take_record, .context = &asked}))
		print_record(&asked.record);
	else
		printf("  here         not known: there is no decision log\n");
}

static int explain(const struct generation *generation, const struct control_options *options, char **ids, int count)
{
	int code = COMMAND_OK;

	for (int i = 0; i < count; i++) {
		const struct rule *rule = setup_find_rule(generation, "explain", ids[i]);

		if (rule) {
			print_rule(generation->ruleset, rule);
			print_log(options, rule->id);
		} else {
			code = COMMAND_USAGE;
		}
	}
	return code;
}

int command_explain(int argc, char **argv)
{
	struct setup_options setup = {.config = NULL};
	struct generation *generation;
	struct control_options options = {.command = "explain"};
	const struct command_option own[] = {
	    {"config", 'c', .value = &options.config},
	    {"state", 's', .value = &options.state},
	    {"rules", 'r', .value = &setup.rules},
	};
	const struct command_line line = {.usage = usage,
					  .options = own,
					  .option_count = sizeof own / sizeof *own,
					  .least = 1,
					  .most = COMMAND_ANY_NUMBER};
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	setup.config = options.config;
	generation = setup_generation(&setup);
	if (!generation)
		return COMMAND_USAGE;
	code = explain(generation, &options, argv + optind, argc - optind);
	generation_release(generation);
	return code;
}
