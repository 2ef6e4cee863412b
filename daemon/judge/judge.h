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
	bool look_closer; /* all rules are applied, also to what they cannot change: for those who want to see them */
	bool stored_mail; /* our own Received are in the message: skip them, and take the queue id from them */
	int64_t now;      /* when it came, in seconds since 1970, for the memory; 0: the wall clock */
};

/* A message between the two halves of judging. */
struct judgement;

/*
 * The first half: all that bytes and envelope tell, without asking anybody: decoding, authentication, direction,
 * views, phrases and patterns. `raw`, what `envelope` points to, `override` (may be NULL) and the generation must
 * outlive the judgement, which is in `arena`. STATUS_NO_MEMORY. Any thread.
 */
enum status judge_read(const struct generation *generation, const struct envelope *envelope, struct str raw,
		       uint32_t session_limits, const struct judge_override *override, struct arena *arena,
		       struct judgement **ret_judgement);

/*
 * The second half, once, in the same arena, by the same or another thread: memory, expressions, policy. Whoever wants
 * messages judged in an order calls this in that order. STATUS_NO_MEMORY: no decision.
 */
enum status judge_conclude(struct judgement *judgement, struct decision *ret_decision);

/* What the first half found, for display; alive as long as the judgement. */
const struct message *judgement_message(const struct judgement *judgement);
struct views *judgement_views(const struct judgement *judgement);
const struct text_hits *judgement_hits(const struct judgement *judgement);

/*
 * What the rules would say, were the facts or what the texts say different: for explaining. The result is in `arena`;
 * nothing of the judgement changes. STATUS_NO_MEMORY.
 */
enum status judge_suppose(const struct judgement *judgement, const struct text_hits *hits, const struct facts *facts,
			  struct arena *arena, struct verdict *ret_verdict);

/*
 * Both halves at once, and the texts are looked at only when some rule can still give the message a class: judges
 * `raw`, the whole message with its header. All memory is from `arena`; `raw`, `envelope` and the generation must
 * outlive the decision. `session_limits` are limits that the collector already hit. `override` may be NULL. When
 * `ret_views` is not NULL it gets the views, for display. STATUS_NO_MEMORY: no decision; the caller applies its failure
 * class.
 */
enum status judge_message(const struct generation *generation, const struct envelope *envelope, struct str raw,
			  uint32_t session_limits, const struct judge_override *override, struct arena *arena,
			  struct decision *ret_decision, struct views **ret_views);

/*
 * Whether envelope and header alone settle what becomes of a message, so that its body need not be seen: internal, all
 * recipients exempt, or no rule can give it a class whatever it says (a known correspondent, an answer to us, a
 * mailing list), and the memory has nothing to learn from its text. `header` is the message as far as its empty line.
 * *ret_judgement is to be concluded by judge_conclude() when *ret_settled, else by judge_rest(); `header` must outlive
 * it. STATUS_NO_MEMORY: there is none.
 */
enum status judge_early(const struct generation *generation, const struct envelope *envelope, struct str header,
			uint32_t session_limits, struct arena *arena, struct judgement **ret_judgement,
			bool *ret_settled);

/*
 * What judge_message() does, for a message whose header was read by judge_early() and did not settle it: `raw` begins
 * with the same bytes.
 */
enum status judge_rest(struct judgement *judgement, const struct envelope *envelope, struct str raw,
		       uint32_t session_limits, struct decision *ret_decision);

/*
 * Lets the memory learn from a message whose decision was carried out; does nothing without a memory. The message's
 * arena must still be alive. Never waits.
 */
void judge_learn(const struct decision *decision);

#endif
