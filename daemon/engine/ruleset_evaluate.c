#include "engine/ruleset_parts.h"

#include "base/buf.h"
#include "engine/expr.h"
#include "engine/language.h"
#include "engine/snippet.h"

enum { EVIDENCE_MAX = 120 };

struct text_scan {
	struct list hits; /* of struct text_hit */
	const struct view *view;
	bool no_memory;
};

struct link_scan {
	struct list links; /* of struct str */
	struct str text;
	bool no_memory;
};

struct evaluation {
	const struct ruleset *ruleset;
	const struct ruleset_filter *filter;
	const struct facts *facts;
	struct arena *arena;
	const bool *active;     /* by group: asked at all */
	unsigned int *counts;   /* by rule */
	unsigned int *families; /* by family */
	struct list hits;       /* of struct rule_hit */
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

/* By group: are its rules asked at all, by the policy and in a text of `may_be`? NULL when out of memory. */
static bool *active_groups(const struct ruleset *ruleset, const struct ruleset_filter *filter, language_set may_be,
			   int64_t direction, struct arena *arena)
{
	bool *active = arena_calloc(arena, ruleset_group_count(ruleset) + 1, sizeof *active);

	for (size_t i = 0; active && i < ruleset->language_count; i++) {
		const char *language = ruleset->languages[i];

		if (!language_counts(filter, language) || !language_may_be(may_be, language))
			continue;
		for (int scope = 0; scope < RULE_SCOPES; scope++)
			active[ruleset_group(i, (enum rule_scope)scope)] =
			    scope_fits((enum rule_scope)scope, direction);
	}
	return active;
}

bool ruleset_may_classify(const struct ruleset *ruleset, const struct facts *facts, const bool *known,
			  const struct ruleset_filter *filter, struct arena *arena)
{
	const bool *active = active_groups(ruleset, filter, LANGUAGES_ALL, facts->value[FACT_DIRECTION], arena);
	bool *possible = arena_calloc(arena, ruleset->rule_count + 1, sizeof *possible);
	const struct expr_prospect prospect = {facts, known, possible};

	if (!active || !possible)
		return true;
	for (size_t i = 0; i < ruleset->class_text_count; i++) {
		size_t index = ruleset->class_texts[i];

		possible[index] = active[ruleset->group_of[index]];
		if (possible[index] && ruleset->rules[index].mail_class != CLASS_CLEAN)
			return true;
	}
	for (size_t i = 0; i < ruleset->class_order_count; i++) {
		size_t index = ruleset->class_order[i];
		const struct rule *rule = &ruleset->rules[index];

		possible[index] =
		    active[ruleset->group_of[index]] && expr_outlook(rule->expression, &prospect) != OUTLOOK_NO;
		if (possible[index] && rule->mail_class != CLASS_CLEAN)
			return true;
	}
	return false;
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

static void add_hit(struct evaluation *evaluation, const struct text_hit *found_hit)
{
	size_t index = found_hit->rule;
	const struct rule *rule = &evaluation->ruleset->rules[index];
	struct rule_hit *hit = list_push(&evaluation->hits);

	if (!hit) {
		evaluation->no_memory = true;
		return;
	}
	hit->rule = rule;
	hit->evidence = found_hit->evidence;
	hit->links = found_hit->links;
	hit->link_count = found_hit->link_count;
	hit->shadow = is_shadowed(evaluation, rule);
	if (hit->shadow)
		return;
	hit->score = rule->score;
	evaluation->counts[index] = found_hit->count;
	evaluation->families[evaluation->ruleset->family_of[index]]++;
}

static void found(void *context, size_t rule, const struct scan_hit *found_hit)
{
	struct text_scan *scan = context;
	struct str evidence = view_evidence(scan->view, found_hit->span.start, found_hit->span.end);
	struct text_hit *hit = list_push(&scan->hits);

	if (!hit)
		scan->no_memory = true;
	else
		*hit = (struct text_hit){
		    .rule = rule, .count = found_hit->count, .evidence = snippet(evidence, EVIDENCE_MAX)};
}

static void found_link(void *context, size_t rule, const struct scan_hit *found_hit)
{
	struct link_scan *scan = context;
	size_t start = found_hit->span.start, end = str_find_byte(scan->text, start, '\n');
	struct str *link = list_push(&scan->links);

	(void)rule;
	while (start > 0 && scan->text.p[start - 1] != '\n')
		start--;
	if (!link)
		scan->no_memory = true;
	else
		*link = str_sub(scan->text, start, (end == STR_NONE ? scan->text.n : end) - start);
}

/* Our own people's links are told apart by their hosts, so one that is allowed must not hide another. */
static unsigned int list_links(const struct scanner *scanner, struct text_scan *scan, size_t first,
			       struct scan_scratch *scratch, struct arena *arena)
{
	unsigned int gave_up = 0;

	for (size_t i = first; i < scan->hits.count && !scan->no_memory; i++) {
		struct text_hit *hit = list_at(&scan->hits, i);
		struct link_scan links = {.links = list_make(sizeof(struct str), arena), .text = scan->view->text};

		gave_up += scanner_match_lines(scanner, hit->rule, links.text, scratch, found_link, &links);
		hit->links = links.links.items;
		hit->link_count = links.links.count;
		scan->no_memory |= links.no_memory;
	}
	return gave_up;
}

enum status ruleset_scan(const struct ruleset *ruleset, struct views *views, enum direction direction,
			 const struct ruleset_filter *filter, struct arena *arena, struct text_hits *ret_hits)
{
	const struct scanner *scanner = ruleset->scanner;
	struct text_scan scan = {.hits = list_make(sizeof(struct text_hit), arena)};
	language_set may_be = language_guess(views_get(views, VIEW_BODY, STR(""))->text);
	const bool *active = active_groups(ruleset, filter, may_be, direction, arena);
	struct scan_scratch *scratch = active ? scanner_take_scratch(scanner) : NULL;

	*ret_hits = (struct text_hits){.count = 0};
	if (!scratch)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < scanner_view_count(scanner) && !scan.no_memory; i++) {
		struct str header;
		enum view_kind kind = scanner_view(scanner, i, &header);
		size_t before = scan.hits.count;

		scan.view = views_get(views, kind, header);
		if (scan.view->text.n)
			ret_hits->match_errors +=
			    scanner_scan(scanner, i, scan.view->text, active, scratch, found, &scan);
		if (kind == VIEW_LINKS && direction == DIRECTION_OUTBOUND)
			ret_hits->match_errors += list_links(scanner, &scan, before, scratch, arena);
	}
	scanner_give_scratch(scanner, scratch);
	ret_hits->items = scan.hits.items;
	ret_hits->count = scan.hits.count;
	return scan.no_memory || views_failed(views) ? STATUS_NO_MEMORY : STATUS_OK;
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

		if (!evaluation->active[ruleset->group_of[index]] || !expr_evaluate(expression, &input))
			continue;
		expr_describe(expression, &input, &evidence);
		if (buf_failed(&evidence))
			evaluation->no_memory = true;
		else
			add_hit(evaluation,
				&(struct text_hit){.rule = index, .count = 1, .evidence = buf_str(&evidence)});
	}
}

enum status ruleset_conclude(const struct ruleset *ruleset, const struct text_hits *hits, const struct facts *facts,
			     const struct ruleset_filter *filter, struct arena *arena, struct verdict *ret_verdict)
{
	struct evaluation evaluation = {.ruleset = ruleset,
					.filter = filter,
					.facts = facts,
					.arena = arena,
					.hits = list_make(sizeof(struct rule_hit), arena)};

	*ret_verdict = (struct verdict){.match_errors = hits->match_errors};
	evaluation.active = active_groups(ruleset, filter, LANGUAGES_ALL, facts->value[FACT_DIRECTION], arena);
	evaluation.counts = arena_calloc(arena, ruleset->rule_count + 1, sizeof *evaluation.counts);
	evaluation.families = arena_calloc(arena, ruleset->family_count + 1, sizeof *evaluation.families);
	if (!evaluation.active || !evaluation.counts || !evaluation.families)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < hits->count; i++)
		if (evaluation.active[ruleset->group_of[hits->items[i].rule]])
			add_hit(&evaluation, &hits->items[i]);
	if (!evaluation.no_memory)
		evaluate_expressions(&evaluation);
	if (evaluation.no_memory)
		return STATUS_NO_MEMORY;
	score_limit_families(evaluation.hits.items, evaluation.hits.count, ruleset->family_of, ruleset->limits);
	score_sum_up(evaluation.hits.items, evaluation.hits.count, ret_verdict);
	return STATUS_OK;
}

enum status ruleset_evaluate(const struct ruleset *ruleset, struct views *views, const struct facts *facts,
			     const struct ruleset_filter *filter, struct arena *arena, struct verdict *ret_verdict)
{
	struct text_hits hits;
	enum status status =
	    ruleset_scan(ruleset, views, (enum direction)facts->value[FACT_DIRECTION], filter, arena, &hits);

	return status == STATUS_OK ? ruleset_conclude(ruleset, &hits, facts, filter, arena, ret_verdict) : status;
}
