#include "judge/decision_json.h"

#include "engine/rule.h"

static void add_rules(struct buf *out, const struct verdict *verdict, bool evidence)
{
	json_name(out, "rules");
	json_open(out, '[');
	for (size_t i = 0; i < verdict->hit_count; i++) {
		const struct rule_hit *hit = &verdict->hits[i];

		json_open(out, '{');
		json_member(out, "id", hit->rule->id);
		json_member(out, "family", hit->rule->family);
		json_name(out, "score");
		json_score(out, hit->score);
		if (evidence) {
			json_name(out, "evidence");
			json_text(out, hit->evidence);
		}
		if (!hit->rule->when) {
			json_member(out, "view", view_kind_name(hit->rule->view));
		} else {
			json_name(out, "view");
			json_literal(out, "null");
		}
		if (hit->shadow) {
			json_name(out, "shadow");
			json_literal(out, "true");
		}
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void add_limits(struct buf *out, uint32_t limits)
{
	json_name(out, "limits");
	json_open(out, '[');
	for (uint32_t bit = 1; bit && bit <= limits; bit <<= 1) {
		const char *name = limits & bit ? mail_limit_name((enum mail_limit)bit) : NULL;

		if (name)
			json_text(out, str_of(name));
	}
	json_close(out, ']');
}

void decision_json_add(struct buf *out, const struct decision *decision, bool evidence)
{
	const struct policy_outcome *outcome = &decision->outcome;
	const int64_t *fact = decision->facts.value;

	json_member(out, "direction", fact_value_name(FACT_DIRECTION, decision->direction));
	json_member(out, "class", mail_class_name(outcome->mail_class));
	json_member(out, "action", action_name(outcome->action));
	json_name(out, "score");
	json_score(out, decision->verdict.score);
	json_name(out, "threshold");
	json_score(out, outcome->threshold);
	json_member(out, "relation", fact_value_name(FACT_RELATION, fact[FACT_RELATION]));
	json_member(out, "auth", fact_value_name(FACT_AUTH, decision->auth));
	json_member(out, "linkedin", fact_value_name(FACT_LINKEDIN, fact[FACT_LINKEDIN]));
	add_rules(out, &decision->verdict, evidence);
	add_limits(out, decision->limits);
	json_name(out, "micros");
	json_number(out, decision->micros);
}

enum status decision_format_json(const struct decision *decision, const char *file, struct buf *out)
{
	json_open(out, '{');
	json_name(out, "file");
	json_text(out, str_of(file));
	decision_json_add(out, decision, true);
	json_close(out, '}');
	return buf_failed(out) ? STATUS_NO_MEMORY : STATUS_OK;
}
