#include "app/remember.h"

#include "base/log.h"

#include <string.h>

static void on_notice(void *context, enum severity severity, const char *text)
{
	(void)context;
	if (severity == SEVERITY_ERROR)
		log_err("memory: %s", text);
	else
		log_warn("memory: %s", text);
}

enum status remember_open(const struct config *config, struct error_list *errors, struct memory **ret_memory)
{
	struct memory_settings settings = config->memory;

	*ret_memory = NULL;
	if (settings.backend == MEMORY_NONE)
		return STATUS_OK;
	settings.state_directory = config->state_directory;
	settings.notice = on_notice;
	return memory_open(&settings, errors, ret_memory);
}

static bool differ(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") != 0;
}

void remember_warn_changes(const struct config *old, const struct config *next)
{
	const struct memory_settings *a = &old->memory, *b = &next->memory;

	if (a->backend != b->backend || differ(old->state_directory, next->state_directory) ||
	    differ(a->key_file, b->key_file) || differ(a->redis_server, b->redis_server) || a->scope != b->scope)
		log_warn("the memory's settings have changed: a restart is needed for them");
}
