#include "engine/expr_tree.h"

static enum outlook known_or_open(const struct expression *expression, const struct expr_prospect *prospect)
{
	const struct expr_input input = {.facts = prospect->facts};

	if (!prospect->known[expression->fact])
		return OUTLOOK_OPEN;
	return expr_evaluate(expression, &input) ? OUTLOOK_YES : OUTLOOK_NO;
}

/* At least `wanted` children have to be true. */
static enum outlook at_least(const struct expression *expression, int64_t wanted, const struct expr_prospect *prospect)
{
	int64_t sure = 0;
	int64_t possible = 0;

	for (const struct expression *child = expression->children; child; child = child->next) {
		enum outlook outlook = expr_outlook(child, prospect);

		sure += outlook == OUTLOOK_YES;
		possible += outlook != OUTLOOK_NO;
	}
	if (sure >= wanted)
		return OUTLOOK_YES;
	return possible >= wanted ? OUTLOOK_OPEN : OUTLOOK_NO;
}

static enum outlook all_of(const struct expression *expression, const struct expr_prospect *prospect)
{
	enum outlook outlook = OUTLOOK_YES;

	for (const struct expression *child = expression->children; child; child = child->next) {
		enum outlook one = expr_outlook(child, prospect);

		if (one == OUTLOOK_NO)
			return OUTLOOK_NO;
		if (one == OUTLOOK_OPEN)
			outlook = OUTLOOK_OPEN;
	}
	return outlook;
}

static enum outlook opposite(enum outlook outlook)
{
	if (outlook == OUTLOOK_OPEN)
		return OUTLOOK_OPEN;
	return outlook == OUTLOOK_YES ? OUTLOOK_NO : OUTLOOK_YES;
}

enum outlook expr_outlook(const struct expression *expression, const struct expr_prospect *prospect)
{
	switch (expression->kind) {
	case EXPR_AND:
		return all_of(expression, prospect);
	case EXPR_OR:
		return at_least(expression, 1, prospect);
	case EXPR_NOT:
		return opposite(expr_outlook(expression->children, prospect));
	case EXPR_ATLEAST:
		return at_least(expression, expression->number, prospect);
	case EXPR_RULE:
		return prospect->possible[expression->rule] ? OUTLOOK_OPEN : OUTLOOK_NO;
	case EXPR_FLAG:
	case EXPR_VALUE:
	case EXPR_NUMBER:
		return known_or_open(expression, prospect);
	default:
		return OUTLOOK_OPEN; /* numbers of hits */
	}
}
