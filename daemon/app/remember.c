#include "app/remember.h"

#include "base/owner.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void on_notice(void *context, enum severity severity, const char *text)
{
	(void)context;
	if (severity == SEVERITY_ERROR)
		log_err("%s", text);
	else
		log_warn("%s", text);
}

/* Without the list that is installed by default no company is known by its domain; that stops nothing. */
static bool default_list_missing(const struct config *config)
{
	return config->memory.freemail_list && strcmp(config->memory.freemail_list, CONFIG_FREEMAIL_LIST) == 0 &&
	       access(CONFIG_FREEMAIL_LIST, R_OK) != 0;
}

/* Whoever starts the daemon once as root, or as somebody else, gets to know why it does not start now. */
static enum status check_ownership(const struct config *config, struct error_list *errors)
{
	const char *directory = config->state_directory;
	char owner[64], us[64], hint[256];
	struct stat info;

	if (stat(directory, &info) != 0 || eaccess(directory, R_OK | W_OK | X_OK) == 0)
		return STATUS_OK;
	owner_name(info.st_uid, owner, sizeof owner);
	owner_name(geteuid(), us, sizeof us);
	snprintf(hint, sizeof hint, "chown -R %s: %s", us, directory);
	error_add(errors, SEVERITY_ERROR, config->path, hint,
		  "the state directory %s belongs to %s, and %s cannot write it", directory, owner, us);
	return STATUS_PERMISSION;
}

enum status remember_open(const struct config *config, struct error_list *errors, struct memory **ret_memory)
{
	struct memory_settings settings = config->memory;

	*ret_memory = NULL;
	if (settings.backend == MEMORY_NONE)
		return STATUS_OK;
	if (settings.backend == MEMORY_SQLITE && check_ownership(config, errors) != STATUS_OK)
		return STATUS_PERMISSION;
	if (default_list_missing(config)) {
		settings.freemail_list = NULL;
		error_add(errors, SEVERITY_WARNING, CONFIG_FREEMAIL_LIST, NULL,
			  "there is no list of free-mail domains: no company is known by its domain");
	}
	settings.state_directory = config->state_directory;
	settings.notice = on_notice;
	return memory_open(&settings, errors, ret_memory);
}

static enum status check_state_directory(const struct config *config, struct error_list *errors)
{
	struct stat info;

	if (stat(config->state_directory, &info) == 0 && S_ISDIR(info.st_mode))
		return STATUS_OK;
	error_add(errors, SEVERITY_ERROR, config->path ? config->path : "state_dir",
		  "make it, owned by the daemon's user, or set another state_dir", "%s: there is no such directory",
		  config->state_directory);
	return STATUS_NOT_FOUND;
}

enum status remember_check(const struct config *config, struct error_list *errors)
{
	struct memory_settings settings = config->memory;
	struct memory *memory = NULL;
	enum status status;

	if (settings.backend == MEMORY_NONE)
		return STATUS_OK;
	if (default_list_missing(config))
		settings.freemail_list = NULL;
	/* Without a store nothing is made: settings and lists are read all the same. */
	if (settings.backend == MEMORY_SQLITE) {
		settings.backend = MEMORY_NONE;
		if (check_state_directory(config, errors) != STATUS_OK)
			return STATUS_NOT_FOUND;
	}
	settings.state_directory = config->state_directory;
	status = memory_open(&settings, errors, &memory);
	memory_close(memory);
	return status;
}

static bool texts_differ(const struct memory_settings *a, const struct memory_settings *b)
{
	const char *const texts[][2] = {
	    {a->key_file, b->key_file},
	    {a->freemail_list, b->freemail_list},
	    {a->alias_file, b->alias_file},
	    {a->recipient_delimiters, b->recipient_delimiters},
	    {a->redis_server, b->redis_server},
	    {a->redis_user, b->redis_user},
	    {a->redis_password_file, b->redis_password_file},
	    {a->redis_prefix, b->redis_prefix},
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (!str_equal(str_of(texts[i][0]), str_of(texts[i][1])))
			return true;
	return false;
}

static bool domains_differ(const struct memory_settings *a, const struct memory_settings *b)
{
	if (a->freemail_domain_count != b->freemail_domain_count)
		return true;
	for (size_t i = 0; i < a->freemail_domain_count; i++)
		if (!str_equal(a->freemail_domains[i], b->freemail_domains[i]))
			return true;
	return false;
}

static bool numbers_differ(const struct memory_settings *a, const struct memory_settings *b)
{
	const int64_t numbers[][2] = {
	    {a->backend, b->backend},
	    {a->scope, b->scope},
	    {a->template_window_days, b->template_window_days},
	    {a->deadline_ms, b->deadline_ms},
	    {(int64_t)a->queue_max, (int64_t)b->queue_max},
	    {(int64_t)a->templates_max, (int64_t)b->templates_max},
	    {a->redis_database, b->redis_database},
	    {a->redis_connections, b->redis_connections},
	};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (numbers[i][0] != numbers[i][1])
			return true;
	return memcmp(&a->retention, &b->retention, sizeof a->retention) != 0;
}

void remember_warn_changes(const struct config *old, const struct config *next)
{
	if (strcmp(old->state_directory, next->state_directory) != 0 || texts_differ(&old->memory, &next->memory) ||
	    domains_differ(&old->memory, &next->memory) || numbers_differ(&old->memory, &next->memory))
		log_warn("settings of the memory have changed: a restart is needed for them");
}
