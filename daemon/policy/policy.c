#include "policy/policy.h"

#include <stddef.h>

const struct policy policy_default_inbound = {
    .name = "inbound",
    .direction = DIRECTION_INBOUND,
    .at.tag = {.at = 5.0, .set = true},
    .classes_off = {[CLASS_DIGEST] = true},
    .block_action = ACTION_REJECT,
};

const struct policy policy_default_outbound = {
    .name = "outbound",
    .direction = DIRECTION_OUTBOUND,
    .at.tag = {.at = 5.0, .set = true},
    .block_action = ACTION_REJECT,
};

const char *held_back_name(enum held_back held)
{
	static const char *const names[HELD_COUNT] = {
	    [HELD_SHADOW] = "shadow",       [HELD_LEARNING] = "learning", [HELD_LIST] = "list",
	    [HELD_FORWARD] = "forward",     [HELD_NULL] = "null_sender",  [HELD_RECIPIENT] = "recipient",
	    [HELD_EXCEPTION] = "exception",
	};

	return names[held];
}

const struct threshold *policy_threshold(const struct policy *policy, enum mail_class mail_class, size_t which)
{
	const struct threshold *of_class = (const void *)((const char *)&policy->class_at[mail_class] + which);

	return of_class->given ? of_class : (const void *)((const char *)&policy->at + which);
}

/* The thresholds of actions, the severest first. */
static const struct {
	size_t which;
	enum action action;
} steps[] = {
    {offsetof(struct thresholds, discard), ACTION_DISCARD},
    {offsetof(struct thresholds, reject), ACTION_REJECT},
    {offsetof(struct thresholds, quarantine), ACTION_QUARANTINE},
    {offsetof(struct thresholds, tempfail), ACTION_TEMPFAIL},
    {offsetof(struct thresholds, tag), ACTION_TAG},
};

enum { STEP_COUNT = sizeof steps / sizeof *steps };

static bool reaches(const struct threshold *threshold, double score)
{
	return threshold->set && score >= threshold->at;
}

static const struct threshold *tag_threshold(const struct policy *policy, enum mail_class mail_class)
{
	return policy_threshold(policy, mail_class, offsetof(struct thresholds, tag));
}

/* The severest action whose threshold is reached; one policy has one outcome, merging several is recipients.c's. */
static void apply_thresholds(struct policy_outcome *outcome, const struct policy *policy, const struct verdict *verdict)
{
	for (size_t i = 0; i < STEP_COUNT; i++) {
		const struct threshold *threshold = policy_threshold(policy, verdict->mail_class, steps[i].which);

		if (reaches(threshold, verdict->score)) {
			outcome->would = steps[i].action;
			outcome->threshold = threshold->at;
			return;
		}
	}
}

/* The ladder makes an action severer, never milder. Its last step needs no score when From is proved. */
static void apply_ladder(struct policy_outcome *outcome, const struct policy *policy, const struct policy_case *message)
{
	enum ladder_step step;

	if (!policy->ladder.count || !message->stranger)
		return;
	step = ladder_step_at(&policy->ladder, message->offences);
	if (step == LADDER_TAG || (outcome->would < ACTION_TAG &&
				   (step != LADDER_DISCONNECT || !message->offences || !message->sender_proved)))
		return;
	if (outcome->would < ACTION_REJECT)
		outcome->would = ACTION_REJECT;
	outcome->disconnect = step == LADDER_DISCONNECT;
}

/* The closer entry decides, and of equally close ones the block. */
static void apply_lists(struct policy_outcome *outcome, const struct policy *policy, const struct policy_case *message)
{
	struct str allowed = STR(""), blocked = STR(""), envelope = STR("");
	enum match block = matcher_find(policy->block.matcher, message->sender, message->today, &blocked);
	enum match bounce = matcher_find(policy->block.matcher, message->envelope_sender, message->today, &envelope);
	enum match allow = message->sender_proved
			       ? matcher_find(policy->allow.matcher, message->sender, message->today, &allowed)
			       : MATCH_NONE;

	if (bounce > block) {
		block = bounce;
		blocked = envelope;
	}
	if (allow > block) {
		outcome->list = "allow";
		outcome->list_entry = allowed;
		outcome->would = ACTION_ACCEPT;
	} else if (block != MATCH_NONE) {
		outcome->list = "block";
		outcome->list_entry = blocked;
		outcome->would = policy->block_action;
		if (outcome->mail_class == CLASS_CLEAN)
			outcome->mail_class = CLASS_POLICY;
	}
}

static void apply_enforcement(struct policy_outcome *outcome, const struct policy *policy,
			      const struct policy_case *message)
{
	const struct enforcement *enforcement = &policy->enforcement;
	enum action action;

	outcome->concern = enforcement_find(enforcement, &message->outbound, message->verdict, message->today, &action);
	if (outcome->concern != CONCERN_NONE)
		outcome->mail_class = CLASS_POLICY;
	if (action > outcome->would)
		outcome->would = action;
	else if (action < outcome->would)
		outcome->concern = CONCERN_NONE;
	if (matcher_find(enforcement->exceptions, message->login, message->today, &outcome->list_entry) ||
	    matcher_find(enforcement->exceptions, message->sender, message->today, &outcome->list_entry))
		outcome->list = "exception";
}

/* Takes a blocking action back to tagging (outbound: to accepting). */
static void take_back(struct policy_outcome *outcome, const struct policy *policy, enum held_back why)
{
	if (!action_blocks(outcome->action))
		return;
	outcome->action = policy->direction == DIRECTION_INBOUND ? ACTION_TAG : ACTION_ACCEPT;
	outcome->held = why;
	outcome->threshold = tag_threshold(policy, outcome->mail_class)->at;
}

/* While it is not known whom we write to, nobody is blocked for being a stranger. */
static bool needs_memory(const struct policy_outcome *outcome)
{
	if (outcome->concern != CONCERN_NONE)
		return concern_needs_memory(outcome->concern);
	return !outcome->list;
}

static void hold_back(struct policy_outcome *outcome, const struct policy *policy, const struct policy_case *message)
{
	if (outcome->list && policy->direction == DIRECTION_OUTBOUND)
		take_back(outcome, policy, HELD_EXCEPTION);
	if (message->never_block)
		take_back(outcome, policy, message->never_block);
	if (message->learning && needs_memory(outcome))
		take_back(outcome, policy, HELD_LEARNING);
	if (policy->shadow && outcome->would > ACTION_ACCEPT) {
		outcome->action = ACTION_ACCEPT;
		outcome->held = HELD_SHADOW;
		outcome->threshold = tag_threshold(policy, outcome->mail_class)->at;
		outcome->mark_as_spam = false;
	}
}

struct policy_outcome policy_apply(const struct policy *policy, const struct policy_case *message)
{
	const struct verdict *verdict = message->verdict;
	const struct threshold *tag = tag_threshold(policy, verdict->mail_class);
	struct policy_outcome outcome = {.threshold = tag->at, .list_entry = STR("")};
	bool counts = verdict->mail_class != CLASS_CLEAN && reaches(tag, verdict->score);

	if (policy->exempt || message->direction == DIRECTION_INTERNAL)
		return outcome;
	if (counts)
		outcome.mail_class = verdict->mail_class;
	if (counts && !policy->classes_off[verdict->mail_class])
		apply_thresholds(&outcome, policy, verdict);
	if (message->direction == DIRECTION_OUTBOUND) {
		if (outcome.would == ACTION_TAG)
			outcome.would = ACTION_ACCEPT;
		apply_enforcement(&outcome, policy, message);
	} else {
		apply_ladder(&outcome, policy, message);
		apply_lists(&outcome, policy, message);
		outcome.mark_as_spam =
		    outcome.would >= ACTION_TAG &&
		    reaches(policy_threshold(policy, verdict->mail_class, offsetof(struct thresholds, mark_as_spam)),
			    verdict->score);
	}
	outcome.action = outcome.would;
	hold_back(&outcome, policy, message);
	return outcome;
}

static bool thresholds_may_block(const struct thresholds *at)
{
	return at->quarantine.set || at->reject.set || at->tempfail.set || at->discard.set;
}

bool policy_may_block(const struct policy *policy)
{
	bool may = thresholds_may_block(&policy->at) || policy->ladder.count ||
		   (matcher_count(policy->block.matcher) && action_blocks(policy->block_action));

	for (int i = 0; i < CLASS_COUNT; i++)
		may |= thresholds_may_block(&policy->class_at[i]);
	for (int i = 0; i < CONCERN_COUNT; i++)
		may |= action_blocks(policy->enforcement.actions[i]);
	return may && !policy->shadow && !policy->exempt;
}
