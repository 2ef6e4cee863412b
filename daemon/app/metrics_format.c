#include "app/metrics.h"
#include "mail/limits.h"
#include "milter/filter.h"

#include <inttypes.h>
#include <string.h>

struct page {
	struct buf *out;
	enum metrics_form form;
};

/*
 * In OpenMetrics a family bears its name without the suffix of its samples (_total, _info), which the older format
 * wants there too; that one does not know the type "info".
 */
static void family(const struct page *page, const char *name, const char *type, const char *help)
{
	bool text = page->form == METRICS_TEXT;
	bool info = strcmp(type, "info") == 0;
	const char *suffix = !text ? "" : info ? "_info" : strcmp(type, "counter") == 0 ? "_total" : "";

	buf_add_format(page->out, "# HELP coldshoulder_%s%s %s\n# TYPE coldshoulder_%s%s %s\n", name, suffix, help,
		       name, suffix, text && info ? "gauge" : type);
}

static void gauge(const struct page *page, const char *name, const char *help, double value)
{
	family(page, name, "gauge", help);
	buf_add_format(page->out, "coldshoulder_%s %.10g\n", name, value);
}

static void counter(const struct page *page, const char *name, const char *help, uint64_t value)
{
	family(page, name, "counter", help);
	buf_add_format(page->out, "coldshoulder_%s_total %" PRIu64 "\n", name, value);
}

static void add_messages(const struct counters_snapshot *now, const struct page *page)
{
	family(page, "messages", "counter", "Messages, by what was decided.");
	for (int direction = 0; direction < COUNTERS_DIRECTIONS; direction++)
		for (int mail_class = 0; mail_class < CLASS_COUNT; mail_class++)
			for (int action = 0; action < ACTION_COUNT; action++)
				if (now->messages[direction][mail_class][action])
					buf_add_format(page->out,
						       "coldshoulder_messages_total{direction=\"%s\",class=\"%s\","
						       "action=\"%s\"} %" PRIu64 "\n",
						       fact_value_name(FACT_DIRECTION, direction),
						       mail_class_name((enum mail_class)mail_class),
						       action_name((enum action)action),
						       now->messages[direction][mail_class][action]);
}

static void add_rules(const struct counters_snapshot *now, const struct page *page)
{
	family(page, "rule_hits", "counter", "Messages in which a rule fired.");
	for (size_t i = 0; i < now->rule_count; i++) {
		const struct rule_count *rule = &now->rules[i];

		if (rule->hits)
			buf_add_format(page->out,
				       "coldshoulder_rule_hits_total{rule=\"%s\",mode=\"live\"} %" PRIu64 "\n",
				       rule->id, rule->hits);
		if (rule->shadow)
			buf_add_format(page->out,
				       "coldshoulder_rule_hits_total{rule=\"%s\",mode=\"shadow\"} %" PRIu64 "\n",
				       rule->id, rule->shadow);
	}
}

static void add_latency(const char *stage, const struct latency *latency, const struct page *page)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < COUNTERS_BUCKETS; i++) {
		sum += latency->buckets[i];
		buf_add_format(page->out, "coldshoulder_stage_seconds_bucket{stage=\"%s\",le=\"", stage);
		if (i + 1 < COUNTERS_BUCKETS)
			buf_add_format(page->out, "%.6g", (double)counters_bucket_micros[i] / 1e6);
		else
			buf_add_text(page->out, "+Inf");
		buf_add_format(page->out, "\"} %" PRIu64 "\n", sum);
	}
	buf_add_format(page->out, "coldshoulder_stage_seconds_sum{stage=\"%s\"} %.6f\n", stage,
		       (double)latency->sum_micros / 1e6);
	buf_add_format(page->out, "coldshoulder_stage_seconds_count{stage=\"%s\"} %" PRIu64 "\n", stage,
		       latency->count);
}

static void add_latencies(const struct counters_snapshot *now, const struct page *page)
{
	family(page, "stage_seconds", "histogram", "Time spent on a message, by step; total is all of them.");
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		add_latency(judge_stage_name((enum judge_stage)stage), &now->stages[stage], page);
	add_latency("total", &now->total, page);
}

static void add_limits(const struct counters_snapshot *now, const struct page *page)
{
	family(page, "limit_hits", "counter", "Messages that hit a limit.");
	for (unsigned int bit = 0; bit < COUNTERS_LIMITS; bit++) {
		const char *name = mail_limit_name((enum mail_limit)(1U << bit));

		if (name)
			buf_add_format(page->out, "coldshoulder_limit_hits_total{limit=\"%s\"} %" PRIu64 "\n", name,
				       now->limits[bit]);
	}
}

static void add_memory(const struct generation *generation, const struct page *page)
{
	struct memory_counters counters;

	if (!generation->memory)
		return;
	counters = memory_counters(generation->memory);
	counter(page, "memory_lookups", "Look-ups in the memory.", counters.look_ups);
	counter(page, "memory_unavailable", "Look-ups that got no answer in time.", counters.unavailable);
	counter(page, "memory_learned", "Changes written to the memory.", counters.learned);
	counter(page, "memory_dropped", "Changes that were lost.", counters.dropped);
	gauge(page, "memory_queued", "Changes that wait for the store.", (double)counters.queued);
}

static void add_reloads(struct reloader *reloader, const struct page *page)
{
	struct reload_report report = reloader_last(reloader);

	counter(page, "reloads", "Reloads that were carried out.", report.done);
	counter(page, "reload_failures", "Reloads after which the old configuration stayed.", report.failed);
	gauge(page, "reload_ok", "1 unless the last reload failed.", report.at == 0 || report.status == STATUS_OK);
	error_list_free(&report.errors);
}

static void add_rule_numbers(const struct ruleset *ruleset, const struct page *page)
{
	gauge(page, "rules", "Rules in use.", (double)ruleset_rule_count(ruleset));
	gauge(page, "rules_resting", "Rules that kept exceeding the limits of matching, in shadow until a reload.",
	      (double)ruleset_resting(ruleset, false, NULL, 0));
}

static void add_process(const struct metrics_source *source, const struct generation *generation,
			const struct page *page)
{
	const struct filter_activity activity = filter_activity();

	family(page, "build", "info", "Version and scanner.");
	buf_add_format(page->out, "coldshoulder_build_info{version=\"%s\",scanner=\"%s\"} 1\n", COLDSHOULDER_VERSION,
		       ruleset_scanner(generation->ruleset));
	gauge(page, "start_time_seconds", "When the process started, in seconds since 1970.", (double)source->started);
	gauge(page, "generation", "Number of the configuration in use.", (double)generation->number);
	add_rule_numbers(generation->ruleset, page);
	gauge(page, "sessions", "Connections of MTAs.", (double)activity.sessions);
	gauge(page, "transactions", "Messages under way.", (double)activity.transactions);
}

static void add_decision_log(struct decision_log *log, const struct page *page)
{
	const struct decision_log_state state = decision_log_state(log);

	counter(page, "decisions_written", "Records written to the decision log.", state.written);
	counter(page, "decisions_dropped", "Records of the decision log that were lost.", state.dropped);
}

enum status metrics_format(const struct metrics_source *source, enum metrics_form form, struct buf *out)
{
	const struct page all = {.out = out, .form = form};
	const struct page *page = &all;
	struct generation *generation;
	struct counters_snapshot now;

	if (counters_snapshot(source->counters, &now) != STATUS_OK)
		return STATUS_NO_MEMORY;
	generation = generation_slot_acquire(source->slot);
	add_process(source, generation, page);
	add_messages(&now, page);
	counter(page, "held_back", "Messages with which less was done than their score asked for.", now.held_back);
	counter(page, "not_judged", "Messages that are not judged: internal, or to exempt recipients.", now.not_judged);
	counter(page, "failures", "Messages that could not be judged or answered as decided.", now.failures);
	add_rules(&now, page);
	add_latencies(&now, page);
	add_limits(&now, page);
	add_memory(generation, page);
	add_reloads(source->reloader, page);
	add_decision_log(source->decisions, page);
	if (form == METRICS_OPENMETRICS)
		buf_add_text(out, "# EOF\n");
	generation_release(generation);
	counters_snapshot_free(&now);
	return buf_failed(out) ? STATUS_NO_MEMORY : STATUS_OK;
}
