/*
 * action - from score and class to what is done with a message.
 */
#ifndef COLDSHOULDER_POLICY_ACTION_H
#define COLDSHOULDER_POLICY_ACTION_H

#include "engine/facts.h"
#include "engine/verdict.h"

/* Ordered by severity as design 2.6 merges them: the mildest blocking action is the lowest above tag. */
enum action {
	ACTION_ACCEPT,
	ACTION_TAG,
	ACTION_TEMPFAIL,
	ACTION_QUARANTINE,
	ACTION_REJECT,
	ACTION_DISCARD,
	ACTION_COUNT
};

/* "accept", "tag", ... ; and back: false for an unknown name. */
const char *action_name(enum action action);
bool action_find(struct str name, enum action *ret_action);

/* Scores at and above which an action is taken; a threshold that is not `set` never is. */
struct threshold {
	double at;
	bool set;
};

/* One policy of one direction. */
struct policy {
	const char *name;
	struct threshold tag;
	struct threshold mark_as_spam; /* adds the SpamAssassin pair of headers; not an action of its own */
	struct threshold quarantine;
	struct threshold reject;
	struct threshold tempfail;
	struct threshold discard;
	bool classes_off[CLASS_COUNT]; /* classes this policy does not act on */
	bool shadow;                   /* nothing is done, everything is logged */
	bool exempt;                   /* not judged at all */
};

struct policy_outcome {
	enum mail_class mail_class; /* CLASS_CLEAN below the tag threshold */
	enum action action;
	enum action would; /* what would have been done, were it not for shadow */
	bool mark_as_spam;
	double threshold; /* the one that `action` is measured by: tag's when accepted */
};

/* The built-in policies: inbound tags at 5.0; outbound only logs (class at 5.0, action accept). */
extern const struct policy policy_default_inbound;
extern const struct policy policy_default_outbound;

/* Takes an action stronger than tagging back to tagging (outbound: to accepting); `would` keeps what was held back. */
void policy_hold_back(struct policy_outcome *outcome, const struct policy *policy, enum direction direction);

/* Score decides whether, class decides what. Outbound messages are never tagged. Pure. */
struct policy_outcome policy_apply(const struct policy *policy, enum direction direction,
				   const struct verdict *verdict);

#endif
