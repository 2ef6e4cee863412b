#include "policy/action.h"

const struct policy policy_default_inbound = {
    .name = "inbound",
    .tag = {.at = 5.0, .set = true},
    .classes_off = {[CLASS_DIGEST] = true},
};

const struct policy policy_default_outbound = {
    .name = "outbound",
    .tag = {.at = 5.0, .set = true},
};

static const char *const action_names[ACTION_COUNT] = {
    [ACTION_ACCEPT] = "accept",         [ACTION_TAG] = "tag",       [ACTION_TEMPFAIL] = "tempfail",
    [ACTION_QUARANTINE] = "quarantine", [ACTION_REJECT] = "reject", [ACTION_DISCARD] = "discard",
};

const char *action_name(enum action action)
{
	return action_names[action];
}

bool action_find(struct str name, enum action *ret_action)
{
	for (int i = 0; i < ACTION_COUNT; i++) {
		if (str_equal(name, str_of(action_names[i]))) {
			*ret_action = (enum action)i;
			return true;
		}
	}
	return false;
}

static bool reaches(const struct threshold *threshold, double score)
{
	return threshold->set && score >= threshold->at;
}

/* The severest action whose threshold is reached; one policy has one outcome, merging several is the caller's. */
static enum action severest(const struct policy *policy, double score, double *ret_threshold)
{
	const struct {
		const struct threshold *threshold;
		enum action action;
	} steps[] = {
	    {&policy->discard, ACTION_DISCARD},
	    {&policy->reject, ACTION_REJECT},
	    {&policy->quarantine, ACTION_QUARANTINE},
	    {&policy->tempfail, ACTION_TEMPFAIL},
	    {&policy->tag, ACTION_TAG},
	};

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (reaches(steps[i].threshold, score)) {
			*ret_threshold = steps[i].threshold->at;
			return steps[i].action;
		}
	}
	*ret_threshold = policy->tag.at;
	return ACTION_ACCEPT;
}

struct policy_outcome policy_apply(const struct policy *policy, enum direction direction, const struct verdict *verdict)
{
	struct policy_outcome outcome = {.threshold = policy->tag.at};

	if (policy->exempt || direction == DIRECTION_INTERNAL || !reaches(&policy->tag, verdict->score) ||
	    verdict->mail_class == CLASS_CLEAN)
		return outcome;
	outcome.mail_class = verdict->mail_class;
	if (policy->classes_off[verdict->mail_class])
		return outcome;
	outcome.would = severest(policy, verdict->score, &outcome.threshold);
	if (direction == DIRECTION_OUTBOUND && outcome.would == ACTION_TAG)
		outcome.would = ACTION_ACCEPT;
	if (policy->shadow) {
		outcome.threshold = policy->tag.at;
		return outcome;
	}
	outcome.action = outcome.would;
	outcome.mark_as_spam = direction == DIRECTION_INBOUND && reaches(&policy->mark_as_spam, verdict->score);
	return outcome;
}

void policy_hold_back(struct policy_outcome *outcome, const struct policy *policy, enum direction direction)
{
	if (outcome->action <= ACTION_TAG)
		return;
	outcome->action = direction == DIRECTION_INBOUND ? ACTION_TAG : ACTION_ACCEPT;
	outcome->threshold = policy->tag.at;
}
