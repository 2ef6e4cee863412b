#include "memory/memory.h"

enum status store_redis_open(const struct memory_settings *settings, const struct key *key, struct notices *notices,
			     struct error_list *errors, struct store **ret_store)
{
	(void)settings, (void)key, (void)notices, (void)ret_store;
	error_add(errors, SEVERITY_ERROR, "memory", NULL, "not yet");
	return STATUS_BAD_INPUT;
}
