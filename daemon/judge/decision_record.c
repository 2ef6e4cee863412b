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

static json_t *json_time(int64_t time_ms)
{
	time_t seconds = (time_t)(time_ms / 1000);
	char text[40] = "";
	struct tm parts;

	if (gmtime_r(&seconds, &parts)) {
		size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);

		snprintf(text + n, sizeof text - n, ".%03dZ", (int)(time_ms % 1000));
	}
	return json_string(text);
}

/* The keyed hash of the text in lower case, as "#" and 16 digits: the same for the same text, and no way back. */
static json_t *json_hash(const struct key *key, enum key_use use, struct str text)
{
	char lower[HASHED_MAX], hash[24];

	text = str_sub(text, 0, sizeof lower);
	for (size_t i = 0; i < text.n; i++)
		lower[i] = ascii_lower(text.p[i]);
	snprintf(hash, sizeof hash, "#%016" PRIx64, key_hash(key, use, (struct str){lower, text.n}));
	return json_string(hash);
}

/* NULL: it is to be left out. */
static json_t *json_kept(const struct decision_record *record, enum decision_log_keep keep, struct str text)
{
	if (keep == KEEP_NONE || (keep == KEEP_HASHED && !record->key))
		return NULL;
	if (keep == KEEP_CLEAR || text.n == 0)
		return decision_json_text(text);
	return json_hash(record->key, KEY_MAILBOX, text);
}

static void add_kept(json_t *object, const char *name, const struct decision_record *record,
		     enum decision_log_keep keep, struct str text)
{
	json_t *value = json_kept(record, keep, text);

	if (value)
		json_object_set_new(object, name, value);
}

static json_t *json_recipients(const struct decision_record *record)
{
	const struct envelope *envelope = record->envelope;
	json_t *list = json_array();

	for (size_t i = 0; i < envelope->recipient_count && i < RECIPIENTS_LISTED; i++) {
		json_t *recipient = json_kept(record, record->settings->addresses, envelope->recipients[i]);

		if (recipient)
			json_array_append_new(list, recipient);
	}
	return list;
}

/* Those that have a word of their own, or say nothing, are left out. */
static json_t *json_facts(const struct facts *facts)
{
	json_t *object = json_object();

	for (int id = FACT_AUTH_FORGED; id < FACT_COUNT; id++) {
		const struct fact_info *info = fact_info((enum fact_id)id);

		if (facts->value[id])
			json_object_set_new(object, info->name,
					    info->kind == FACT_KIND_BOOL ? json_true()
									 : json_integer(facts->value[id]));
	}
	return object;
}

static json_t *json_stages(const struct decision *decision)
{
	json_t *object = json_object();

	for (int stage = 0; stage < STAGE_COUNT; stage++)
		json_object_set_new(object, judge_stage_name((enum judge_stage)stage),
				    json_integer(decision->stage_micros[stage]));
	return object;
}

enum status decision_format_record(const struct decision_record *record, struct buf *out)
{
	const struct decision *decision = record->decision;
	const struct decision_log_settings *settings = record->settings;
	json_t *object = json_object();
	char number[24];

	json_object_set_new(object, "time", json_time(record->time_ms));
	json_object_set_new(object, "queue_id", decision_json_text(record->envelope->queue_id));
	decision_json_add(object, decision, settings->evidence);
	if (decision->outcome.would > decision->outcome.action)
		json_object_set_new(object, "would", json_string(action_name(decision->outcome.would)));
	json_object_set_new(object, "policy", json_string(decision->policy));
	json_object_set_new(object, "judged", json_boolean(decision->judged));
	add_kept(object, "from", record, settings->addresses, decision->sender);
	add_kept(object, "sender", record, settings->addresses, record->envelope->sender);
	json_object_set_new(object, "recipients", json_recipients(record));
	json_object_set_new(object, "recipient_count", json_integer((json_int_t)record->envelope->recipient_count));
	add_kept(object, "client", record, settings->addresses, record->envelope->client_address);
	if (record->envelope->auth_user.n)
		add_kept(object, "user", record, settings->addresses, record->envelope->auth_user);
	add_kept(object, "subject", record, settings->subject, decision->subject);
	if (decision->template_id) {
		snprintf(number, sizeof number, "%" PRIu64, decision->template_id);
		json_object_set_new(object, "template", json_string(number));
	}
	json_object_set_new(object, "facts", json_facts(&decision->facts));
	json_object_set_new(object, "stages", json_stages(decision));
	return decision_json_print(object, out);
}
