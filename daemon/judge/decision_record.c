#include "judge/decision_json.h"

#include "memory/key.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { RECIPIENTS_LISTED = 50, HASHED_MAX = 512 };

const char *judge_stage_name(enum judge_stage stage)
{
	static const char *const names[STAGE_COUNT] = {
	    [STAGE_PARSE] = "parse",
	    [STAGE_TEXT] = "text",
	    [STAGE_MEMORY] = "memory",
	    [STAGE_RULES] = "rules",
	};

	return names[stage];
}

static void add_time(struct buf *out, int64_t time_ms)
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm parts;

	json_name(out, "time");
	if (!gmtime_r(&seconds, &parts)) {
		json_text(out, STR(""));
		return;
	}
	buf_add_format(out, "\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"", parts.tm_year + 1900, parts.tm_mon + 1,
		       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, (int)(time_ms % 1000));
}

/* The keyed hash of the text in lower case, as "#" and 16 digits: the same for the same text, and no way back. */
static void add_hash(struct buf *out, const struct key *key, enum key_use use, struct str text)
{
	char lower[HASHED_MAX], hash[24];

	text = str_sub(text, 0, sizeof lower);
	for (size_t i = 0; i < text.n; i++)
		lower[i] = ascii_lower(text.p[i]);
	snprintf(hash, sizeof hash, "#%016" PRIx64, key_hash(key, use, (struct str){lower, text.n}));
	json_text(out, str_of(hash));
}

static bool is_kept(const struct decision_record *record, enum decision_log_keep keep)
{
	return keep == KEEP_CLEAR || (keep == KEEP_HASHED && record->key);
}

static void add_kept_text(struct buf *out, const struct decision_record *record, enum decision_log_keep keep,
			  struct str text)
{
	if (keep == KEEP_CLEAR || text.n == 0)
		json_text(out, text);
	else
		add_hash(out, record->key, KEY_MAILBOX, text);
}

static void add_kept(struct buf *out, const char *name, const struct decision_record *record,
		     enum decision_log_keep keep, struct str text)
{
	if (!is_kept(record, keep))
		return;
	json_name(out, name);
	add_kept_text(out, record, keep, text);
}

static void add_recipients(struct buf *out, const struct decision_record *record)
{
	const struct envelope *envelope = record->envelope;
	enum decision_log_keep keep = record->settings->addresses;

	json_name(out, "recipients");
	json_open(out, '[');
	for (size_t i = 0; i < envelope->recipient_count && i < RECIPIENTS_LISTED && is_kept(record, keep); i++)
		add_kept_text(out, record, keep, envelope->recipients[i]);
	json_close(out, ']');
	json_name(out, "recipient_count");
	json_number(out, (int64_t)envelope->recipient_count);
}

/* Those that have a word of their own, or say nothing, are left out. */
static void add_facts(struct buf *out, const struct facts *facts)
{
	json_name(out, "facts");
	json_open(out, '{');
	for (int id = FACT_AUTH_FORGED; id < FACT_COUNT; id++) {
		const struct fact_info *info = fact_info((enum fact_id)id);

		if (!facts->value[id])
			continue;
		json_name(out, info->name);
		if (info->kind == FACT_KIND_BOOL)
			json_literal(out, "true");
		else
			json_number(out, facts->value[id]);
	}
	json_close(out, '}');
}

static void add_stages(struct buf *out, const struct decision *decision)
{
	json_name(out, "stages");
	json_open(out, '{');
	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		json_name(out, judge_stage_name((enum judge_stage)stage));
		json_number(out, decision->stage_micros[stage]);
	}
	json_close(out, '}');
}

/* From whom, to whom, about what. */
static void add_message(struct buf *out, const struct decision_record *record)
{
	const struct decision_log_settings *settings = record->settings;
	const struct envelope *envelope = record->envelope;

	add_kept(out, "from", record, settings->addresses, record->decision->sender);
	add_kept(out, "sender", record, settings->addresses, envelope->sender);
	add_recipients(out, record);
	add_kept(out, "client", record, settings->addresses, envelope->client_address);
	if (envelope->auth_user.n)
		add_kept(out, "user", record, settings->addresses, envelope->auth_user);
	add_kept(out, "subject", record, settings->subject, record->decision->subject);
}

enum status decision_format_record(const struct decision_record *record, struct buf *out)
{
	const struct decision *decision = record->decision;
	char number[24];

	json_open(out, '{');
	add_time(out, record->time_ms);
	json_name(out, "queue_id");
	json_text(out, record->envelope->queue_id);
	decision_json_add(out, decision, record->settings->evidence);
	if (decision->outcome.would > decision->outcome.action)
		json_member(out, "would", action_name(decision->outcome.would));
	json_member(out, "policy", decision->policy);
	json_name(out, "judged");
	json_literal(out, decision->judged ? "true" : "false");
	add_message(out, record);
	if (decision->template_id) {
		snprintf(number, sizeof number, "%" PRIu64, decision->template_id);
		json_member(out, "template", number);
	}
	add_facts(out, &decision->facts);
	add_stages(out, decision);
	json_close(out, '}');
	return buf_failed(out) ? STATUS_NO_MEMORY : STATUS_OK;
}
