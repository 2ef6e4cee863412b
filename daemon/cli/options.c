#include "cli/options.h"

#include "cli/command.h"

#include <getopt.h>
#include <stdio.h>

/* What getopt_long() returns for a long option: its place in the table, from here on. */
enum { BY_NAME = 256 };

int options_refuse(const struct command_line *line)
{
	fputs(line->usage, stderr);
	return COMMAND_USAGE;
}

static void describe(const struct command_line *line, struct option *names, char *letters)
{
	for (size_t i = 0; i < line->option_count; i++) {
		const struct command_option *option = &line->options[i];

		*names++ = (struct option){option->name, option->flag ? no_argument : required_argument, NULL,
					   BY_NAME + (int)i};
		if (!option->letter)
			continue;
		*letters++ = option->letter;
		if (!option->flag)
			*letters++ = ':';
	}
	*names++ = (struct option){"help", no_argument, NULL, 'h'};
	*names = (struct option){NULL, 0, NULL, 0};
	*letters++ = 'h';
	*letters = '\0';
}

/* NULL: there is none. */
static const struct command_option *find(const struct command_line *line, int found)
{
	if (found >= BY_NAME)
		return &line->options[found - BY_NAME];
	for (size_t i = 0; i < line->option_count; i++)
		if (line->options[i].letter == found)
			return &line->options[i];
	return NULL;
}

static bool take(const struct command_line *line, const struct command_option *option, const char *argument)
{
	if (option->take)
		return option->take(line->context, argument);
	if (option->flag)
		*option->flag = true;
	else
		*option->value = argument;
	return true;
}

int options_read(const struct command_line *line, int argc, char **argv)
{
	struct option names[COMMAND_OPTIONS_MAX + 2];
	char letters[2 * COMMAND_OPTIONS_MAX + 2];
	int found;

	describe(line, names, letters);
	while ((found = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		const struct command_option *option = find(line, found);

		if (found == 'h') {
			fputs(line->usage, stdout);
			return COMMAND_OK;
		}
		if (!option)
			return options_refuse(line);
		if (!take(line, option, optarg))
			return COMMAND_USAGE;
	}
	if (argc - optind < line->least || argc - optind > line->most)
		return options_refuse(line);
	return -1;
}
