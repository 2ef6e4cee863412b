/*
 * recipients - several recipients, one verdict: each recipient's policy has its say, and one thing is done.
 *
 * A message can be refused or held only as a whole. It is blocked only if every recipient's policy blocks it, and then
 * by the mildest of their actions (tempfail, quarantine, reject, discard); otherwise it is delivered, and tagged if any
 * recipient's policy tags or blocks. It is marked as spam only if every policy that looks at it marks it.
 */
#ifndef COLDSHOULDER_POLICY_RECIPIENTS_H
#define COLDSHOULDER_POLICY_RECIPIENTS_H

#include "base/arena.h"
#include "base/error.h"
#include "policy/policy_set.h"

struct recipient_decision {
	struct str mailbox; /* outbound: the sender's, whose policy counts for all recipients */
	const struct policy *policy;
	struct policy_outcome outcome; /* of this policy alone */
};

struct recipients {
	struct recipient_decision *items;
	size_t count;
};

/*
 * Finds the policy of each inbound recipient (one that stands for all when there is none: a message from a file).
 * In `arena`; STATUS_NO_MEMORY.
 */
enum status recipients_inbound(const struct policy_set *set, const struct str *mailboxes, size_t count, uint32_t today,
			       struct arena *arena, struct recipients *ret);

/* The one policy of an outbound message. In `arena`; STATUS_NO_MEMORY. */
enum status recipients_outbound(const struct policy_set *set, struct str sender, struct str login, uint32_t today,
				struct arena *arena, struct recipients *ret);

/* True when nobody's policy looks at the message. */
bool recipients_all_exempt(const struct recipients *recipients);

/* Applies each policy to the case, notes each outcome, and merges them. */
struct policy_outcome recipients_apply(struct recipients *recipients, const struct policy_case *message);

/* The names of the policies, each once, joined by '+'; at most five of them. In `arena`; NULL: out of memory. */
const char *recipients_policy_names(const struct recipients *recipients, struct arena *arena);

/*
 * The languages whose rules count: those of all policies together, none (which is all) when one of them wants all. In
 * `arena`; STATUS_NO_MEMORY.
 */
enum status recipients_languages(const struct recipients *recipients, struct arena *arena,
				 const struct str **ret_languages, size_t *ret_count);

#endif
