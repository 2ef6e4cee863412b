#include "engine/ruleset_parts.h"

#include "engine/case_given.h"
#include "engine/expr.h"
#include "engine/snippet.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_SHOWN = 160 };

struct runner {
	const struct ruleset *ruleset;
	struct error_list *errors;
	struct arena *arena; /* of one example */
	struct scan_scratch *scratch;
	unsigned int *counts;
	unsigned int *families;
	enum status status;
};

/* Says so when an example does not do what it should; a known gap is worth a word once it is closed. */
static void judge_example(struct runner *runner, const struct rule *rule, const struct rule_example *example,
			  bool outcome, const char *kind, const char *hint)
{
	struct str text = snippet(example->text, TEXT_SHOWN);
	struct str rules = snippet(example->rules, TEXT_SHOWN);

	if (example->todo && outcome == example->expect)
		error_add_at(runner->errors, SEVERITY_WARNING, rule->path, example->line,
			     "move it to hits, misses, or drop `todo'", "rule %s: a known gap is closed: \"%.*s\"",
			     rule->id, STR_ARGS(text));
	if (example->todo || outcome == example->expect)
		return;
	error_add_at(runner->errors, SEVERITY_ERROR, rule->path, example->line, hint, "rule %s: %s %s: \"%.*s\"%s%.*s",
		     rule->id, kind, outcome ? "fires and must not" : "does not fire", STR_ARGS(text),
		     rules.n ? " with rules " : "", STR_ARGS(rules));
}

static void run_text(struct runner *runner, const struct rule *rule, const struct rule_example *example)
{
	struct scan_hit hit = {0};
	struct view view;
	char hint[256] = "";
	bool outcome;

	runner->status = view_of_text(rule->view, example->text, runner->arena, &view);
	if (runner->status != STATUS_OK)
		return;
	outcome = scanner_match_rule(runner->ruleset->scanner, rule->index, view.text, runner->scratch, &hit);
	if (outcome)
		snprintf(
		    hint, sizeof hint, "it found \"%.*s\"",
		    STR_ARGS(snippet(str_sub(view.text, hit.span.start, hit.span.end - hit.span.start), TEXT_SHOWN)));
	else
		snprintf(hint, sizeof hint, "folded it reads: \"%.*s\"", STR_ARGS(snippet(view.text, TEXT_SHOWN)));
	judge_example(runner, rule, example, outcome, example->expect ? "a hit" : "a miss", hint);
}

static bool take_rules(struct runner *runner, const struct rule *rule, const struct rule_example *example)
{
	const struct ruleset *ruleset = runner->ruleset;
	struct str rest = example->rules;
	struct str id;

	memset(runner->counts, 0, ruleset->rule_count * sizeof *runner->counts);
	memset(runner->families, 0, ruleset->family_count * sizeof *runner->families);
	while (rest.n && str_split(&rest, ' ', &id)) {
		const struct rule *named = ruleset_find(ruleset, id);

		if (!named) {
			error_add_at(runner->errors, SEVERITY_ERROR, rule->path, example->line, "check the spelling",
				     "rule %s: a case names the rule `%.*s', which does not exist", rule->id,
				     STR_ARGS(id));
			return false;
		}
		runner->counts[named->index]++;
		runner->families[ruleset->family_of[named->index]]++;
	}
	return true;
}

static void run_case(struct runner *runner, const struct rule *rule, const struct rule_example *example)
{
	const struct ruleset *ruleset = runner->ruleset;
	struct facts facts = facts_default();
	const struct expr_input input = {&facts, runner->counts, runner->families, ruleset->rule_ids,
					 ruleset->family_names};
	struct str bad;
	bool outcome;

	if (!case_given_read(example->text, &facts, &bad)) {
		error_add_at(runner->errors, SEVERITY_ERROR, rule->path, example->line,
			     "as in: given = \"inbound, relation = stranger, words = 80\"",
			     "rule %s: `given' of a case makes no sense at `%.*s'", rule->id, STR_ARGS(bad));
		return;
	}
	if (!take_rules(runner, rule, example))
		return;
	outcome = (rule->scope == RULE_ANY_DIRECTION ||
		   (facts.value[FACT_DIRECTION] == DIRECTION_INBOUND ? rule->scope == RULE_INBOUND
								     : rule->scope == RULE_OUTBOUND)) &&
		  expr_evaluate(rule->expression, &input);
	judge_example(runner, rule, example, outcome, "a case", rule->when);
}

static void run_rule(struct runner *runner, const struct rule *rule)
{
	if (runner->ruleset->broken[rule->index])
		return;
	for (size_t i = 0; i < rule->example_count && runner->status == STATUS_OK; i++) {
		arena_reset(runner->arena);
		if (!rule->when)
			run_text(runner, rule, &rule->examples[i]);
		else if (rule->expression)
			run_case(runner, rule, &rule->examples[i]);
	}
}

enum status examples_run(const struct ruleset *ruleset, struct error_list *errors)
{
	struct runner runner = {.ruleset = ruleset, .errors = errors};

	runner.arena = arena_create(0);
	runner.scratch = scanner_take_scratch(ruleset->scanner);
	runner.counts = arena_calloc(ruleset->arena, ruleset->rule_count + 1, sizeof *runner.counts);
	runner.families = arena_calloc(ruleset->arena, ruleset->family_count + 1, sizeof *runner.families);
	if (!runner.arena || !runner.scratch || !runner.counts || !runner.families)
		runner.status = STATUS_NO_MEMORY;
	for (size_t i = 0; i < ruleset->rule_count && runner.status == STATUS_OK; i++)
		run_rule(&runner, &ruleset->rules[i]);
	scanner_give_scratch(ruleset->scanner, runner.scratch);
	arena_destroy(runner.arena);
	return runner.status;
}
