#include "engine/expr_tree.h"

enum { DESCRIBE_MAX = 120 };

static bool compare(int64_t left, enum expr_comparison comparison, int64_t right)
{
	switch (comparison) {
	case EXPR_EQ:
		return left == right;
	case EXPR_NE:
		return left != right;
	case EXPR_LT:
		return left < right;
	case EXPR_LE:
		return left <= right;
	case EXPR_GT:
		return left > right;
	case EXPR_GE:
		return left >= right;
	}
	return false;
}

/* How many of the families have fired, or how many of their rules. */
static int64_t fired_families(const struct expression *expression, const struct expr_input *input, bool rules)
{
	int64_t count = 0;

	for (size_t i = 0; i < expression->family_count; i++) {
		unsigned int fired = input->families[expression->families[i]];

		count += rules || !fired ? (int64_t)fired : 1;
	}
	return count;
}

/* At least `wanted` (> 0) of the children are true. */
static bool at_least(const struct expression *expression, int64_t wanted, const struct expr_input *input)
{
	for (const struct expression *child = expression->children; child; child = child->next)
		if (expr_evaluate(child, input) && --wanted == 0)
			return true;
	return false;
}

static bool all_children(const struct expression *expression, const struct expr_input *input)
{
	for (const struct expression *child = expression->children; child; child = child->next)
		if (!expr_evaluate(child, input))
			return false;
	return true;
}

bool expr_evaluate(const struct expression *expression, const struct expr_input *input)
{
	switch (expression->kind) {
	case EXPR_AND:
		return all_children(expression, input);
	case EXPR_OR:
		return at_least(expression, 1, input);
	case EXPR_NOT:
		return !expr_evaluate(expression->children, input);
	case EXPR_ATLEAST:
		return at_least(expression, expression->number, input);
	case EXPR_RULE:
		return input->counts[expression->rule] > 0;
	case EXPR_FLAG:
		return input->facts->value[expression->fact] != 0;
	case EXPR_VALUE:
		return (expression->set >> input->facts->value[expression->fact] & 1) != expression->negated;
	case EXPR_NUMBER:
		return compare(input->facts->value[expression->fact], expression->comparison, expression->number);
	case EXPR_FAMILIES:
	case EXPR_RULES:
		return compare(fired_families(expression, input, expression->kind == EXPR_RULES),
			       expression->comparison, expression->number);
	case EXPR_COUNT:
		return compare(input->counts[expression->rule], expression->comparison, expression->number);
	}
	return false;
}

/* Adds `text` behind a separator, unless it stands there already or there is no more room. */
static void add_remark(struct buf *out, size_t start, struct str text)
{
	struct str said = str_sub(buf_str(out), start, out->n);
	struct str one;

	if (!text.n || said.n + text.n + 2 > DESCRIBE_MAX)
		return;
	while (said.n && str_split(&said, ';', &one))
		if (str_equal(str_trim(one), text))
			return;
	if (out->n > start)
		buf_add_text(out, "; ");
	buf_add_str(out, text);
}

static void add_format(struct buf *out, size_t start, struct buf *remark)
{
	if (buf_failed(remark))
		out->failed = true;
	else
		add_remark(out, start, buf_str(remark));
	buf_free(remark);
}

static void describe_fact(const struct expression *expression, const struct expr_input *input, struct buf *out,
			  size_t start)
{
	const struct fact_info *info = fact_info(expression->fact);
	int64_t value = input->facts->value[expression->fact];
	struct buf remark = buf_make(NULL);

	if (expression->kind == EXPR_VALUE) {
		const char *name = fact_value_name(expression->fact, value);

		/* What it is not says little; a relation speaks for itself. */
		if (!expression->negated && name && expression->fact == FACT_RELATION)
			buf_add_text(&remark, name);
		else if (!expression->negated && name)
			buf_add_format(&remark, "%s %s", info->name, name);
	} else {
		buf_add_format(&remark, "%s %lld", info->name, (long long)value);
	}
	add_format(out, start, &remark);
}

static void describe_families(const struct expression *expression, const struct expr_input *input, struct buf *out,
			      size_t start)
{
	struct buf remark = buf_make(NULL);

	for (size_t i = 0; i < expression->family_count; i++)
		if (input->families[expression->families[i]])
			buf_add_format(&remark, "%s%s", remark.n ? ", " : "",
				       input->family_names[expression->families[i]]);
	add_format(out, start, &remark);
}

static void describe(const struct expression *expression, const struct expr_input *input, struct buf *out, size_t start)
{
	struct buf remark = buf_make(NULL);

	switch (expression->kind) {
	case EXPR_AND:
	case EXPR_OR:
	case EXPR_ATLEAST:
		for (const struct expression *child = expression->children; child; child = child->next)
			if (expr_evaluate(child, input))
				describe(child, input, out, start);
		break;
	case EXPR_NOT:
		break;
	case EXPR_RULE:
		add_remark(out, start, str_of(input->rule_ids[expression->rule]));
		break;
	case EXPR_FLAG:
		/* The direction stands beside every explanation anyway. */
		if (expression->fact != FACT_INBOUND && expression->fact != FACT_OUTBOUND)
			add_remark(out, start, str_of(fact_info(expression->fact)->name));
		break;
	case EXPR_VALUE:
	case EXPR_NUMBER:
		describe_fact(expression, input, out, start);
		break;
	case EXPR_FAMILIES:
	case EXPR_RULES:
		describe_families(expression, input, out, start);
		break;
	case EXPR_COUNT:
		buf_add_format(&remark, "%s %u times", input->rule_ids[expression->rule],
			       input->counts[expression->rule]);
		add_format(out, start, &remark);
		break;
	}
}

void expr_describe(const struct expression *expression, const struct expr_input *input, struct buf *out)
{
	describe(expression, input, out, out->n);
}

void expr_each_rule(const struct expression *expression, void (*visit)(void *context, size_t rule, bool counted),
		    void *context)
{
	if (expression->kind == EXPR_RULE || expression->kind == EXPR_COUNT)
		visit(context, expression->rule, expression->kind == EXPR_COUNT);
	for (const struct expression *child = expression->children; child; child = child->next)
		expr_each_rule(child, visit, context);
}

void expr_each_family(const struct expression *expression, void (*visit)(void *context, size_t family), void *context)
{
	for (size_t i = 0; i < expression->family_count; i++)
		visit(context, expression->families[i]);
	for (const struct expression *child = expression->children; child; child = child->next)
		expr_each_family(child, visit, context);
}
