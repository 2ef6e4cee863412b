#include "engine/expr_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { EXPR_DEPTH_MAX = 64, EXPR_NUMBER_MAX = 1000000000 };

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_NUMBER,
	TOKEN_COMPARISON,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_BAD
};

struct token {
	enum token_kind kind;
	struct str text;
	size_t offset;
	enum expr_comparison comparison;
};

struct parser {
	struct str text;
	size_t at; /* behind `token` */
	struct token token;
	const struct expr_scope *scope;
	struct arena *arena;
	struct expr_error *error;
	enum status status;
	unsigned int depth;
};

static struct expression *parse_or(struct parser *parser);

__attribute__((format(printf, 3, 4))) static void *fail(struct parser *parser, const char *hint, const char *format,
							...)
{
	va_list args;

	if (parser->status != STATUS_OK)
		return NULL;
	parser->status = STATUS_BAD_INPUT;
	parser->error->offset = parser->token.offset;
	snprintf(parser->error->hint, sizeof parser->error->hint, "%s", hint ? hint : "");
	va_start(args, format);
	vsnprintf(parser->error->what, sizeof parser->error->what, format, args);
	va_end(args);
	return NULL;
}

static struct expression *new_node(struct parser *parser, enum expr_kind kind)
{
	struct expression *node = arena_calloc(parser->arena, 1, sizeof *node);

	if (node)
		node->kind = kind;
	else if (parser->status == STATUS_OK)
		parser->status = STATUS_NO_MEMORY;
	return node;
}

static bool is_name_byte(char c)
{
	return ascii_is_alnum(c) || c == '_' || c == '-';
}

static size_t read_comparison(struct str here, enum expr_comparison *ret_comparison)
{
	static const struct {
		const char *text;
		enum expr_comparison comparison;
	} comparisons[] = {{"==", EXPR_EQ}, {"!=", EXPR_NE}, {"<=", EXPR_LE},
			   {">=", EXPR_GE}, {"<", EXPR_LT},  {">", EXPR_GT}};

	for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++)
		if (str_starts(here, str_of(comparisons[i].text))) {
			*ret_comparison = comparisons[i].comparison;
			return strlen(comparisons[i].text);
		}
	return 0;
}

static void next_token(struct parser *parser)
{
	struct token *token = &parser->token;
	struct str here;
	size_t n = 1;

	while (parser->at < parser->text.n && ascii_is_space(parser->text.p[parser->at]))
		parser->at++;
	here = str_sub(parser->text, parser->at, parser->text.n);
	*token = (struct token){.kind = TOKEN_BAD, .offset = parser->at};
	if (!here.n) {
		token->kind = TOKEN_END;
		n = 0;
	} else if (ascii_is_digit(here.p[0])) {
		token->kind = TOKEN_NUMBER;
		while (n < here.n && ascii_is_digit(here.p[n]))
			n++;
	} else if (ascii_is_alpha(here.p[0])) {
		token->kind = TOKEN_NAME;
		while (n < here.n && is_name_byte(here.p[n]))
			n++;
	} else if (here.p[0] == '(' || here.p[0] == ')') {
		token->kind = here.p[0] == '(' ? TOKEN_OPEN : TOKEN_CLOSE;
	} else if (here.p[0] == ',') {
		token->kind = TOKEN_COMMA;
	} else if (read_comparison(here, &token->comparison)) {
		token->kind = TOKEN_COMPARISON;
		n = read_comparison(here, &token->comparison);
	}
	token->text = str_sub(here, 0, n);
	parser->at += n;
}

static bool at_name(const struct parser *parser, const char *name)
{
	return parser->token.kind == TOKEN_NAME && str_equal(parser->token.text, str_of(name));
}

/* An error at the token, with the hint that fits what people write by habit. */
static void *fail_at_token(struct parser *parser, const char *expected)
{
	struct str text = parser->token.text;
	const char *hint = "";

	if (parser->token.kind == TOKEN_END)
		return fail(parser, NULL, "%s is missing at the end", expected);
	if (str_equal(text, STR("&")) || str_equal(text, STR("|")) || str_equal(text, STR("!")))
		hint = "write and, or, not";
	else if (str_equal(text, STR("=")))
		hint = "compare with ==";
	else if (str_equal_nocase(text, STR("and")) || str_equal_nocase(text, STR("or")) ||
		 str_equal_nocase(text, STR("not")))
		hint = "and, or, not stand between two conditions and are written in lower case";
	return fail(parser, hint, "%s expected, found `%.*s'", expected, STR_ARGS(text));
}

static bool take(struct parser *parser, enum token_kind kind, const char *expected)
{
	if (parser->status != STATUS_OK)
		return false;
	if (parser->token.kind != kind) {
		fail_at_token(parser, expected);
		return false;
	}
	next_token(parser);
	return true;
}

static bool take_number(struct parser *parser, int64_t *ret_number)
{
	struct str text = parser->token.text;
	int64_t number = 0;

	if (parser->token.kind == TOKEN_NUMBER)
		for (size_t i = 0; i < text.n; i++) {
			number = number * 10 + (text.p[i] - '0');
			if (number > EXPR_NUMBER_MAX) {
				fail(parser, NULL, "the number %.*s is too large", STR_ARGS(text));
				return false;
			}
		}
	*ret_number = number;
	return take(parser, TOKEN_NUMBER, "a number");
}

static bool take_comparison(struct parser *parser, struct expression *node)
{
	node->comparison = parser->token.comparison;
	return take(parser, TOKEN_COMPARISON, "a comparison (== != < <= > >=)") && take_number(parser, &node->number);
}

static bool take_rule(struct parser *parser, size_t *ret_rule)
{
	const char *nearest = NULL;
	char hint[96];

	if (parser->token.kind != TOKEN_NAME) {
		fail_at_token(parser, "a rule id");
		return false;
	}
	if (!parser->scope->find_rule(parser->scope->context, parser->token.text, ret_rule, &nearest)) {
		snprintf(hint, sizeof hint, nearest ? "did you mean %s?" : "rule ids are those of all rule files read",
			 nearest);
		fail(parser, hint, "there is no rule `%.*s'", STR_ARGS(parser->token.text));
		return false;
	}
	next_token(parser);
	return true;
}

/* A family named twice counts once. */
static bool is_named(const struct expression *node, size_t family)
{
	for (size_t i = 0; i < node->family_count; i++)
		if (node->families[i] == family)
			return true;
	return false;
}

static bool take_family(struct parser *parser, struct expression *node)
{
	size_t *families = arena_calloc(parser->arena, node->family_count + 1, sizeof *families);
	const char *nearest = NULL;
	char hint[96];

	if (!families) {
		parser->status = STATUS_NO_MEMORY;
		return false;
	}
	if (parser->token.kind != TOKEN_NAME) {
		fail_at_token(parser, "a family");
		return false;
	}
	if (node->family_count)
		memcpy(families, node->families, node->family_count * sizeof *families);
	if (!parser->scope->find_family(parser->scope->context, parser->token.text, &families[node->family_count],
					&nearest)) {
		snprintf(hint, sizeof hint, nearest ? "did you mean %s?" : "a family is named by `families` or a rule",
			 nearest);
		fail(parser, hint, "there is no family `%.*s'", STR_ARGS(parser->token.text));
		return false;
	}
	if (!is_named(node, families[node->family_count])) {
		node->families = families;
		node->family_count++;
	}
	next_token(parser);
	return true;
}

/* "(" already taken: expressions up to ")". */
static bool take_children(struct parser *parser, struct expression *node)
{
	struct expression **last = &node->children;

	for (;;) {
		*last = parse_or(parser);
		if (!*last)
			return false;
		last = &(*last)->next;
		if (parser->token.kind != TOKEN_COMMA)
			return take(parser, TOKEN_CLOSE, "`,' or `)'");
		next_token(parser);
	}
}

static struct expression *parse_any(struct parser *parser)
{
	struct expression *node = new_node(parser, EXPR_ATLEAST);

	if (!node || !take(parser, TOKEN_OPEN, "`('"))
		return NULL;
	node->number = 1;
	return take_children(parser, node) ? node : NULL;
}

static struct expression *parse_atleast(struct parser *parser)
{
	struct expression *node = new_node(parser, EXPR_ATLEAST);
	int64_t children = 0;

	if (!node || !take(parser, TOKEN_OPEN, "`('") || !take_number(parser, &node->number) ||
	    !take(parser, TOKEN_COMMA, "`,'") || !take_children(parser, node))
		return NULL;
	for (const struct expression *child = node->children; child; child = child->next)
		children++;
	if (node->number < 1 || node->number > children)
		return fail(parser, "n lies between 1 and the number of conditions",
			    "atleast(%d, ...) with %d conditions", (int)node->number, (int)children);
	return node;
}

static struct expression *parse_family_list(struct parser *parser, enum expr_kind kind)
{
	struct expression *node = new_node(parser, kind);

	if (!node || !take(parser, TOKEN_OPEN, "`('"))
		return NULL;
	while (take_family(parser, node) && parser->token.kind == TOKEN_COMMA)
		next_token(parser);
	if (!take(parser, TOKEN_CLOSE, "`,' or `)'") || !take_comparison(parser, node))
		return NULL;
	return node;
}

static struct expression *parse_families(struct parser *parser)
{
	return parse_family_list(parser, EXPR_FAMILIES);
}

static struct expression *parse_rules(struct parser *parser)
{
	return parse_family_list(parser, EXPR_RULES);
}

static struct expression *parse_count(struct parser *parser)
{
	struct expression *node = new_node(parser, EXPR_COUNT);

	if (!node || !take(parser, TOKEN_OPEN, "`('") || !take_rule(parser, &node->rule) ||
	    !take(parser, TOKEN_CLOSE, "`)'") || !take_comparison(parser, node))
		return NULL;
	return node;
}

static bool take_value(struct parser *parser, struct expression *node)
{
	const struct fact_info *info = fact_info(node->fact);
	char hint[160] = "its values are";
	int64_t value;

	if (parser->token.kind != TOKEN_NAME) {
		fail_at_token(parser, "a value");
		return false;
	}
	if (!fact_value_find(node->fact, parser->token.text, &value)) {
		for (size_t i = 0; info->values[i]; i++) {
			size_t n = strlen(hint);

			snprintf(hint + n, sizeof hint - n, "%s %s", i ? "," : "", info->values[i]);
		}
		fail(parser, hint, "`%s' has no value `%.*s'", info->name, STR_ARGS(parser->token.text));
		return false;
	}
	node->set |= UINT64_C(1) << value;
	next_token(parser);
	return true;
}

static struct expression *parse_value_fact(struct parser *parser, struct expression *node)
{
	if (parser->token.kind == TOKEN_COMPARISON) {
		if (parser->token.comparison != EXPR_EQ && parser->token.comparison != EXPR_NE)
			return fail(parser, NULL, "`%s' is compared with ==, != or in", fact_info(node->fact)->name);
		node->negated = parser->token.comparison == EXPR_NE;
		next_token(parser);
		return take_value(parser, node) ? node : NULL;
	}
	if (at_name(parser, "not")) {
		node->negated = true;
		next_token(parser);
	}
	if (!at_name(parser, "in"))
		return fail(parser, "as in: relation == stranger, linkedin in (invitation, inmail)",
			    "`%s' is compared with ==, != or in", fact_info(node->fact)->name);
	next_token(parser);
	if (!take(parser, TOKEN_OPEN, "`('"))
		return NULL;
	while (take_value(parser, node) && parser->token.kind == TOKEN_COMMA)
		next_token(parser);
	return take(parser, TOKEN_CLOSE, "`,' or `)'") ? node : NULL;
}

static struct expression *parse_fact(struct parser *parser, enum fact_id fact)
{
	static const enum expr_kind kinds[] = {
	    [FACT_KIND_BOOL] = EXPR_FLAG, [FACT_KIND_NUMBER] = EXPR_NUMBER, [FACT_KIND_ENUM] = EXPR_VALUE};
	const struct fact_info *info = fact_info(fact);
	struct expression *node = new_node(parser, kinds[info->kind]);
	char hint[96];

	if (!node)
		return NULL;
	node->fact = fact;
	next_token(parser);
	switch (info->kind) {
	case FACT_KIND_ENUM:
		return parse_value_fact(parser, node);
	case FACT_KIND_NUMBER:
		snprintf(hint, sizeof hint, "compare it with a number: %s >= 1", info->name);
		if (parser->token.kind != TOKEN_COMPARISON)
			return fail(parser, hint, "`%s' is a number", info->name);
		return take_comparison(parser, node) ? node : NULL;
	case FACT_KIND_BOOL:
		break;
	}
	snprintf(hint, sizeof hint, "write `%s' or `not %s'", info->name, info->name);
	if (parser->token.kind == TOKEN_COMPARISON)
		return fail(parser, hint, "`%s' is a yes-or-no fact", info->name);
	return node;
}

static struct expression *parse_name(struct parser *parser)
{
	static const struct {
		const char *name;
		struct expression *(*parse)(struct parser *parser);
	} functions[] = {{"any", parse_any},
			 {"atleast", parse_atleast},
			 {"families", parse_families},
			 {"rules", parse_rules},
			 {"count", parse_count}};
	struct str name = parser->token.text;
	struct expression *node;
	enum fact_id fact;

	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
		if (at_name(parser, functions[i].name)) {
			next_token(parser);
			return functions[i].parse(parser);
		}
	if (fact_find(name, &fact))
		return parse_fact(parser, fact);
	if (at_name(parser, "and") || at_name(parser, "or") || at_name(parser, "in"))
		return fail_at_token(parser, "a condition");
	if (name.p[0] >= 'a')
		return fail(parser, "facts are listed in coldshoulder-rules(5); rule ids are written in upper case",
			    "there is no fact `%.*s'", STR_ARGS(name));
	node = new_node(parser, EXPR_RULE);
	return node && take_rule(parser, &node->rule) ? node : NULL;
}

static struct expression *parse_not(struct parser *parser)
{
	struct expression *node;

	if (parser->status != STATUS_OK)
		return NULL;
	if (++parser->depth > EXPR_DEPTH_MAX)
		return fail(parser, "split it into several rules", "the expression is nested too deeply");
	if (at_name(parser, "not")) {
		next_token(parser);
		node = new_node(parser, EXPR_NOT);
		if (node && !(node->children = parse_not(parser)))
			node = NULL;
	} else if (parser->token.kind == TOKEN_OPEN) {
		next_token(parser);
		node = parse_or(parser);
		if (node && !take(parser, TOKEN_CLOSE, "`)'"))
			node = NULL;
	} else if (parser->token.kind == TOKEN_NAME) {
		node = parse_name(parser);
	} else {
		node = fail_at_token(parser, "a condition");
	}
	parser->depth--;
	return node;
}

/* One level of `word` between operands of the next tighter level. */
static struct expression *parse_chain(struct parser *parser, const char *word, enum expr_kind kind,
				      struct expression *(*operand)(struct parser *parser))
{
	struct expression *first = operand(parser);
	struct expression *node;
	struct expression **last;

	if (!first || !at_name(parser, word))
		return first;
	node = new_node(parser, kind);
	if (!node)
		return NULL;
	node->children = first;
	last = &first->next;
	while (at_name(parser, word)) {
		next_token(parser);
		*last = operand(parser);
		if (!*last)
			return NULL;
		last = &(*last)->next;
	}
	return node;
}

static struct expression *parse_and(struct parser *parser)
{
	return parse_chain(parser, "and", EXPR_AND, parse_not);
}

static struct expression *parse_or(struct parser *parser)
{
	return parse_chain(parser, "or", EXPR_OR, parse_and);
}

enum status expr_parse(struct str text, const struct expr_scope *scope, struct arena *arena,
		       const struct expression **ret_expression, struct expr_error *ret_error)
{
	struct parser parser = {.text = text, .scope = scope, .arena = arena, .error = ret_error};
	struct expression *expression;

	*ret_error = (struct expr_error){0};
	next_token(&parser);
	expression = parse_or(&parser);
	if (expression && parser.token.kind != TOKEN_END)
		fail_at_token(&parser, "`and', `or' or the end");
	*ret_expression = parser.status == STATUS_OK ? expression : NULL;
	return parser.status;
}
