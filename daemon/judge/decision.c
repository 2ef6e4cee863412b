#include "judge/decision.h"

#include "base/log.h"
#include "engine/rule.h"

enum { LOG_VALUE_MAX = 160, LOG_RULES_MAX = 24 };

static const char *linkedin_name(const struct decision *decision)
{
	return fact_value_name(FACT_LINKEDIN, decision->facts.value[FACT_LINKEDIN]);
}

static const char *relation_name(const struct decision *decision)
{
	return fact_value_name(FACT_RELATION, decision->facts.value[FACT_RELATION]);
}

static void add_limits(const struct decision *decision, const char *separator, struct buf *out)
{
	bool first = true;

	for (uint32_t bit = 1; bit && bit <= decision->limits; bit <<= 1) {
		const char *name = decision->limits & bit ? mail_limit_name((enum mail_limit)bit) : NULL;

		if (!name)
			continue;
		if (!first)
			buf_add_text(out, separator);
		buf_add_text(out, name);
		first = false;
	}
}

static void add_log_rules(const struct decision *decision, struct buf *out)
{
	const struct verdict *verdict = &decision->verdict;

	buf_add_text(out, ", rules=");
	if (!verdict->hit_count)
		buf_add_byte(out, '-');
	for (size_t i = 0; i < verdict->hit_count && i < LOG_RULES_MAX; i++) {
		const struct rule_hit *hit = &verdict->hits[i];

		buf_add_format(out, "%s%s(%s%.2f)", i ? " " : "", hit->rule->id, hit->shadow ? "shadow " : "",
			       hit->shadow ? hit->rule->score : hit->score);
	}
	if (verdict->hit_count > LOG_RULES_MAX)
		buf_add_format(out, " +%zu", verdict->hit_count - LOG_RULES_MAX);
}

void decision_format_log(const struct decision *decision, struct buf *out)
{
	const struct policy_outcome *outcome = &decision->outcome;

	if (!decision->judged) {
		buf_add_format(out, "class=clean, action=accept, direction=%s, policy=%s, recipients=%zu, ms=%.2f",
			       fact_value_name(FACT_DIRECTION, decision->direction),
			       decision->direction == DIRECTION_INTERNAL ? "internal" : decision->policy,
			       decision->recipient_count, (double)decision->micros / 1000);
		return;
	}
	buf_add_format(out, "class=%s, action=%s, score=%.2f/%.2f", mail_class_name(outcome->mail_class),
		       action_name(outcome->action), decision->verdict.score, outcome->threshold);
	if (outcome->would > outcome->action)
		buf_add_format(out, ", would=%s", action_name(outcome->would));
	if (outcome->held != HELD_NOT)
		buf_add_format(out, ", held=%s", held_back_name(outcome->held));
	if (outcome->list) {
		buf_add_format(out, ", list=%s, entry=", outcome->list);
		log_escape(out, outcome->list_entry, LOG_VALUE_MAX);
	}
	if (outcome->concern != CONCERN_NONE)
		buf_add_format(out, ", concern=%s", concern_name(outcome->concern));
	if (decision->failure != FAILURE_NONE)
		buf_add_format(out, ", failure=%s", failure_name(decision->failure));
	if (decision->settled)
		buf_add_text(out, ", settled");
	add_log_rules(decision, out);
	buf_add_format(out, ", relation=%s, direction=%s, auth=%s", relation_name(decision),
		       fact_value_name(FACT_DIRECTION, decision->direction),
		       fact_value_name(FACT_AUTH, decision->auth));
	if (decision->facts.value[FACT_AUTH_FORGED])
		buf_add_text(out, ", auth_forged=yes");
	if (decision->facts.value[FACT_LINKEDIN] != LINKEDIN_NONE)
		buf_add_format(out, ", linkedin=%s", linkedin_name(decision));
	if (decision->template_id)
		buf_add_format(out, ", template=%llu", (unsigned long long)decision->template_id);
	buf_add_format(out, ", policy=%s, recipients=%zu", decision->policy, decision->recipient_count);
	if (decision->limits) {
		buf_add_text(out, ", limits=");
		add_limits(decision, " ", out);
	}
	buf_add_text(out, ", from=<");
	log_escape(out, decision->sender, LOG_VALUE_MAX);
	buf_add_format(out, ">, ms=%.2f", (double)decision->micros / 1000);
}

static const char *class_in_words(enum mail_class mail_class)
{
	switch (mail_class) {
	case CLASS_CLEAN:
		return "Nothing cold about it";
	case CLASS_DIGEST:
		return "A digest or marketing mail";
	case CLASS_COLD:
		return "Cold outreach";
	case CLASS_LINKEDIN:
		return "A LinkedIn solicitation";
	case CLASS_TEMPLATE:
		return "A template sent to many";
	case CLASS_POLICY:
		return "Against the site's outbound policy";
	case CLASS_COUNT:
		break;
	}
	return "Of an unknown class";
}

static const char *action_in_words(enum action action)
{
	static const char *const words[ACTION_COUNT] = {
	    [ACTION_ACCEPT] = "left alone",      [ACTION_TAG] = "tagged",      [ACTION_TEMPFAIL] = "put off",
	    [ACTION_QUARANTINE] = "quarantined", [ACTION_REJECT] = "rejected", [ACTION_DISCARD] = "discarded",
	};

	return words[action];
}

void decision_format_sentence(const struct decision *decision, struct buf *out)
{
	const struct policy_outcome *outcome = &decision->outcome;

	if (!decision->judged) {
		buf_add_format(out, "Not judged (%s): left alone.",
			       decision->direction == DIRECTION_INTERNAL ? "internal mail" : "exempt recipients");
		return;
	}
	if (outcome->list) {
		buf_add_format(out, "The sender stands on the %s list as ", outcome->list);
		log_escape(out, outcome->list_entry, LOG_VALUE_MAX);
		buf_add_format(out, ": %s, whatever the score (%.2f).", action_in_words(outcome->action),
			       decision->verdict.score);
		return;
	}
	buf_add_text(out, class_in_words(outcome->mail_class));
	if (decision->direction == DIRECTION_OUTBOUND)
		buf_add_text(out, ", outbound");
	else if (outcome->mail_class != CLASS_CLEAN)
		buf_add_format(out, " from %s",
			       decision->facts.value[FACT_RELATION] == RELATION_STRANGER ? "a stranger"
			       : decision->facts.value[FACT_RELATION] == RELATION_UNKNOWN
				   ? "somebody of whom nothing could be found out"
				   : "a correspondent");
	buf_add_format(out, ": %s (score %.2f, threshold %.2f).", action_in_words(outcome->action),
		       decision->verdict.score, outcome->threshold);
}
