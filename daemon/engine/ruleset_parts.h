/*
 * ruleset_parts - the inside of a ruleset: made by ruleset_compile.c, used by ruleset_evaluate.c and examples.c.
 */
#ifndef COLDSHOULDER_ENGINE_RULESET_PARTS_H
#define COLDSHOULDER_ENGINE_RULESET_PARTS_H

#include "engine/rulebook.h"
#include "engine/scan.h"
#include "engine/score.h"

struct ruleset {
	struct arena *arena;
	struct rule *rules;
	size_t rule_count;
	const struct rule **by_id; /* sorted */
	const char **rule_ids;     /* by rule */
	size_t *family_of;         /* by rule */
	size_t *group_of;          /* by rule: all of one language and scope are asked, or none */
	bool *broken;              /* by rule: something of it did not compile */
	const char **family_names;
	struct score_limit *limits; /* by family */
	size_t family_count;
	const char **languages; /* those that occur; the first is "", of rules for all */
	size_t language_count;
	size_t *order; /* expression rules, each behind those it refers to */
	size_t order_count;
	size_t *class_order; /* those of them that have a class, or are named by one that has */
	size_t class_order_count;
	size_t *class_texts; /* text rules that have a class, or are named in class_order */
	size_t class_text_count;
	struct scanner *scanner;
};

/* Of the rules of one language (by number) and scope. */
static inline size_t ruleset_group(size_t language, enum rule_scope scope)
{
	return language * RULE_SCOPES + (size_t)scope;
}

static inline size_t ruleset_group_count(const struct ruleset *ruleset)
{
	return ruleset->language_count * RULE_SCOPES;
}

/*
 * Compiles what the rulebook says into an empty ruleset (arena and scanner made). What is wrong is added to the book's
 * errors. STATUS_NO_MEMORY.
 */
enum status ruleset_compile(struct rulebook *book, struct ruleset *ruleset);

/*
 * Finds the order in which expression rules are evaluated, and what classes depend on; a cycle is added to the errors.
 * STATUS_NO_MEMORY.
 */
enum status ruleset_sort(const struct rulebook *book, struct ruleset *ruleset);

/* Runs the examples of every rule that is not broken; one that fails is added to `errors`, one to do only when it
 * passes. STATUS_NO_MEMORY. */
enum status examples_run(const struct ruleset *ruleset, struct error_list *errors);

#endif
