#include "cli/memory_setup.h"

#include "base/owner.h"
#include "base/paths.h"
#include "cli/command.h"
#include "cli/setup.h"
#include "mail/message.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char installed_freemail[] = PATHS_FREEMAIL_LIST;

enum { TOOL_DEADLINE_MS = 10000 };

static void show_notice(void *context, enum severity severity, const char *text)
{
	const char *command = context;

	(void)severity;
	fprintf(stderr, "coldshoulder %s: %s\n", command, text);
}

/* The shipped list when nothing is installed: beside a relocated program, or in the source tree of a build. */
static const char *freemail_beside_program(char *path, size_t size)
{
	static const char *const places[] = {"/../share/coldshoulder/lists/freemail.txt",
					     "/../../conf/lists/freemail.txt"};
	char program[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	program[n] = '\0';
	slash = strrchr(program, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if ((size_t)snprintf(path, size, "%s%s", program, places[i]) < size && access(path, R_OK) == 0)
			return path;
	return NULL;
}

static const char *state_directory(const struct memory_setup_options *options, const struct config *config)
{
	return options->state ? options->state : config->state_directory;
}

const char *memory_setup_freemail(const struct config *config, char *path, size_t size)
{
	const char *list = config->memory.freemail_list;

	/* Only the default may be missing: a build that is not installed has the list beside it. */
	if (list && strcmp(list, installed_freemail) == 0 && access(list, R_OK) != 0)
		return freemail_beside_program(path, size);
	return list;
}

static enum status open_memory(const struct memory_setup_options *options, const struct config *config,
			       struct error_list *errors, struct memory **ret_memory)
{
	struct memory_settings settings = config->memory;
	char beside[PATH_MAX + 64];

	settings.state_directory = state_directory(options, config);
	settings.freemail_list = memory_setup_freemail(config, beside, sizeof beside);
	if (!settings.freemail_list)
		error_add(errors, SEVERITY_WARNING, installed_freemail, NULL,
			  "there is no list of free-mail domains: no company is known by its domain");
	settings.create = options->create;
	settings.patient = options->patient;
	settings.quick_check = false;
	settings.deadline_ms = TOOL_DEADLINE_MS;
	settings.notice = show_notice;
	settings.notice_context = (void *)(uintptr_t)options->command;
	return memory_open(&settings, errors, ret_memory);
}

enum status memory_setup_attach(const struct memory_setup_options *options, const struct config *config,
				struct error_list *errors, struct memory **ret_memory)
{
	enum status status = owner_become(state_directory(options, config), errors);

	if (status == STATUS_OK)
		status = open_memory(options, config, errors, ret_memory);
	if (status != STATUS_OK && errors->error_count == 0)
		error_add(errors, SEVERITY_ERROR, state_directory(options, config), NULL, "%s", status_name(status));
	return status;
}

/* Prints what was collected, and says so when there is nothing but a status. */
static bool print_outcome(const struct memory_setup_options *options, struct error_list *errors, enum status status)
{
	setup_print_errors(errors, true);
	if (status != STATUS_OK && errors->error_count == 0)
		fprintf(stderr, "coldshoulder %s: %s\n", options->command, status_name(status));
	error_list_free(errors);
	return status == STATUS_OK;
}

bool memory_setup_begin(const struct memory_setup_options *options, struct memory_setup *ret_setup)
{
	struct error_list errors = error_list_make();
	enum status status = STATUS_NO_MEMORY;

	message_library_init();
	*ret_setup = (struct memory_setup){.arena = arena_create(0), .config = setup_config(options->config, &errors)};
	if (ret_setup->config && ret_setup->arena)
		status = owner_become(state_directory(options, ret_setup->config), &errors);
	if (print_outcome(options, &errors, status))
		return true;
	memory_setup_close(ret_setup);
	return false;
}

bool memory_setup_open_memory(const struct memory_setup_options *options, struct memory_setup *setup)
{
	struct error_list errors = error_list_make();
	enum status status = open_memory(options, setup->config, &errors, &setup->memory);

	return print_outcome(options, &errors, status);
}

bool memory_setup_open(const struct memory_setup_options *options, struct memory_setup *ret_setup)
{
	if (!memory_setup_begin(options, ret_setup))
		return false;
	if (memory_setup_open_memory(options, ret_setup))
		return true;
	memory_setup_close(ret_setup);
	return false;
}

void memory_setup_close(struct memory_setup *setup)
{
	memory_close(setup->memory);
	config_free(setup->config);
	arena_destroy(setup->arena);
	*setup = (struct memory_setup){.memory = NULL};
}

bool memory_setup_is_local(const void *context, struct str mailbox)
{
	return direction_is_local(context, mailbox);
}

int memory_setup_failed(const struct memory_setup_options *options, const char *what, enum status status)
{
	fprintf(stderr, "coldshoulder %s: %s: %s%s\n", options->command, what, status_name(status),
		status == STATUS_PERMISSION ? " (run it with sudo)" : "");
	return COMMAND_USAGE;
}
