#include "cli/command.h"
#include "cli/control.h"
#include "cli/options.h"

static const char usage[] = "usage: coldshoulder reload [OPTION...]\n\n"
			    "Has the running daemon read configuration, rules and lists again, and waits for it.\n\n"
			    "  -c, --config FILE      configuration (default: the installed one)\n"
			    "  -s, --state DIRECTORY  in place of the configured state_dir\n";

static void print_errors(const json_t *errors)
{
	size_t i;
	json_t *error;

	json_array_foreach(errors, i, error)
	{
		const char *hint = json_string_value(json_object_get(error, "hint"));

		fprintf(stderr, "%s: %s: %s\n", json_string_value(json_object_get(error, "severity")),
			json_string_value(json_object_get(error, "where")),
			json_string_value(json_object_get(error, "what")));
		if (hint && *hint)
			fprintf(stderr, "  hint: %s\n", hint);
	}
}

int command_reload(int argc, char **argv)
{
	struct control_options options = {.command = "reload"};
	const struct command_option own[] = {
	    {"config", 'c', .value = &options.config},
	    {"state", 's', .value = &options.state},
	};
	const struct command_line line = {.usage = usage, .options = own, .option_count = sizeof own / sizeof *own};
	enum control_answer answer;
	json_t *reply;
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	answer = control_ask(&options, json_pack("{ss}", "command", "reload"), false, &reply);
	print_errors(json_object_get(json_object_get(reply, "reload"), "errors"));
	if (answer == CONTROL_OK)
		printf("reloaded: generation %lld, %lld rules\n",
		       json_integer_value(json_object_get(reply, "generation")),
		       json_integer_value(json_object_get(reply, "rules")));
	json_decref(reply);
	return answer == CONTROL_OK ? COMMAND_OK : COMMAND_USAGE;
}
