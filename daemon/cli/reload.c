#include "cli/command.h"
#include "cli/control.h"

#include <getopt.h>

static void print_usage(FILE *out)
{
	fprintf(out, "usage: coldshoulder reload [OPTION...]\n\n"
		     "Has the running daemon read configuration, rules and lists again, and waits for it.\n\n"
		     "  -c, --config FILE      configuration (default: the installed one)\n"
		     "  -s, --state DIRECTORY  in place of the configured state_dir\n");
}

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
	static const struct option long_options[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"state", required_argument, NULL, 's'},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};
	struct control_options options = {.command = "reload"};
	enum control_answer answer;
	json_t *reply;
	int option;

	while ((option = getopt_long(argc, argv, "c:s:h", long_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			options.config = optarg;
			break;
		case 's':
			options.state = optarg;
			break;
		case 'h':
			print_usage(stdout);
			return COMMAND_OK;
		default:
			print_usage(stderr);
			return COMMAND_USAGE;
		}
	}
	answer = control_ask(&options, json_pack("{ss}", "command", "reload"), false, &reply);
	print_errors(json_object_get(json_object_get(reply, "reload"), "errors"));
	if (answer == CONTROL_OK)
		printf("reloaded: generation %lld, %lld rules\n",
		       json_integer_value(json_object_get(reply, "generation")),
		       json_integer_value(json_object_get(reply, "rules")));
	json_decref(reply);
	return answer == CONTROL_OK ? COMMAND_OK : COMMAND_USAGE;
}
