/*
 * expr_tree - an expression between parsing (expr_parse.c) and evaluating (expr.c).
 */
#ifndef COLDSHOULDER_ENGINE_EXPR_TREE_H
#define COLDSHOULDER_ENGINE_EXPR_TREE_H

#include "engine/expr.h"

enum expr_kind {
	EXPR_AND,
	EXPR_OR,
	EXPR_NOT,
	EXPR_ATLEAST,  /* `number` of the children */
	EXPR_RULE,     /* `rule` has fired */
	EXPR_FLAG,     /* the yes-or-no `fact` */
	EXPR_VALUE,    /* the enumerated `fact` is in `set` */
	EXPR_NUMBER,   /* `fact` `comparison` `number` */
	EXPR_FAMILIES, /* how many of `families` have fired, `comparison` `number` */
	EXPR_RULES,    /* how many rules of `families` have fired, `comparison` `number` */
	EXPR_COUNT     /* how often `rule` matched, `comparison` `number` */
};

enum expr_comparison { EXPR_EQ, EXPR_NE, EXPR_LT, EXPR_LE, EXPR_GT, EXPR_GE };

struct expression {
	enum expr_kind kind;
	enum expr_comparison comparison;
	enum fact_id fact;
	int64_t number;
	uint64_t set; /* bit n: value n of the fact */
	bool negated; /* the set was written with != or not in */
	size_t rule;
	size_t *families;
	size_t family_count;
	struct expression *children;
	struct expression *next; /* the next child of the same parent */
};

#endif
