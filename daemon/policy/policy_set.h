/*
 * policy_set - all policies of a site: which one counts for a recipient, a sender or a login.
 */
#ifndef COLDSHOULDER_POLICY_POLICY_SET_H
#define COLDSHOULDER_POLICY_POLICY_SET_H

#include "policy/policy.h"

struct policy_set {
	struct policy inbound; /* for everybody whom no policy names */
	struct policy outbound;
	const struct policy *items; /* of both directions, in the order of the file: the first that matches counts */
	size_t count;
	const struct matcher *exempt; /* recipients who see everything, besides abuse@ and postmaster@; NULL: none */
	const char *delimiters;       /* "jane+shop" is jane; NULL: "+" */
	bool split;                   /* put off recipients whose policy differs in kind from the first one's */
};

/* The policy of an exempt recipient: abuse@, postmaster@ and those that are configured. */
extern const struct policy policy_of_the_exempt;

/* The policy for inbound mail to `recipient`. Never NULL. */
const struct policy *policy_for_recipient(const struct policy_set *set, struct str recipient, uint32_t today);

/* The policy for outbound mail from `sender`, submitted by `login` (may be empty). Never NULL. */
const struct policy *policy_for_sender(const struct policy_set *set, struct str sender, struct str login,
				       uint32_t today);

/*
 * True when a message to `first` should not go to `next` as well: one of their policies may block it, the other never
 * does. There are just these two kinds, so that no sender has to come more than twice.
 */
bool policy_set_splits(const struct policy_set *set, struct str first, struct str next, uint32_t today);

/* The policy of that name, "inbound" and "outbound" among them; NULL when there is none. */
const struct policy *policy_by_name(const struct policy_set *set, struct str name);

#endif
