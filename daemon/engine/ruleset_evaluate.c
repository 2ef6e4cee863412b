#include "engine/ruleset_parts.h"

#include "base/buf.h"
#include "engine/expr.h"
#include "engine/snippet.h"

#include <string.h>

enum { EVIDENCE_MAX = 120 };

struct evaluation {
	const struct ruleset *ruleset;
	const struct ruleset_filter *filter;
	const struct facts *facts;
	struct arena *arena;
	bool *active;           /* by rule: asked at all */
	unsigned int *counts;   /* by rule */
	unsigned int *families; /* by family */
	struct list hits;       /* of struct rule_hit */
	const struct view *view;
	bool no_memory;
};

static bool language_counts(const struct ruleset_filter *filter, const char *language)
{
	if (!language[0] || !filter || !filter->language_count)
		return true;
	for (size_t i = 0; i < filter->language_count; i++)
		if (str_equal_nocase(filter->languages[i], str_of(language)))
			return true;
	return false;
}

static bool scope_fits(enum rule_scope scope, int64_t direction)
{
	return scope == RULE_ANY_DIRECTION ||
	       direction == (scope == RULE_INBOUND ? DIRECTION_INBOUND : DIRECTION_OUTBOUND);
}

static bool set_active(struct evaluation *evaluation)
{
	const struct ruleset *ruleset = evaluation->ruleset;
	bool *languages = arena_calloc(evaluation->arena, ruleset->language_count + 1, sizeof *languages);

	if (!languages)
		return false;
	for (size_t i = 0; i < ruleset->language_count; i++)
		languages[i] = language_counts(evaluation->filter, ruleset->languages[i]);
	for (size_t i = 0; i < ruleset->rule_count; i++)
		evaluation->active[i] = languages[ruleset->language_of[i]] &&
					scope_fits(ruleset->rules[i].scope, evaluation->facts->value[FACT_DIRECTION]);
	return true;
}

static bool is_shadowed(const struct evaluation *evaluation, const struct rule *rule)
{
	const struct ruleset_filter *filter = evaluation->filter;

	for (size_t i = 0; filter && i < filter->shadowed_count; i++)
		if (str_equal(filter->shadowed[i], str_of(rule->id)) ||
		    str_equal(filter->shadowed[i], str_of(rule->family)))
			return true;
	return rule->shadow;
}

static void add_hit(struct evaluation *evaluation, size_t index, unsigned int count, struct str evidence)
{
	const struct rule *rule = &evaluation->ruleset->rules[index];
	struct rule_hit *hit = list_push(&evaluation->hits);

	if (!hit) {
		evaluation->no_memory = true;
		return;
	}
	hit->rule = rule;
	hit->evidence = evidence;
	hit->shadow = is_shadowed(evaluation, rule);
	if (hit->shadow)
		return;
	hit->score = rule->score;
	evaluation->counts[index] = count;
	evaluation->families[evaluation->ruleset->family_of[index]]++;
}

static void found(void *context, size_t rule, const struct scan_hit *hit)
{
	struct evaluation *evaluation = context;
	struct str evidence = view_evidence(evaluation->view, hit->span.start, hit->span.end);

	add_hit(evaluation, rule, hit->count, snippet(evidence, EVIDENCE_MAX));
}

static unsigned int scan_views(struct evaluation *evaluation, struct views *views, struct scan_scratch *scratch)
{
	const struct scanner *scanner = evaluation->ruleset->scanner;
	unsigned int gave_up = 0;

	for (size_t i = 0; i < scanner_view_count(scanner) && !evaluation->no_memory; i++) {
		struct str header;
		enum view_kind kind = scanner_view(scanner, i, &header);

		evaluation->view = views_get(views, kind, header);
		if (evaluation->view->text.n)
			gave_up += scanner_scan(scanner, i, evaluation->view->text, evaluation->active, scratch, found,
						evaluation);
	}
	return gave_up;
}

static void evaluate_expressions(struct evaluation *evaluation)
{
	const struct ruleset *ruleset = evaluation->ruleset;
	const struct expr_input input = {evaluation->facts, evaluation->counts, evaluation->families, ruleset->rule_ids,
					 ruleset->family_names};

	for (size_t i = 0; i < ruleset->order_count && !evaluation->no_memory; i++) {
		size_t index = ruleset->order[i];
		const struct expression *expression = ruleset->rules[index].expression;
		struct buf evidence = buf_make(evaluation->arena);

		if (!evaluation->active[index] || !expr_evaluate(expression, &input))
			continue;
		expr_describe(expression, &input, &evidence);
		if (buf_failed(&evidence))
			evaluation->no_memory = true;
		else
			add_hit(evaluation, index, 1, buf_str(&evidence));
	}
}

enum status ruleset_evaluate(const struct ruleset *ruleset, struct views *views, const struct facts *facts,
			     const struct ruleset_filter *filter, struct arena *arena, struct verdict *ret_verdict)
{
	struct evaluation evaluation = {.ruleset = ruleset,
					.filter = filter,
					.facts = facts,
					.arena = arena,
					.hits = list_make(sizeof(struct rule_hit), arena)};
	struct scan_scratch *scratch;

	*ret_verdict = (struct verdict){0};
	evaluation.active = arena_calloc(arena, ruleset->rule_count + 1, sizeof *evaluation.active);
	evaluation.counts = arena_calloc(arena, ruleset->rule_count + 1, sizeof *evaluation.counts);
	evaluation.families = arena_calloc(arena, ruleset->family_count + 1, sizeof *evaluation.families);
	if (!evaluation.active || !evaluation.counts || !evaluation.families || !set_active(&evaluation))
		return STATUS_NO_MEMORY;
	scratch = scanner_take_scratch(ruleset->scanner);
	if (!scratch)
		return STATUS_NO_MEMORY;
	ret_verdict->match_errors = scan_views(&evaluation, views, scratch);
	scanner_give_scratch(ruleset->scanner, scratch);
	if (!evaluation.no_memory)
		evaluate_expressions(&evaluation);
	if (evaluation.no_memory || views_failed(views))
		return STATUS_NO_MEMORY;
	score_limit_families(evaluation.hits.items, evaluation.hits.count, ruleset->family_of, ruleset->limits);
	score_sum_up(evaluation.hits.items, evaluation.hits.count, ret_verdict);
	return STATUS_OK;
}
