#include "cli/command.h"
#include "cli/control.h"
#include "cli/options.h"

#include <time.h>

static const char usage[] = "usage: coldshoulder status [OPTION...]\n\n"
			    "Asks the running daemon how it is, and how its last reload went.\n\n"
			    "      --json             print its answer as it came\n"
			    "  -c, --config FILE      configuration (default: the installed one)\n"
			    "  -s, --state DIRECTORY  in place of the configured state_dir\n";

static const char *text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "?";
}

static long long number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static long age(const json_t *object, const char *name)
{
	long seconds = (long)time(NULL) - (long)number(object, name);

	return seconds > 0 ? seconds : 0;
}

static void print_reload(const json_t *reload)
{
	char span[64];
	size_t i;
	json_t *error;

	if (!json_is_object(reload)) {
		printf("last reload   none since the start\n");
		return;
	}
	printf("last reload   %s ago: %s (%lld done, %lld failed)\n",
	       control_span(age(reload, "at"), span, sizeof span),
	       json_is_true(json_object_get(reload, "ok")) ? "done" : "failed, the old configuration stays",
	       number(reload, "done"), number(reload, "failed"));
	json_array_foreach(json_object_get(reload, "errors"), i, error)
	{
		printf("  %s: %s: %s\n", text(error, "severity"), text(error, "where"), text(error, "what"));
		if (*text(error, "hint"))
			printf("    hint: %s\n", text(error, "hint"));
	}
}

/* Only when there are any. */
static void print_resting(const json_t *rules)
{
	size_t i;
	json_t *rule;

	json_array_foreach(rules, i, rule) printf("%s%s", i ? ", " : "in shadow     ", json_string_value(rule));
	if (json_array_size(rules))
		printf(": kept exceeding the limits of matching; bound their repeats, then reload\n");
}

static void print_decision_log(const json_t *log)
{
	printf("decisions     %s, %lld written, %lld lost%s\n", text(log, "path"), number(log, "written"),
	       number(log, "dropped"),
	       json_is_true(json_object_get(log, "failing")) ? ": cannot be written now, the daemon's log says why"
							     : "");
}

static void print_status(const json_t *reply)
{
	char span[64];

	printf("coldshoulderd %s, process %lld, serving for %s\n", text(reply, "version"), number(reply, "pid"),
	       control_span(age(reply, "started"), span, sizeof span));
	printf("socket        %s\n", text(reply, "socket"));
	printf("configuration %s, generation %lld\n", text(reply, "config"), number(reply, "generation"));
	printf("rules         %lld, scanned by %s\n", number(reply, "rules"), text(reply, "scanner"));
	print_resting(json_object_get(reply, "resting_rules"));
	printf("under way     %lld connections, %lld messages\n", number(reply, "sessions"),
	       number(reply, "transactions"));
	print_decision_log(json_object_get(reply, "decision_log"));
	print_reload(json_object_get(reply, "reload"));
}

int command_status(int argc, char **argv)
{
	struct control_options options = {.command = "status"};
	bool json = false;
	const struct command_option own[] = {
	    {"json", 0, .flag = &json},
	    {"config", 'c', .value = &options.config},
	    {"state", 's', .value = &options.state},
	};
	const struct command_line line = {.usage = usage, .options = own, .option_count = sizeof own / sizeof *own};
	enum control_answer answer;
	json_t *reply;
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	answer = control_ask(&options, json_pack("{ss}", "command", "status"), false, &reply);
	if (answer == CONTROL_OK && json) {
		json_dumpf(reply, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (answer == CONTROL_OK) {
		print_status(reply);
	}
	json_decref(reply);
	return answer == CONTROL_OK ? COMMAND_OK : COMMAND_USAGE;
}
