#include "engine/ruleset_parts.h"

#include "base/buf.h"
#include "engine/expr.h"

/* How far a rule has been dealt with. */
enum mark { MARK_NEW, MARK_OPEN, MARK_DONE };

struct sorter {
	const struct rulebook *book;
	struct ruleset *ruleset;
	unsigned char *marks; /* enum mark, by rule */
	size_t *path;         /* open rules, from the first to the one at hand */
	size_t depth;
};

static void visit(struct sorter *sorter, size_t index);

static void report_cycle(struct sorter *sorter, size_t index)
{
	const struct rule *rule = &sorter->ruleset->rules[index];
	struct buf cycle = buf_make(NULL);
	size_t from = 0;

	while (sorter->path[from] != index)
		from++;
	for (size_t i = from; i < sorter->depth; i++)
		buf_add_format(&cycle, "%s -> ", sorter->ruleset->rules[sorter->path[i]].id);
	buf_add_text(&cycle, rule->id);
	error_add_at(sorter->book->errors, SEVERITY_ERROR, rule->path, rule->line,
		     "a rule cannot depend on itself: name the rules or facts underneath instead",
		     "cycle in `when': %.*s", STR_ARGS(buf_str(&cycle)));
	buf_free(&cycle);
}

static void visit_dependency(void *context, size_t rule, bool counted)
{
	struct sorter *sorter = context;

	(void)counted;
	if (sorter->marks[rule] == MARK_OPEN)
		report_cycle(sorter, rule);
	else
		visit(sorter, rule);
}

/* families(x) is asked when all expression rules of x have been: they count like every other rule of the family. */
static void visit_family(void *context, size_t family)
{
	struct sorter *sorter = context;

	for (size_t i = 0; i < sorter->ruleset->rule_count; i++)
		if (sorter->ruleset->family_of[i] == family && sorter->ruleset->rules[i].when)
			visit_dependency(sorter, i, false);
}

static void visit(struct sorter *sorter, size_t index)
{
	const struct rule *rule = &sorter->ruleset->rules[index];

	if (!rule->expression || sorter->marks[index] != MARK_NEW)
		return;
	sorter->marks[index] = MARK_OPEN;
	sorter->path[sorter->depth++] = index;
	expr_each_rule(rule->expression, visit_dependency, sorter);
	expr_each_family(rule->expression, visit_family, sorter);
	sorter->depth--;
	sorter->marks[index] = MARK_DONE;
	sorter->ruleset->order[sorter->ruleset->order_count++] = index;
}

static void need(void *context, size_t rule, bool counted)
{
	bool *needed = context;

	(void)counted;
	needed[rule] = true;
}

/* What gives a class, and what that refers to; the order is known. */
static void find_classes(struct ruleset *ruleset, bool *needed)
{
	for (size_t i = 0; i < ruleset->rule_count; i++)
		needed[i] = ruleset->rules[i].mail_class != CLASS_CLEAN;
	for (size_t i = ruleset->order_count; i-- > 0;)
		if (needed[ruleset->order[i]])
			expr_each_rule(ruleset->rules[ruleset->order[i]].expression, need, needed);
	for (size_t i = 0; i < ruleset->order_count; i++)
		if (needed[ruleset->order[i]])
			ruleset->class_order[ruleset->class_order_count++] = ruleset->order[i];
	for (size_t i = 0; i < ruleset->rule_count; i++)
		if (needed[i] && !ruleset->rules[i].when)
			ruleset->class_texts[ruleset->class_text_count++] = i;
}

enum status ruleset_sort(const struct rulebook *book, struct ruleset *ruleset)
{
	struct sorter sorter = {.book = book, .ruleset = ruleset};
	size_t count = ruleset->rule_count + 1;
	bool *needed = arena_calloc(ruleset->arena, count, sizeof *needed);

	ruleset->order = arena_calloc(ruleset->arena, count, sizeof *ruleset->order);
	ruleset->class_order = arena_calloc(ruleset->arena, count, sizeof *ruleset->class_order);
	ruleset->class_texts = arena_calloc(ruleset->arena, count, sizeof *ruleset->class_texts);
	sorter.marks = arena_calloc(ruleset->arena, count, sizeof *sorter.marks);
	sorter.path = arena_calloc(ruleset->arena, count, sizeof *sorter.path);
	if (!needed || !ruleset->order || !ruleset->class_order || !ruleset->class_texts || !sorter.marks ||
	    !sorter.path)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < ruleset->rule_count; i++)
		visit(&sorter, i);
	find_classes(ruleset, needed);
	return STATUS_OK;
}
