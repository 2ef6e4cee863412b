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

enum status ruleset_sort(const struct rulebook *book, struct ruleset *ruleset)
{
	struct sorter sorter = {.book = book, .ruleset = ruleset};

	ruleset->order = arena_calloc(ruleset->arena, ruleset->rule_count + 1, sizeof *ruleset->order);
	sorter.marks = arena_calloc(ruleset->arena, ruleset->rule_count + 1, sizeof *sorter.marks);
	sorter.path = arena_calloc(ruleset->arena, ruleset->rule_count + 1, sizeof *sorter.path);
	if (!ruleset->order || !sorter.marks || !sorter.path)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < ruleset->rule_count; i++)
		visit(&sorter, i);
	return STATUS_OK;
}
