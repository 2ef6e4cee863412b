/*
 * score - what the hits of one message are worth together: caps and floors of families, sum, class, reply.
 *
 * Pure; any thread.
 */
#ifndef COLDSHOULDER_ENGINE_SCORE_H
#define COLDSHOULDER_ENGINE_SCORE_H

#include "engine/rule.h"

/* How much the hits of one family count together. */
struct score_limit {
	double cap;   /* at most; INFINITY: no limit */
	double floor; /* at least; -INFINITY: no limit */
};

/*
 * Makes hits[i].score what each hit is credited with: what a family is worth above its cap is taken from its lowest
 * positive hits first, what it is worth below its floor from its weakest negative ones. `family_of` gives the family of
 * a rule by the rule's index, `limits` are by family. Hits in shadow must have the score 0.
 */
void score_limit_families(struct rule_hit *hits, size_t count, const size_t *family_of,
			  const struct score_limit *limits);

/*
 * Sorts the hits, highest score first, and fills in score, class, hits and reply of the verdict. Equal scores of two
 * hits with a class: the later class of enum mail_class wins.
 */
void score_sum_up(struct rule_hit *hits, size_t count, struct verdict *ret_verdict);

#endif
