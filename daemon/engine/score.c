#include "engine/score.h"

#include <math.h>
#include <stdlib.h>

static double family_sum(const struct rule_hit *hits, size_t count, const size_t *family_of, size_t family)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		if (family_of[hits[i].rule->index] == family)
			sum += hits[i].score;
	return sum;
}

/* The hit of the family that is nearest to zero on the side of `sign`; NULL: none left. */
static struct rule_hit *weakest(struct rule_hit *hits, size_t count, const size_t *family_of, size_t family,
				double sign)
{
	struct rule_hit *found = NULL;

	for (size_t i = 0; i < count; i++)
		if (family_of[hits[i].rule->index] == family && hits[i].score * sign > 0 &&
		    (!found || hits[i].score * sign < found->score * sign))
			found = &hits[i];
	return found;
}

/* Takes `excess` (> 0) off the family's hits on the side of `sign`, the weakest first. */
static void take_off(struct rule_hit *hits, size_t count, const size_t *family_of, size_t family, double sign,
		     double excess)
{
	struct rule_hit *hit;

	while (excess > 0 && (hit = weakest(hits, count, family_of, family, sign))) {
		double part = fmin(excess, hit->score * sign);

		hit->score -= part * sign;
		excess -= part;
	}
}

void score_limit_families(struct rule_hit *hits, size_t count, const size_t *family_of,
			  const struct score_limit *limits)
{
	for (size_t i = 0; i < count; i++) {
		size_t family = family_of[hits[i].rule->index];
		double sum = family_sum(hits, count, family_of, family);

		if (sum > limits[family].cap)
			take_off(hits, count, family_of, family, 1, sum - limits[family].cap);
		else if (sum < limits[family].floor)
			take_off(hits, count, family_of, family, -1, limits[family].floor - sum);
	}
}

static int by_score(const void *a, const void *b)
{
	const struct rule_hit *one = a;
	const struct rule_hit *other = b;

	if (one->score != other->score)
		return one->score > other->score ? -1 : 1;
	if (one->shadow != other->shadow)
		return one->shadow ? 1 : -1;
	return (one->rule->index > other->rule->index) - (one->rule->index < other->rule->index);
}

void score_sum_up(struct rule_hit *hits, size_t count, struct verdict *ret_verdict)
{
	double sum = 0;
	double class_score = 0;

	if (count)
		qsort(hits, count, sizeof *hits, by_score);
	ret_verdict->mail_class = CLASS_CLEAN;
	ret_verdict->reply = NULL;
	for (size_t i = 0; i < count; i++) {
		const struct rule *rule = hits[i].rule;

		sum += hits[i].score;
		if (hits[i].shadow)
			continue;
		if (!ret_verdict->reply)
			ret_verdict->reply = rule->reply;
		if (rule->mail_class == CLASS_CLEAN)
			continue;
		if (ret_verdict->mail_class == CLASS_CLEAN ||
		    (hits[i].score >= class_score && rule->mail_class > ret_verdict->mail_class)) {
			ret_verdict->mail_class = rule->mail_class;
			class_score = hits[i].score;
		}
	}
	ret_verdict->score = round(sum * 100) / 100 + 0.0; /* no minus zero */
	ret_verdict->hits = hits;
	ret_verdict->hit_count = count;
}
