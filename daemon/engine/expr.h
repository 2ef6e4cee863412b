/*
 * expr - the `when` of a rule: facts, rules and families, combined.
 *
 *   or-expression  := and-expression { "or" and-expression }
 *   and-expression := not-expression { "and" not-expression }
 *   not-expression := "not" not-expression | primary
 *   primary := "(" or-expression ")"
 *            | RULE_ID                                     the rule has fired
 *            | fact                                        a yes-or-no fact
 *            | fact ("==" | "!=") value                    an enumerated fact
 *            | fact ["not"] "in" "(" value {"," value} ")"
 *            | fact comparison number                      a number; comparisons are == != < <= > >=
 *            | "any" "(" or-expression {"," or-expression} ")"
 *            | "atleast" "(" n "," or-expression {"," or-expression} ")"
 *            | "families" "(" family {"," family} ")" comparison number     different families with a fired rule
 *            | "rules" "(" family {"," family} ")" comparison number        different fired rules of these families
 *            | "count" "(" RULE_ID ")" comparison number                    matches of a text rule in its view
 *
 * Expressions are immutable and live in the arena they were parsed into.
 */
#ifndef COLDSHOULDER_ENGINE_EXPR_H
#define COLDSHOULDER_ENGINE_EXPR_H

#include "base/buf.h"
#include "base/error.h"
#include "engine/facts.h"

struct expression;

/* How names become numbers. Each returns false when there is no such name, and may then set a name that was meant. */
struct expr_scope {
	void *context;
	bool (*find_rule)(void *context, struct str id, size_t *ret_rule, const char **ret_nearest);
	bool (*find_family)(void *context, struct str name, size_t *ret_family, const char **ret_nearest);
};

/* What is wrong with an expression. */
struct expr_error {
	size_t offset; /* bytes into the text */
	char what[200];
	char hint[160]; /* may be empty */
};

/*
 * Parses `text`. STATUS_OK: *ret_expression is in `arena`. STATUS_BAD_INPUT: *ret_error is filled in with the first
 * error. STATUS_NO_MEMORY.
 */
enum status expr_parse(struct str text, const struct expr_scope *scope, struct arena *arena,
		       const struct expression **ret_expression, struct expr_error *ret_error);

/* What an expression is asked about. */
struct expr_input {
	const struct facts *facts;
	const unsigned int *counts;      /* by rule: matches; 0: not fired, or worth nothing */
	const unsigned int *families;    /* by family: fired rules that are worth something */
	const char *const *rule_ids;     /* by rule, for descriptions */
	const char *const *family_names; /* by family, for descriptions */
};

bool expr_evaluate(const struct expression *expression, const struct expr_input *input);

enum outlook { OUTLOOK_NO, OUTLOOK_YES, OUTLOOK_OPEN };

/* What is known before the texts have been looked at. */
struct expr_prospect {
	const struct facts *facts;
	const bool *known;    /* by fact: it will not change */
	const bool *possible; /* by rule: it may fire yet */
};

/* Whether the expression is certain to be false, or true, whatever the texts will say. Rather OPEN than wrong. */
enum outlook expr_outlook(const struct expression *expression, const struct expr_prospect *prospect);

/* Adds what made a true expression true, in a few words: "stranger; apology, pitch". */
void expr_describe(const struct expression *expression, const struct expr_input *input, struct buf *out);

/* Calls `visit` for every rule that the expression names; `counted` when it stands in count(). */
void expr_each_rule(const struct expression *expression, void (*visit)(void *context, size_t rule, bool counted),
		    void *context);

/* The same for families. */
void expr_each_family(const struct expression *expression, void (*visit)(void *context, size_t family), void *context);

#endif
