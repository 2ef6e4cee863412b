#include "app/reload.h"

#include "app/notify.h"
#include "app/remember.h"
#include "app/report.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

static void warn_about_socket(const struct options *options, const struct config *old, const struct config *next)
{
	if (!options->socket && strcmp(old->socket, next->socket) != 0)
		log_warn("socket is now \"%s\": a restart is needed for that", next->socket);
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
	warn_about_socket(options, old->config, next->config);
	remember_warn_changes(old->config, next->config);
	next->memory = old->memory;
	log_info("reloaded: generation=%lu, rules=%zu, old_generation=%lu, old_rules=%zu", next->number,
		 ruleset_rule_count(next->ruleset), old->number, ruleset_rule_count(old->ruleset));
	notify_serving(next, "");
	generation_slot_replace(slot, next);
}

void reload_run(const struct options *options, struct generation_slot *slot)
{
	const struct generation_options generation_options = {.state_directory = options->state_directory};
	struct error_list errors = error_list_make();
	struct generation *old = generation_slot_acquire(slot);
	struct generation *next;
	enum status status;

	notify_reloading();
	status = generation_load(options->config_path, &generation_options, &errors, &next);
	if (status == STATUS_OK) {
		status = remember_check(next->config, &errors);
		if (status != STATUS_OK)
			generation_release(next);
	}
	report_errors(&errors);
	if (status == STATUS_OK) {
		publish(options, slot, old, next);
	} else {
		log_err("reload failed: reason=%s, errors=%zu, generation %lu stays", status_name(status),
			errors.error_count, old->number);
		notify_serving(old, ", reload failed");
	}
	error_list_free(&errors);
	generation_release(old);
}
