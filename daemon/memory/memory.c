#include "memory/memory.h"

#include "base/paths.h"
#include "memory/memory_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLOSE_MS = 2000, DAYS_PER_YEAR = 365 };

const struct memory_settings memory_settings_default = {
    .backend = MEMORY_SQLITE,
    .state_directory = PATHS_STATE,
    .scope = RELATION_SCOPE_DOMAIN,
    .retention = {.relation_days = 2 * DAYS_PER_YEAR,
		  .received_days = 90,
		  .message_days = 90,
		  .template_days = 30,
		  .offence_days = 30,
		  .counted_days = 7},
    .template_window_days = 14,
    .deadline_ms = 50,
    .batch_interval_ms = 250,
    .queue_max = 10000,
    .templates_max = 200000,
    .quick_check = true,
    .create = true,
    .redis_prefix = "{coldshoulder}",
    .redis_connections = 16,
};

static enum status wrong(struct error_list *errors, const char *where, const char *hint, const char *what)
{
	error_add(errors, SEVERITY_ERROR, where, hint, "%s", what);
	return STATUS_BAD_INPUT;
}

static enum status check_settings(const struct memory_settings *settings, struct error_list *errors)
{
	const struct store_retention *keep = &settings->retention;

	if (!keep->relation_days || !keep->received_days || !keep->message_days || !keep->template_days ||
	    !keep->offence_days || !keep->counted_days)
		return wrong(errors, "memory", "give each retention key at least one day", "a retention of zero days");
	if (settings->template_window_days == 0 || settings->template_window_days > keep->template_days)
		return wrong(errors, "memory", "a template must be kept for as long as it counts",
			     "template_window is zero, or longer than keep_templates");
	if (settings->backend == MEMORY_REDIS && (!settings->redis_server || !settings->key_file))
		return wrong(errors, "memory",
			     "all hosts must share one key file: make it once with SQLite, and copy it",
			     "the Redis store needs redis_server and key_file");
	if (!settings->queue_max || !settings->batch_interval_ms || !settings->deadline_ms)
		return wrong(errors, "memory", NULL, "queue, batch interval and deadline must be above zero");
	return STATUS_OK;
}

/* Neither key nor file, where both would be made: no key was lost, there never was one. */
static bool nothing_yet(const struct memory_settings *settings, const char *key)
{
	char file[4096];

	if (settings->create || settings->backend != MEMORY_SQLITE || access(settings->state_directory, F_OK) != 0 ||
	    (size_t)snprintf(file, sizeof file, "%s/memory.db", settings->state_directory) >= sizeof file)
		return false;
	return access(key, F_OK) != 0 && errno == ENOENT && access(file, F_OK) != 0 && errno == ENOENT;
}

static enum status read_key(struct memory *memory, const struct memory_settings *settings, struct error_list *errors)
{
	static const unsigned char nothing[32];
	char path[4096];

	/* Nothing is ever kept: any key will do. */
	if (settings->backend == MEMORY_NONE) {
		key_derive(nothing, &memory->key);
		return STATUS_OK;
	}
	if (settings->key_file)
		snprintf(path, sizeof path, "%s", settings->key_file);
	else if ((size_t)snprintf(path, sizeof path, "%s/key", settings->state_directory) >= sizeof path)
		return wrong(errors, settings->state_directory, NULL, "the path is too long");
	if (nothing_yet(settings, path)) {
		error_add(errors, SEVERITY_ERROR, settings->state_directory,
			  "the daemon learns from outbound mail, \"coldshoulder learn sent\" from a folder of it",
			  "nothing was learned yet");
		return STATUS_NOT_FOUND;
	}
	return key_read(path, settings->create && settings->backend == MEMORY_SQLITE, errors, &memory->key);
}

static enum status read_lists(struct memory *memory, const struct memory_settings *settings, struct error_list *errors)
{
	enum status status = STATUS_OK;

	if (settings->freemail_list)
		status = freemail_read(settings->freemail_list, settings->freemail_domains,
				       settings->freemail_domain_count, errors, &memory->freemail);
	if (status == STATUS_OK && settings->alias_file)
		status = alias_map_read(settings->alias_file, errors, &memory->aliases);
	snprintf(memory->delimiters, sizeof memory->delimiters, "%s",
		 settings->recipient_delimiters ? settings->recipient_delimiters : "+");
	memory->normalize =
	    (struct normalize_settings){.delimiters = str_of(memory->delimiters), .aliases = memory->aliases};
	return status;
}

static enum status open_store(struct memory *memory, const struct memory_settings *settings, struct error_list *errors)
{
	enum status status = STATUS_OK;

	switch (settings->backend) {
	case MEMORY_NONE:
		status = store_none_open(&memory->store);
		break;
	case MEMORY_SQLITE:
		status = store_sqlite_open(settings, &memory->key, &memory->notices, errors, &memory->store);
		break;
	case MEMORY_REDIS:
		status = store_redis_open(settings, &memory->key, &memory->notices, errors, &memory->store);
		break;
	}
	if (status != STATUS_OK)
		return status;
	memory->writer = writer_create(&(struct writer_settings){.store = memory->store,
								 .notices = &memory->notices,
								 .interval_ms = settings->batch_interval_ms,
								 .queue_max = settings->queue_max,
								 .patient = settings->patient,
								 .immediate = settings->immediate});
	return memory->writer ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status memory_open(const struct memory_settings *settings, struct error_list *errors, struct memory **ret_memory)
{
	struct memory *memory = calloc(1, sizeof *memory);
	enum status status;

	if (!memory)
		return STATUS_NO_MEMORY;
	memory->settings = *settings;
	notices_init(&memory->notices, settings->notice, settings->notice_context);
	status = check_settings(settings, errors);
	if (status == STATUS_OK)
		status = read_key(memory, settings, errors);
	if (status == STATUS_OK)
		status = read_lists(memory, settings, errors);
	if (status == STATUS_OK)
		status = open_store(memory, settings, errors);
	if (status != STATUS_OK) {
		memory_close(memory);
		return status;
	}
	*ret_memory = memory;
	return STATUS_OK;
}

void memory_close(struct memory *memory)
{
	if (!memory)
		return;
	writer_destroy(memory->writer, CLOSE_MS);
	if (memory->store)
		memory->store->operations->close(memory->store);
	freemail_destroy(memory->freemail);
	alias_map_destroy(memory->aliases);
	notices_destroy(&memory->notices);
	free(memory);
}

bool memory_flush(struct memory *memory, unsigned int ms)
{
	return writer_flush(memory->writer, ms);
}

struct memory_counters memory_counters(struct memory *memory)
{
	struct writer_counters writer = writer_counters(memory->writer);

	return (struct memory_counters){
	    .look_ups = atomic_load(&memory->look_ups),
	    .unavailable = atomic_load(&memory->unavailable),
	    .learned = writer.written,
	    .dropped = writer.dropped,
	    .queued = writer.queued,
	};
}

struct store *memory_store(struct memory *memory)
{
	return memory->store;
}

const struct key *memory_key(const struct memory *memory)
{
	return &memory->key;
}

uint64_t memory_mailbox_key(const struct memory *memory, struct str mailbox, struct arena *arena,
			    struct str *ret_normal)
{
	struct str normal = normalize_mailbox(&memory->normalize, mailbox, arena);

	if (ret_normal)
		*ret_normal = normal;
	return normal.n ? key_hash(&memory->key, KEY_MAILBOX, normal) : 0;
}

uint64_t memory_domain_key(const struct memory *memory, struct str domain, bool any)
{
	if (!domain.n || (!any && freemail_contains(memory->freemail, domain)))
		return 0;
	return key_hash(&memory->key, KEY_DOMAIN, domain);
}
