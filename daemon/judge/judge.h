/*
 * judge - envelope and message in, decision out: the one way through mail/, engine/ and policy/.
 */
#ifndef COLDSHOULDER_JUDGE_JUDGE_H
#define COLDSHOULDER_JUDGE_JUDGE_H

#include "judge/decision.h"
#include "judge/generation.h"

/* What the caller already knows, instead of what the judge would find out. For check, eval, replay. */
struct judge_override {
	bool direction_given;
	enum direction direction;
	bool auth_given;
	enum auth_result auth;
	bool relation_given;
	enum relation relation;
	bool stored_mail; /* our own Received are in the message: skip them, and take the queue id from them */
};

/*
 * Judges `raw`, the whole message with its header. All memory is from `arena`; `raw`, `envelope` and the generation
 * must outlive the decision. `session_limits` are limits that the collector already hit. `override` may be NULL.
 * When `ret_views` is not NULL it gets the views, for display. STATUS_NO_MEMORY: no decision; the caller applies its
 * failure class.
 */
enum status judge_message(const struct generation *generation, const struct envelope *envelope, struct str raw,
			  uint32_t session_limits, const struct judge_override *override, struct arena *arena,
			  struct decision *ret_decision, struct views **ret_views);

/*
 * Lets the memory learn from a message whose decision was carried out; does nothing without a memory. The message's
 * arena must still be alive. Never waits.
 */
void judge_learn(const struct decision *decision);

#endif
