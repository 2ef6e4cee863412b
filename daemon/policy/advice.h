/*
 * advice - what a refused message's author is told: our own people which rule, which of their words, and what to do
 * instead; others how a real correspondent gets through, without a word of theirs repeated.
 */
#ifndef COLDSHOULDER_POLICY_ADVICE_H
#define COLDSHOULDER_POLICY_ADVICE_H

#include "base/arena.h"
#include "base/error.h"
#include "policy/policy.h"

enum { ADVICE_LINES_MAX = 10 };

struct advice {
	const char *lines[ADVICE_LINES_MAX]; /* plain text, no line ends; quotes of the author may be UTF-8 */
	size_t count;                        /* at least one */
};

/* What the advice is about. */
struct advice_subject {
	const struct policy *policy;
	const struct policy_outcome *outcome; /* whose action is ACTION_REJECT or ACTION_TEMPFAIL, or `would` is */
	const struct verdict *verdict;
	const struct enforcement_facts *outbound;
	enum action action;
	uint32_t today; /* as matcher_day() */
};

/* The advice for an outbound message, in `arena`. STATUS_NO_MEMORY. */
enum status advice_outbound(const struct advice_subject *subject, struct arena *arena, struct advice *ret_advice);

/* The explanation for an inbound message, in `arena`. STATUS_NO_MEMORY. */
enum status advice_inbound(const struct advice_subject *subject, struct arena *arena, struct advice *ret_advice);

#endif
