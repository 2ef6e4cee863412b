#include "app/control_commands.h"

#include "base/log.h"
#include "judge/memory_request.h"
#include "milter/filter.h"

#include <limits.h>
#include <unistd.h>

enum { RESTING_MAX = 100 }; /* rules that a status names */

static void add(json_t *object, const char *name, json_t *value)
{
	json_object_set_new(object, name, value);
}

static json_t *json_errors(const struct error_list *errors)
{
	json_t *list = json_array();

	for (size_t i = 0; i < errors->errors.count; i++) {
		const struct error *error = error_at(errors, i);

		json_array_append_new(list, json_pack("{ss ss ss ss}", "severity",
						      error->severity == SEVERITY_ERROR ? "error" : "warning", "where",
						      error->where, "what", error->what, "hint", error->hint));
	}
	return list;
}

/* The last reload, and "ok" of it; null when there was none. */
static json_t *json_reload(struct reloader *reloader)
{
	struct reload_report report = reloader_last(reloader);
	json_t *object = report.at ? json_object() : json_null();

	if (report.at) {
		add(object, "at", json_integer((json_int_t)report.at));
		add(object, "ok", json_boolean(report.status == STATUS_OK));
		add(object, "reason", json_string(status_name(report.status)));
		add(object, "done", json_integer((json_int_t)report.done));
		add(object, "failed", json_integer((json_int_t)report.failed));
		add(object, "errors", json_errors(&report.errors));
	}
	error_list_free(&report.errors);
	return object;
}

static json_t *json_resting(const struct ruleset *ruleset)
{
	const struct rule *rules[RESTING_MAX];
	size_t count = ruleset_resting(ruleset, false, rules, RESTING_MAX);
	json_t *list = json_array();

	for (size_t i = 0; i < count && i < RESTING_MAX; i++)
		json_array_append_new(list, json_string(rules[i]->id));
	return list;
}

static void add_generation(json_t *reply, struct generation_slot *slot)
{
	struct generation *generation = generation_slot_acquire(slot);

	add(reply, "config", json_string(generation->config->path));
	add(reply, "state_dir", json_string(generation->config->state_directory));
	add(reply, "generation", json_integer((json_int_t)generation->number));
	add(reply, "rules", json_integer((json_int_t)ruleset_rule_count(generation->ruleset)));
	add(reply, "resting_rules", json_resting(generation->ruleset));
	add(reply, "scanner", json_string(ruleset_scanner(generation->ruleset)));
	generation_release(generation);
}

static json_t *json_decision_log(const struct control_context *context)
{
	const struct decision_log_state state = decision_log_state(context->decisions);
	struct generation *generation = generation_slot_acquire(context->slot);
	char path[PATH_MAX];
	bool wanted = config_decision_log(generation->config, path, sizeof path);

	generation_release(generation);
	return json_pack("{ss sI sI sI sb}", "path", wanted ? path : "off", "written", (json_int_t)state.written,
			 "dropped", (json_int_t)state.dropped, "queued_bytes", (json_int_t)state.queued_bytes,
			 "failing", state.failing);
}

/* [{"direction": "inbound", "class": "cold", "action": "tag", "count": 3}, ...], those that occurred. */
static json_t *json_messages(const struct counters_snapshot *counters)
{
	json_t *list = json_array();

	for (int direction = 0; direction < COUNTERS_DIRECTIONS; direction++)
		for (int mail_class = 0; mail_class < CLASS_COUNT; mail_class++)
			for (int action = 0; action < ACTION_COUNT; action++) {
				uint64_t count = counters->messages[direction][mail_class][action];

				if (count)
					json_array_append_new(
					    list,
					    json_pack("{ss ss ss sI}", "direction",
						      fact_value_name(FACT_DIRECTION, direction), "class",
						      mail_class_name((enum mail_class)mail_class), "action",
						      action_name((enum action)action), "count", (json_int_t)count));
			}
	return list;
}

static json_t *json_rule_counts(const struct counters_snapshot *counters)
{
	json_t *object = json_object();

	for (size_t i = 0; i < counters->rule_count; i++)
		json_object_set_new(object, counters->rules[i].id,
				    json_pack("{sI sI}", "hits", (json_int_t)counters->rules[i].hits, "shadow",
					      (json_int_t)counters->rules[i].shadow));
	return object;
}

static void add_counters(json_t *reply, struct counters *counters)
{
	struct counters_snapshot snapshot;

	if (counters_snapshot(counters, &snapshot) != STATUS_OK)
		return;
	add(reply, "messages", json_messages(&snapshot));
	add(reply, "held_back", json_integer((json_int_t)snapshot.held_back));
	add(reply, "not_judged", json_integer((json_int_t)snapshot.not_judged));
	add(reply, "failures", json_integer((json_int_t)snapshot.failures));
	add(reply, "micros",
	    json_integer((json_int_t)(snapshot.total.count ? snapshot.total.sum_micros / snapshot.total.count : 0)));
	add(reply, "rule_hits", json_rule_counts(&snapshot));
	counters_snapshot_free(&snapshot);
}

static json_t *run_stats(void *argument, const json_t *request, const struct control_peer *peer)
{
	const struct control_context *context = argument;
	json_t *reply = control_done();

	(void)request;
	(void)peer;
	add(reply, "started", json_integer((json_int_t)context->started));
	add_counters(reply, context->counters);
	return reply;
}

static json_t *run_status(void *argument, const json_t *request, const struct control_peer *peer)
{
	const struct control_context *context = argument;
	const struct filter_activity activity = filter_activity();
	json_t *reply = control_done();

	(void)request;
	(void)peer;
	add(reply, "version", json_string(COLDSHOULDER_VERSION));
	add(reply, "pid", json_integer((json_int_t)getpid()));
	add(reply, "started", json_integer((json_int_t)context->started));
	add(reply, "socket", json_string(context->socket ? context->socket : "passed by systemd"));
	add_generation(reply, context->slot);
	add(reply, "sessions", json_integer(activity.sessions));
	add(reply, "transactions", json_integer(activity.transactions));
	add(reply, "in_data", json_integer(activity.in_data));
	add(reply, "decision_log", json_decision_log(context));
	add(reply, "reload", json_reload(context->reloader));
	return reply;
}

static json_t *run_reload(void *argument, const json_t *request, const struct control_peer *peer)
{
	const struct control_context *context = argument;
	enum status status;
	json_t *reply;

	(void)request;
	log_info("control: command=reload, uid=%ld", peer->uid);
	status = reloader_run(context->reloader);
	reply = status == STATUS_OK ? control_done()
				    : control_refused("the new configuration is not used, the old one stays", NULL);
	add_generation(reply, context->slot);
	add(reply, "reload", json_reload(context->reloader));
	return reply;
}

static json_t *run_memory(void *argument, const json_t *request, const struct control_peer *peer)
{
	const struct control_context *context = argument;
	struct generation *generation = generation_slot_acquire(context->slot);
	json_t *reply = memory_request_run(generation->memory, generation->config, request);

	(void)peer;
	generation_release(generation);
	return reply;
}

/* What changes the memory is logged, but not whom it was about. */
static json_t *run_memory_change(void *argument, const json_t *request, const struct control_peer *peer)
{
	log_info("control: command=%s, uid=%ld", json_string_value(json_object_get(request, "command")), peer->uid);
	return run_memory(argument, request, peer);
}

const struct control_command control_commands[] = {
    {"status", run_status},        {"reload", run_reload},
    {"who", run_memory},           {"memory", run_memory},
    {"forget", run_memory_change}, {"template", run_memory_change},
    {"relate", run_memory_change}, {"unrelate", run_memory_change},
    {"stats", run_stats},          {NULL, NULL},
};
