#include "cli/list_command.h"

#include "base/clock.h"
#include "base/paths.h"
#include "cli/command.h"
#include "cli/list_check.h"
#include "cli/options.h"
#include "cli/setup.h"
#include "policy/list_edit.h"
#include "policy/list_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char installed_config[] = PATHS_CONFIG;

struct request {
	const struct list_command *command;
	const char *config;
	const char *file;
	const char *policy;
	const char *until;
	const char *comment;
	bool remove;
};

/* -1: go on; otherwise the exit code. */
static int read_options(struct request *request, int argc, char **argv)
{
	const struct command_option own[] = {
	    {"config", 'c', .value = &request->config}, {"policy", 'p', .value = &request->policy},
	    {"file", 'f', .value = &request->file},     {"comment", 'm', .value = &request->comment},
	    {"until", 'u', .value = &request->until},   {"remove", 'r', .flag = &request->remove},
	};
	const struct command_line line = {.usage = request->command->usage,
					  .options = own,
					  .option_count = sizeof own / sizeof *own,
					  .least = 1,
					  .most = COMMAND_ANY_NUMBER};

	return options_read(&line, argc, argv);
}

/* The list file of the policy; NULL, and said why, when it has none. */
static const char *file_of_policy(const struct request *request, const struct config *config)
{
	const char *name = request->policy ? request->policy : "inbound";
	const struct policy *policy = policy_by_name(&config->policies, str_of(name));
	const struct sender_list *list = policy ? request->command->list_of(policy) : NULL;

	if (!policy)
		fprintf(stderr, "coldshoulder %s: there is no policy \"%s\"\n", request->command->name, name);
	else if (!list->file)
		fprintf(
		    stderr,
		    "coldshoulder %s: the policy \"%s\" keeps no list in a file; write %s = ( \"./%s.list\" ); in it\n",
		    request->command->name, name, request->command->list, request->command->list);
	return list ? list->file : NULL;
}

static int failed(const struct request *request, const char *what, enum status status, struct error_list *errors)
{
	setup_print_errors(errors, true);
	if (!errors->error_count)
		fprintf(stderr, "coldshoulder %s: %s: %s\n", request->command->name, what, status_name(status));
	return COMMAND_USAGE;
}

/* All of it before the first line is written, so that a slip in the last entry leaves the file as it was. */
static bool check_all(const struct request *request, const struct config *config, char **entries, int count)
{
	struct list_check check = {.done = request->command->done,
				   .block = strcmp(request->command->list, "block") == 0,
				   .config = config,
				   .today = matcher_day(clock_wall_seconds())};
	struct error_list errors = error_list_make();
	uint32_t until;
	bool good = !request->until || list_check_until(&check, request->until, &errors, &until);

	for (int i = 0; i < count; i++)
		good = list_check_entry(&check, entries[i], &errors) && good;
	setup_print_errors(&errors, true);
	error_list_free(&errors);
	return good;
}

static int add(const struct request *request, const char *file, const char *entry, struct error_list *errors)
{
	struct list_addition addition = {
	    .entry = str_of(entry), .comment = request->comment, .today = matcher_day(clock_wall_seconds())};
	enum status status;
	bool replaced;

	if (request->until)
		list_date_read(str_of(request->until), &addition.until);
	status = list_edit_add(file, &addition, errors, &replaced);
	if (status != STATUS_OK)
		return failed(request, entry, status, errors);
	printf("%s %s (%s%s)\n", entry, request->command->done, file, replaced ? ", was there before" : "");
	return COMMAND_OK;
}

static int take_out(const struct request *request, const char *file, const char *entry, struct error_list *errors)
{
	enum status status = list_edit_remove(file, str_of(entry), errors);

	if (status == STATUS_NOT_FOUND && !errors->error_count) {
		fprintf(stderr, "coldshoulder %s: %s is not in %s\n", request->command->name, entry, file);
		return COMMAND_USAGE;
	}
	if (status != STATUS_OK)
		return failed(request, entry, status, errors);
	printf("%s taken out of %s\n", entry, file);
	return COMMAND_OK;
}

static int edit(const struct request *request, const char *file, char **entries, int count)
{
	struct error_list errors = error_list_make();
	int code = COMMAND_OK;

	for (int i = 0; i < count && code == COMMAND_OK; i++)
		code = request->remove ? take_out(request, file, entries[i], &errors)
				       : add(request, file, entries[i], &errors);
	error_list_free(&errors);
	if (code == COMMAND_OK)
		puts("It counts after the next reload: coldshoulder reload");
	return code;
}

int list_command_run(const struct list_command *command, int argc, char **argv)
{
	struct request request = {.command = command};
	struct error_list errors = error_list_make();
	struct config *config = NULL;
	int code = read_options(&request, argc, argv);
	const char *file = request.file;
	enum status status;

	if (code >= 0)
		return code;
	code = COMMAND_USAGE;
	status = config_load(request.config ? request.config : installed_config, &errors, &config);
	/* With a file named the configuration only tells which domains are ours, and may be missing. */
	if (!file) {
		setup_print_errors(&errors, false);
		file = status == STATUS_OK ? file_of_policy(&request, config) : NULL;
	}
	if (file && (request.remove || check_all(&request, config, argv + optind, argc - optind)))
		code = edit(&request, file, argv + optind, argc - optind);
	config_free(config);
	error_list_free(&errors);
	return code;
}
