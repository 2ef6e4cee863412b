#include "cli/memory_options.h"

#include "cli/command.h"

#include <getopt.h>
#include <string.h>

enum { OWN_OPTION = 256 };

static const struct option common[] = {
    {"config", required_argument, NULL, 'c'},
    {"state", required_argument, NULL, 's'},
    {"help", no_argument, NULL, 'h'},
};

enum { COMMON_COUNT = sizeof common / sizeof *common };

static void take_own(const struct memory_option *option, const char *argument)
{
	if (option->value)
		*option->value = argument;
	else
		*option->flag = true;
}

int memory_options_read(int argc, char **argv, const struct memory_command *command,
			struct memory_setup_options *options)
{
	struct option all[COMMON_COUNT + MEMORY_OPTIONS_MAX + 1] = {{NULL, 0, NULL, 0}};
	int option;

	memcpy(all, common, sizeof common);
	for (size_t i = 0; i < command->option_count; i++)
		all[COMMON_COUNT + i] = (struct option){command->options[i].name,
							command->options[i].value ? required_argument : no_argument,
							NULL, OWN_OPTION + (int)i};
	while ((option = getopt_long(argc, argv, "c:s:h", all, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->config = optarg;
			break;
		case 's':
			options->state = optarg;
			break;
		case 'h':
			command->print_usage(stdout);
			return COMMAND_OK;
		case '?':
			command->print_usage(stderr);
			return COMMAND_USAGE;
		default:
			take_own(&command->options[option - OWN_OPTION], optarg);
		}
	}
	return -1;
}

int memory_options_read_file(int argc, char **argv, const struct memory_command *command,
			     struct memory_setup_options *options, const char **ret_file)
{
	int code = memory_options_read(argc, argv, command, options);

	if (code >= 0)
		return code;
	if (optind + 1 < argc) {
		command->print_usage(stderr);
		return COMMAND_USAGE;
	}
	*ret_file = optind < argc && strcmp(argv[optind], "-") != 0 ? argv[optind] : NULL;
	return -1;
}
