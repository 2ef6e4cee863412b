#include "judge/decision.h"

#include "base/clock.h"

static bool refuses(enum action action)
{
	return action == ACTION_REJECT || action == ACTION_TEMPFAIL;
}

/* The refusal that the advice is for. Our own people are told also where the site only logs, holds or excepts. */
static enum action refusal_of(const struct decision *decision)
{
	const struct policy_outcome *outcome = &decision->outcome;

	if (refuses(outcome->action))
		return outcome->action;
	if (decision->direction == DIRECTION_OUTBOUND && outcome->mail_class != CLASS_CLEAN)
		return outcome->would == ACTION_TEMPFAIL ? ACTION_TEMPFAIL : ACTION_REJECT;
	return outcome->would;
}

/* The policy whose action became the message's: its text is the one to say. */
static const struct policy *refusing_policy(const struct decision *decision, enum action action)
{
	const struct recipients *recipients = &decision->recipients;

	for (size_t i = 0; i < recipients->count; i++)
		if (recipients->items[i].outcome.action == action || recipients->items[i].outcome.would == action)
			return recipients->items[i].policy;
	if (recipients->count)
		return recipients->items[0].policy;
	return decision->direction == DIRECTION_INBOUND ? &policy_default_inbound : &policy_default_outbound;
}

enum status decision_advice(const struct decision *decision, struct arena *arena, struct advice *ret_advice)
{
	const struct policy_outcome *outcome = &decision->outcome;
	enum action action = refusal_of(decision);
	const struct advice_subject subject = {
	    .policy = refusing_policy(decision, action),
	    .outcome = outcome,
	    .verdict = &decision->verdict,
	    .outbound = &decision->outbound,
	    .action = action,
	    .today = matcher_day(clock_wall_seconds()),
	};

	if (decision->failure != FAILURE_NONE) {
		*ret_advice = (struct advice){
		    .lines = {"Not accepted for now: the filter could not look at it. Please try again later."},
		    .count = 1};
		return STATUS_OK;
	}
	if (!refuses(action))
		return STATUS_NOT_FOUND;
	if (decision->direction == DIRECTION_INBOUND)
		return advice_inbound(&subject, arena, ret_advice);
	return advice_outbound(&subject, arena, ret_advice);
}
