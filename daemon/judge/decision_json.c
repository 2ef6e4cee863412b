#include "judge/decision_json.h"

#include "base/log.h"
#include "engine/rule.h"

#include <math.h>
#include <stdlib.h>

/* A JSON string of any bytes: what is not UTF-8 is escaped as in the log. */
json_t *decision_json_text(struct str text)
{
	json_t *value = json_stringn(text.p, text.n);
	struct buf escaped;

	if (value)
		return value;
	escaped = buf_make(NULL);
	log_escape(&escaped, text, text.n);
	value = json_string(buf_failed(&escaped) ? "" : buf_str(&escaped).p);
	buf_free(&escaped);
	return value;
}

/* Scores are hundredths; this keeps 6.2 from being printed as 6.2000000000000002. */
static json_t *json_score(double score)
{
	return json_real(round(score * 100) / 100);
}

static json_t *json_rules(const struct verdict *verdict, bool evidence)
{
	json_t *rules = json_array();

	for (size_t i = 0; rules && i < verdict->hit_count; i++) {
		const struct rule_hit *hit = &verdict->hits[i];
		json_t *rule = json_object();

		json_object_set_new(rule, "id", json_string(hit->rule->id));
		json_object_set_new(rule, "family", json_string(hit->rule->family));
		json_object_set_new(rule, "score", json_score(hit->score));
		if (evidence)
			json_object_set_new(rule, "evidence", decision_json_text(hit->evidence));
		json_object_set_new(rule, "view",
				    hit->rule->when ? json_null() : json_string(view_kind_name(hit->rule->view)));
		if (hit->shadow)
			json_object_set_new(rule, "shadow", json_true());
		json_array_append_new(rules, rule);
	}
	return rules;
}

static json_t *json_limits(uint32_t limits)
{
	json_t *names = json_array();

	for (uint32_t bit = 1; bit && bit <= limits; bit <<= 1) {
		const char *name = limits & bit ? mail_limit_name((enum mail_limit)bit) : NULL;

		if (name)
			json_array_append_new(names, json_string(name));
	}
	return names;
}

void decision_json_add(json_t *object, const struct decision *decision, bool evidence)
{
	const struct policy_outcome *outcome = &decision->outcome;
	const int64_t *fact = decision->facts.value;

	json_object_set_new(object, "direction", json_string(fact_value_name(FACT_DIRECTION, decision->direction)));
	json_object_set_new(object, "class", json_string(mail_class_name(outcome->mail_class)));
	json_object_set_new(object, "action", json_string(action_name(outcome->action)));
	json_object_set_new(object, "score", json_score(decision->verdict.score));
	json_object_set_new(object, "threshold", json_score(outcome->threshold));
	json_object_set_new(object, "relation", json_string(fact_value_name(FACT_RELATION, fact[FACT_RELATION])));
	json_object_set_new(object, "auth", json_string(fact_value_name(FACT_AUTH, decision->auth)));
	json_object_set_new(object, "linkedin", json_string(fact_value_name(FACT_LINKEDIN, fact[FACT_LINKEDIN])));
	json_object_set_new(object, "rules", json_rules(&decision->verdict, evidence));
	json_object_set_new(object, "limits", json_limits(decision->limits));
	json_object_set_new(object, "micros", json_integer(decision->micros));
}

enum status decision_json_print(json_t *object, struct buf *out)
{
	char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(10));

	json_decref(object);
	if (!text)
		return STATUS_NO_MEMORY;
	buf_add_text(out, text);
	free(text);
	return buf_failed(out) ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status decision_format_json(const struct decision *decision, const char *file, struct buf *out)
{
	json_t *object = json_object();

	json_object_set_new(object, "file", decision_json_text(str_of(file)));
	decision_json_add(object, decision, true);
	return decision_json_print(object, out);
}
