#include "app/report.h"

#include "app/held_record.h"
#include "app/once_a_day.h"
#include "base/clock.h"
#include "base/log.h"

enum { QUEUE_ID_MAX = 64, USER_MAX = 160, LINE_MOSTLY = 512 };

static void start_line(struct buf *line, struct str queue_id)
{
	if (queue_id.n)
		log_escape(line, queue_id, QUEUE_ID_MAX);
	else
		buf_add_text(line, "NOQUEUE");
	buf_add_text(line, ": ");
}

/* Told by name, so that the table of LinkedIn's streams can grow. */
static void report_linkedin_template(const struct decision *decision, struct str queue_id)
{
	static struct once_a_day said = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct buf line = buf_make(NULL);

	if (!decision->linkedin_template_new || !once_a_day(&said, decision->linkedin_template, clock_wall_seconds()))
		return;
	start_line(&line, queue_id);
	buf_add_text(&line, "linkedin_template=");
	log_escape(&line, decision->linkedin_template, ONCE_A_DAY_NAME_MAX);
	buf_add_format(&line, ", linkedin=%s, new to this version; said once a day",
		       fact_value_name(FACT_LINKEDIN, decision->facts.value[FACT_LINKEDIN]));
	log_info("%s", buf_str(&line).p);
	buf_free(&line);
}

/* At 80 % of a day's first contacts: in the log, never in the mail. */
static void report_budget(const struct decision *decision, const struct envelope *envelope)
{
	struct buf line = buf_make(NULL);

	if (!decision->near_budget)
		return;
	start_line(&line, envelope->queue_id);
	buf_add_text(&line, "budget=first_contacts, user=");
	log_escape(&line, envelope->auth_user.n ? envelope->auth_user : decision->recipients.items[0].mailbox,
		   USER_MAX);
	buf_add_format(&line, ", used=%u, of=%u", decision->outbound.first_contacts_today,
		       decision->recipients.items[0].policy->enforcement.first_contacts_per_day);
	log_warn("%s", buf_str(&line).p);
	buf_free(&line);
}

static void report_resting_rules(const struct generation *generation)
{
	const struct rule *rule;

	while (ruleset_resting(generation->ruleset, true, &rule, 1))
		log_warn(
		    "rule=%s, shadow=until the next reload, why=its patterns keep exceeding the limits of matching; "
		    "bound their repeats (%s:%u)",
		    rule->id, rule->path, rule->line);
}

static void decided(void *context, const struct generation *generation, const struct decision *decision,
		    const struct envelope *envelope)
{
	struct report *report = context;
	struct buf line = buf_make(NULL);

	if (report->counters)
		counters_count(report->counters, decision);
	if (report->decisions)
		decision_log_add(report->decisions, generation, decision, envelope);
	buf_reserve(&line, LINE_MOSTLY);
	start_line(&line, envelope->queue_id);
	decision_format_log(decision, &line);
	if (buf_failed(&line))
		log_info("%.*s: action=%s", STR_ARGS(envelope->queue_id), action_name(decision->outcome.action));
	else
		log_info("%s", buf_str(&line).p);
	if (decision->outcome.action == ACTION_QUARANTINE && !buf_failed(&line))
		held_record_add(buf_str(&line));
	buf_free(&line);
	report_budget(decision, envelope);
	if (decision->verdict.match_errors)
		report_resting_rules(generation);
	report_linkedin_template(decision, envelope->queue_id);
}

static void failed(void *context, struct str queue_id, enum status why, const char *step, const char *answer)
{
	struct report *report = context;
	struct buf line = buf_make(NULL);

	if (report->counters)
		counters_count_failure(report->counters);
	start_line(&line, queue_id);
	log_err("%sfailure=%s, step=%s, action=%s", buf_str(&line).p, status_name(why), step, answer);
	buf_free(&line);
}

static void session_opened(void *context)
{
	(void)context;
	log_debug("session opened: sessions=%ld", filter_activity().sessions);
}

static void session_closed(void *context)
{
	(void)context;
	log_debug("session closed: sessions=%ld", filter_activity().sessions);
}

struct filter_observer report_observer(struct report *report)
{
	return (struct filter_observer){
	    .decided = decided,
	    .failed = failed,
	    .session_opened = session_opened,
	    .session_closed = session_closed,
	    .context = report,
	};
}

void report_errors(const struct error_list *errors)
{
	for (size_t i = 0; i < errors->errors.count; i++) {
		const struct error *error = error_at(errors, i);
		const char *separator = error->where[0] ? ": " : "";
		const char *hint = error->hint[0] ? ", hint: " : "";

		if (error->severity == SEVERITY_ERROR)
			log_err("%s%s%s%s%s", error->where, separator, error->what, hint, error->hint);
		else
			log_warn("%s%s%s%s%s", error->where, separator, error->what, hint, error->hint);
	}
	if (errors->error_count > errors->errors.count)
		log_err("out of memory, not all errors could be kept");
}

void report_print_errors(const struct error_list *errors, FILE *out)
{
	char text[sizeof(struct error) + 64];

	for (size_t i = 0; i < errors->errors.count; i++) {
		error_format(error_at(errors, i), text, sizeof text);
		fputs(text, out);
	}
	if (errors->error_count > errors->errors.count)
		fputs("error: out of memory, not all errors could be kept\n", out);
}
