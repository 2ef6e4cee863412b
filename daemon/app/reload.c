#include "app/reload.h"

#include "base/str.h"
#include "app/notify.h"
#include "app/remember.h"
#include "app/report.h"
#include "base/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reloader {
	const struct options *options;
	struct generation_slot *slot;
	pthread_mutex_t running; /* held for a whole reload */
	pthread_mutex_t lock;    /* guards `last` */
	struct reload_report last;
};

static bool texts_differ(const char *a, const char *b)
{
	return !str_equal(str_of(a), str_of(b));
}

/* What is opened once, at start. */
static void warn_about_sockets(const struct options *options, const struct config *old, const struct config *next)
{
	if (!options->socket && texts_differ(old->socket, next->socket))
		log_warn("socket is now \"%s\": a restart is needed for that", next->socket);
	if (texts_differ(old->socket_group, next->socket_group) || old->socket_mode != next->socket_mode)
		log_warn("socket_group or socket_mode has changed: a restart is needed for that");
	if (texts_differ(old->control_socket, next->control_socket))
		log_warn("control_socket has changed: a restart is needed for that");
	if (texts_differ(old->metrics, next->metrics))
		log_warn("metrics is now \"%s\": a restart is needed for that", next->metrics);
}

static void notify_serving(const struct generation *generation, const char *remark)
{
	char status[128];

	snprintf(status, sizeof status, "Serving, %zu rules%s", ruleset_rule_count(generation->ruleset), remark);
	notify_ready(status);
}

static void publish(const struct options *options, struct generation_slot *slot, const struct generation *old,
		    struct generation *next)
{
	warn_about_sockets(options, old->config, next->config);
	remember_warn_changes(old->config, next->config);
	next->memory = old->memory;
	log_info("reloaded: generation=%lu, rules=%zu, old_generation=%lu, old_rules=%zu", next->number,
		 ruleset_rule_count(next->ruleset), old->number, ruleset_rule_count(old->ruleset));
	notify_serving(next, "");
	generation_slot_replace(slot, next);
}

/* Reads and publishes; `errors` gets what is wrong. */
static enum status load_next(const struct options *options, struct generation_slot *slot, struct error_list *errors)
{
	const struct generation_options generation_options = {.state_directory = options->state_directory};
	struct generation *old = generation_slot_acquire(slot);
	struct generation *next;
	enum status status;

	notify_reloading();
	status = generation_load(options->config_path, &generation_options, errors, &next);
	if (status == STATUS_OK) {
		status = remember_check(next->config, errors);
		if (status != STATUS_OK)
			generation_release(next);
	}
	report_errors(errors);
	if (status == STATUS_OK) {
		publish(options, slot, old, next);
	} else {
		log_err("reload failed: reason=%s, errors=%zu, generation %lu stays", status_name(status),
			errors->error_count, old->number);
		notify_serving(old, ", reload failed");
	}
	generation_release(old);
	return status;
}

struct reloader *reloader_create(const struct options *options, struct generation_slot *slot)
{
	struct reloader *reloader = calloc(1, sizeof *reloader);

	if (!reloader)
		return NULL;
	reloader->options = options;
	reloader->slot = slot;
	reloader->last.errors = error_list_make();
	pthread_mutex_init(&reloader->running, NULL);
	pthread_mutex_init(&reloader->lock, NULL);
	return reloader;
}

void reloader_destroy(struct reloader *reloader)
{
	if (!reloader)
		return;
	error_list_free(&reloader->last.errors);
	pthread_mutex_destroy(&reloader->running);
	pthread_mutex_destroy(&reloader->lock);
	free(reloader);
}

static void note(struct reloader *reloader, enum status status, struct error_list errors)
{
	pthread_mutex_lock(&reloader->lock);
	error_list_free(&reloader->last.errors);
	reloader->last.errors = errors;
	reloader->last.at = time(NULL);
	reloader->last.status = status;
	if (status == STATUS_OK)
		reloader->last.done++;
	else
		reloader->last.failed++;
	pthread_mutex_unlock(&reloader->lock);
}

enum status reloader_run(struct reloader *reloader)
{
	struct error_list errors = error_list_make();
	enum status status;

	pthread_mutex_lock(&reloader->running);
	status = load_next(reloader->options, reloader->slot, &errors);
	note(reloader, status, errors);
	pthread_mutex_unlock(&reloader->running);
	return status;
}

struct reload_report reloader_last(struct reloader *reloader)
{
	struct reload_report report;

	pthread_mutex_lock(&reloader->lock);
	report = reloader->last;
	report.errors = error_list_make();
	for (size_t i = 0; i < reloader->last.errors.errors.count; i++) {
		const struct error *error = error_at(&reloader->last.errors, i);

		error_add(&report.errors, error->severity, error->where, error->hint, "%s", error->what);
	}
	pthread_mutex_unlock(&reloader->lock);
	return report;
}
