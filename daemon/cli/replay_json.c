#include "cli/replay_summary.h"

#include "base/buf.h"
#include "engine/rule.h"
#include "mail/charset.h"

#include <jansson.h>
#include <stdlib.h>

json_t *summary_text_json(struct str text)
{
	json_t *value = json_stringn(text.p, text.n);
	struct buf clean = buf_make(NULL);

	if (value)
		return value;
	while (text.n) {
		size_t n = utf8_sequence(text);

		buf_add_str(&clean, n ? str_sub(text, 0, n) : STR("\uFFFD"));
		text = str_sub(text, n ? n : 1, text.n);
	}
	value = json_stringn(buf_str(&clean).p, buf_str(&clean).n);
	buf_free(&clean);
	return value ? value : json_string("");
}

static json_t *score_json(int32_t hundredths)
{
	return json_real(hundredths / 100.0);
}

static json_t *classes_json(const unsigned long counts[CLASS_COUNT])
{
	json_t *object = json_object();

	for (int i = 0; i < CLASS_COUNT; i++)
		json_object_set_new(object, mail_class_name((enum mail_class)i), json_integer((json_int_t)counts[i]));
	return object;
}

static json_t *thresholds_json(const struct summary *summary)
{
	json_t *array = json_array();

	for (size_t i = 0; i < summary->threshold_count; i++) {
		const struct summary_threshold *t = &summary->thresholds[i];
		json_t *object = json_object();

		json_object_set_new(object, "at", score_json(t->at));
		json_object_set_new(object, "tagged", json_integer((json_int_t)t->tagged));
		json_object_set_new(object, "classes", classes_json(t->by_class));
		json_object_set_new(object, "correspondents", json_integer((json_int_t)t->correspondents));
		json_object_set_new(object, "good", json_integer((json_int_t)t->good));
		json_object_set_new(object, "bad", json_integer((json_int_t)t->bad));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *periods_json(const struct summary *summary)
{
	json_t *array = json_array();

	for (size_t i = 0; i < summary->periods.count; i++) {
		const struct summary_period *period = list_at(&summary->periods, i);
		char name[32];

		snprintf(name, sizeof name, period->month ? "%04d-%02d" : "%04d", period->year, period->month);
		json_array_append_new(array,
				      json_pack("{s:s, s:I, s:o}", "period", name, "received",
						(json_int_t)period->received, "tagged", classes_json(period->tagged)));
	}
	return array;
}

static json_t *record_json(const struct record *record)
{
	json_t *object = json_object(), *rules = json_array();
	char name[4200];

	for (size_t i = 0; i < record->hit_count; i++) {
		const struct record_hit *hit = &record->hits[i];
		json_t *rule = json_object();

		json_object_set_new(rule, "id", json_string(hit->rule->id));
		json_object_set_new(rule, "score", score_json(hit->score));
		json_object_set_new(rule, "evidence", summary_text_json(hit->evidence));
		json_array_append_new(rules, rule);
	}
	json_object_set_new(object, "file",
			    summary_text_json(str_of(replay_entry_name(record->entry, name, sizeof name))));
	json_object_set_new(object, "date", json_integer((json_int_t)record->entry->date));
	json_object_set_new(object, "class", json_string(mail_class_name(record->verdict_class)));
	json_object_set_new(object, "score", score_json(record->score));
	json_object_set_new(object, "relation", json_string(fact_value_name(FACT_RELATION, record->relation)));
	json_object_set_new(object, "from", summary_text_json(record->from));
	json_object_set_new(object, "subject", summary_text_json(record->subject));
	json_object_set_new(object, "rules", rules);
	return object;
}

static json_t *records_json(const struct record *const *records, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, record_json(records[i]));
	return array;
}

static json_t *senders_json(const struct summary *summary)
{
	json_t *array = json_array();

	for (size_t i = 0; i < summary->sender_count; i++) {
		json_t *object = json_object();

		json_object_set_new(object, "from", summary_text_json(summary->senders[i].from));
		json_object_set_new(object, "tagged", json_integer((json_int_t)summary->senders[i].tagged));
		json_object_set_new(object, "highest", score_json(summary->senders[i].highest));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *templates_json(const struct summary *summary)
{
	json_t *array = json_array();

	for (size_t i = 0; i < summary->template_count; i++) {
		const struct summary_template *found = &summary->templates[i];
		json_t *object = json_object();

		json_object_set_new(object, "messages", json_integer((json_int_t)found->messages));
		json_object_set_new(object, "tagged", json_integer((json_int_t)found->tagged));
		json_object_set_new(object, "subject", summary_text_json(found->example->subject));
		json_object_set_new(object, "from", summary_text_json(found->example->from));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *failures_json(const struct replay_mail *mail)
{
	json_t *array = json_array();

	for (size_t i = 0; i < mail->failures.names.count; i++) {
		const char *name = *(char *const *)list_at(&mail->failures.names, i);

		json_array_append_new(array, summary_text_json(str_of(name ? name : "")));
	}
	return array;
}

static void set_count(json_t *object, const char *name, unsigned long count)
{
	json_object_set_new(object, name, json_integer((json_int_t)count));
}

bool summary_print_json(FILE *out, const struct summary *summary, const struct records *records,
			const struct replay_mail *mail)
{
	json_t *object = json_object(), *relations = json_object();
	char *text;

	(void)records;
	for (int i = 0; i <= RELATION_MUTUAL; i++)
		set_count(relations, fact_value_name(FACT_RELATION, i), summary->by_relation[i]);
	set_count(object, "received", summary->received);
	set_count(object, "sent", summary->sent);
	set_count(object, "tagged", summary->tagged);
	set_count(object, "sent_against_policy", summary->sent_against);
	set_count(object, "undated", mail->undated);
	set_count(object, "repeated", mail->repeated);
	set_count(object, "unreadable", mail->failures.count);
	json_object_set_new(object, "interrupted", json_boolean(mail->interrupted));
	json_object_set_new(object, "tag_at", score_json(summary->tag_at));
	json_object_set_new(object, "reject_at", summary->reject_set ? score_json(summary->reject_at) : json_null());
	json_object_set_new(object, "first", json_integer((json_int_t)summary->first));
	json_object_set_new(object, "last", json_integer((json_int_t)summary->last));
	json_object_set_new(object, "classes", classes_json(summary->by_class));
	json_object_set_new(object, "relations", relations);
	json_object_set_new(object, "thresholds", thresholds_json(summary));
	json_object_set_new(object, "periods", periods_json(summary));
	json_object_set_new(object, "senders", senders_json(summary));
	json_object_set_new(object, "templates", templates_json(summary));
	json_object_set_new(object, "below", records_json(summary->below, summary->below_count));
	json_object_set_new(object, "above", records_json(summary->above, summary->above_count));
	json_object_set_new(object, "failures", failures_json(mail));
	text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(10));
	json_decref(object);
	if (!text)
		return false;
	fprintf(out, "%s\n", text);
	free(text);
	return true;
}
