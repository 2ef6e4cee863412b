/* The language of `when`. */
#include "engine/case_given.h"
#include "engine/expr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const rules[] = {"A", "B", "C", "LONG_NAME_1"};
static const char *const families[] = {"apology", "pitch", "ask", "e-mail"};

static struct arena *arena;
static struct facts facts;
static unsigned int counts[4];
static unsigned int fired[4];

static int setup(void **state)
{
	(void)state;
	arena = arena_create(0);
	facts = facts_default();
	memset(counts, 0, sizeof counts);
	memset(fired, 0, sizeof fired);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static bool find_name(const char *const *names, struct str name, size_t *ret_index, const char **ret_nearest)
{
	for (size_t i = 0; i < 4; i++)
		if (str_equal(str_of(names[i]), name)) {
			*ret_index = i;
			return true;
		}
	*ret_nearest = names[3];
	return false;
}

static bool find_rule(void *context, struct str id, size_t *ret_rule, const char **ret_nearest)
{
	(void)context;
	return find_name(rules, id, ret_rule, ret_nearest);
}

static bool find_family(void *context, struct str name, size_t *ret_family, const char **ret_nearest)
{
	(void)context;
	return find_name(families, name, ret_family, ret_nearest);
}

static enum status parse(const char *text, const struct expression **ret_expression, struct expr_error *ret_error)
{
	const struct expr_scope scope = {NULL, find_rule, find_family};

	return expr_parse(str_of(text), &scope, arena, ret_expression, ret_error);
}

static const struct expr_input *input(void)
{
	static struct expr_input shared;

	shared = (struct expr_input){&facts, counts, fired, rules, families};
	return &shared;
}

static bool holds(const char *text)
{
	const struct expression *expression;
	struct expr_error error;

	if (parse(text, &expression, &error) != STATUS_OK)
		fail_msg("%s: at %zu: %s", text, error.offset, error.what);
	return expr_evaluate(expression, input());
}

static void test_facts(void **state)
{
	(void)state;
	facts.value[FACT_WORDS] = 80;
	assert_true(holds("inbound"));
	assert_false(holds("outbound"));
	assert_true(holds("not list"));
	assert_true(holds("relation == stranger"));
	assert_false(holds("relation != stranger"));
	assert_true(holds("relation in (stranger, unknown)"));
	assert_true(holds("relation not in (known, mutual)"));
	assert_false(holds("linkedin in (invitation, inmail)"));
	assert_true(holds("linkedin == none"));
	assert_true(holds("words == 80 and words >= 80 and words <= 80 and words > 79 and words < 81"));
	assert_false(holds("words != 80"));
	assert_true(holds("direction == inbound"));
}

static void test_rules_and_families(void **state)
{
	(void)state;
	counts[0] = 2;
	counts[2] = 1;
	fired[0] = 5;
	fired[2] = 1;
	assert_true(holds("A"));
	assert_false(holds("B"));
	assert_true(holds("any(B, A)"));
	assert_true(holds("atleast(2, A, B, C)"));
	assert_false(holds("atleast(3, A, B, C)"));
	assert_true(holds("families(apology, pitch, ask) == 2"));
	assert_true(holds("families(apology, apology) < 2"));
	assert_false(holds("families(pitch, e-mail) >= 1"));
	assert_true(holds("rules(apology, pitch, ask) == 6"));
	assert_true(holds("rules(apology, apology) == 5"));
	assert_false(holds("rules(pitch) >= 1"));
	assert_true(holds("count(A) >= 2"));
	assert_false(holds("count(C) >= 2"));
	assert_true(holds("any(list, B or A)"));
}

static enum outlook outlook_of(const char *text, const bool *known, const bool *possible)
{
	const struct expr_prospect prospect = {&facts, known, possible};
	const struct expression *expression;
	struct expr_error error;

	assert_int_equal(parse(text, &expression, &error), STATUS_OK);
	return expr_outlook(expression, &prospect);
}

static void test_outlook(void **state)
{
	const bool known[FACT_COUNT] = {[FACT_LIST] = true, [FACT_RELATION] = true, [FACT_INBOUND] = true};
	const bool possible[4] = {true, false};

	(void)state;
	facts.value[FACT_LIST] = 1;
	assert_int_equal(outlook_of("inbound and A", known, possible), OUTLOOK_OPEN);
	assert_int_equal(outlook_of("inbound and B", known, possible), OUTLOOK_NO);
	assert_int_equal(outlook_of("not list and A", known, possible), OUTLOOK_NO);
	assert_int_equal(outlook_of("list or A", known, possible), OUTLOOK_YES);
	assert_int_equal(outlook_of("not (list or A)", known, possible), OUTLOOK_NO);
	assert_int_equal(outlook_of("not A", known, possible), OUTLOOK_OPEN);
	assert_int_equal(outlook_of("not B", known, possible), OUTLOOK_YES);
	assert_int_equal(outlook_of("atleast(2, A, B, words > 3)", known, possible), OUTLOOK_OPEN);
	assert_int_equal(outlook_of("atleast(2, A, B)", known, possible), OUTLOOK_NO);
	assert_int_equal(outlook_of("atleast(1, list, A)", known, possible), OUTLOOK_YES);
	assert_int_equal(outlook_of("relation == known and words > 3", known, possible), OUTLOOK_NO);
	assert_int_equal(outlook_of("words > 3", known, possible), OUTLOOK_OPEN);
	/* A number of hits is not known before the texts are read, not even that it is none. */
	assert_int_equal(outlook_of("families(pitch) >= 1", known, possible), OUTLOOK_OPEN);
	assert_int_equal(outlook_of("count(B) == 0", known, possible), OUTLOOK_OPEN);
}

static void test_precedence(void **state)
{
	(void)state;
	counts[0] = 1;
	assert_true(holds("A or B and C"));
	assert_false(holds("(A or B) and C"));
	assert_true(holds("not B and A"));
	assert_false(holds("not (B or A)"));
	assert_true(holds("not not A"));
	assert_true(holds("B and C or A"));
}

static void refused(const char *text, const char *what, const char *hint)
{
	const struct expression *expression;
	struct expr_error error;

	assert_int_equal(parse(text, &expression, &error), STATUS_BAD_INPUT);
	assert_null(expression);
	if (!strstr(error.what, what) || !strstr(error.hint, hint))
		fail_msg("%s: \"%s\" (%s)", text, error.what, error.hint);
}

static void test_errors_say_what_and_what_to_do(void **state)
{
	(void)state;
	refused("", "missing at the end", "");
	refused("A and", "missing at the end", "");
	refused("A &&  B", "found `&'", "and, or, not");
	refused("!A", "found `!'", "and, or, not");
	refused("relation = stranger", "==", "relation == stranger");
	refused("A AND B", "found `AND'", "lower case");
	refused("relation == strange", "no value `strange'", "stranger");
	refused("relation", "compared with", "");
	refused("relation > stranger", "compared with", "");
	refused("words", "a number", "words >= 1");
	refused("words >= many", "a number", "");
	refused("words == 99999999999", "too large", "");
	refused("list == true", "yes-or-no", "not list");
	refused("sender == x", "no fact `sender'", "coldshoulder-rules");
	refused("LONG_NAME_2", "no rule `LONG_NAME_2'", "LONG_NAME_1");
	refused("families(apolgy) >= 1", "no family", "e-mail");
	refused("families(apology)", "comparison", "");
	refused("rules(A) >= 1", "no family", "");
	refused("count(A)", "comparison", "");
	refused("count(list) > 1", "no rule", "");
	refused("atleast(3, A, B)", "atleast(3", "between");
	refused("atleast(0, A)", "atleast(0", "between");
	refused("any()", "condition", "");
	refused("(A", "missing at the end", "");
	refused("A)", "found `)'", "");
	refused("A B", "found `B'", "");
	refused("linkedin in invitation", "`('", "");
	refused("A @ B", "found `@'", "");
}

static void test_deep_nesting_is_refused(void **state)
{
	char text[1024];

	(void)state;
	memset(text, '(', 500);
	snprintf(text + 500, sizeof text - 500, "A");
	refused(text, "too deeply", "split");
}

static void test_descriptions_name_what_was_true(void **state)
{
	const struct expression *expression;
	struct expr_error error;
	struct buf out = buf_make(arena);

	(void)state;
	fired[0] = fired[1] = 1;
	counts[2] = 3;
	facts.value[FACT_RECIPIENTS] = 2;
	assert_int_equal(parse("inbound and relation == stranger and not list and families(apology, pitch, ask) >= 2 "
			       "and (A or count(C) > 1) and recipients < 5 and relation != known",
			       &expression, &error),
			 STATUS_OK);
	assert_true(expr_evaluate(expression, input()));
	expr_describe(expression, input(), &out);
	assert_string_equal(out.p, "stranger; apology, pitch; C 3 times; recipients 2");
}

static void count_rule(void *context, size_t rule, bool counted)
{
	((unsigned int *)context)[rule] += counted ? 10 : 1;
}

static void test_dependencies_are_listed(void **state)
{
	const struct expression *expression;
	struct expr_error error;
	unsigned int seen[4] = {0};

	(void)state;
	assert_int_equal(parse("A and not (B or count(B) > 1) and any(C, list)", &expression, &error), STATUS_OK);
	expr_each_rule(expression, count_rule, seen);
	assert_int_equal(seen[0], 1);
	assert_int_equal(seen[1], 11);
	assert_int_equal(seen[2], 1);
	assert_int_equal(seen[3], 0);
}

static void test_facts_of_a_case(void **state)
{
	struct str bad;

	(void)state;
	assert_true(
	    case_given_read(STR("outbound, relation = known, words=80, list, not reply, auth == pass,"), &facts, &bad));
	assert_int_equal(facts.value[FACT_DIRECTION], DIRECTION_OUTBOUND);
	assert_int_equal(facts.value[FACT_INBOUND], 0);
	assert_int_equal(facts.value[FACT_RELATION], RELATION_KNOWN);
	assert_int_equal(facts.value[FACT_WORDS], 80);
	assert_int_equal(facts.value[FACT_LIST], 1);
	assert_true(case_given_read(STR(""), &facts, &bad));
	assert_true(case_given_read(STR("direction = internal"), &facts, &bad));
	assert_int_equal(facts.value[FACT_INTERNAL], 1);
	assert_false(case_given_read(STR("inbound, relation = friend"), &facts, &bad));
	assert_true(str_equal(bad, STR("relation = friend")));
	assert_false(case_given_read(STR("words = -1"), &facts, &bad));
	assert_false(case_given_read(STR("APOLOGY"), &facts, &bad));
	assert_false(case_given_read(STR("words"), &facts, &bad));
}

static void test_every_fact_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < FACT_COUNT; i++) {
		const struct fact_info *info = fact_info((enum fact_id)i);
		enum fact_id id;

		assert_non_null(info->name);
		assert_non_null(info->describe);
		assert_true(fact_find(str_of(info->name), &id));
		assert_int_equal(id, i);
		assert_int_equal(info->kind == FACT_KIND_ENUM, info->values != NULL);
	}
	assert_string_equal(fact_value_name(FACT_LINKEDIN, LINKEDIN_UNKNOWN), "unknown");
	assert_null(fact_value_name(FACT_LINKEDIN, LINKEDIN_UNKNOWN + 1));
	assert_null(fact_value_name(FACT_WORDS, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_facts, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_rules_and_families, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_outlook, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_precedence, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_errors_say_what_and_what_to_do, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_deep_nesting_is_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_descriptions_name_what_was_true, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_dependencies_are_listed, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_facts_of_a_case, setup, teardown),
	    cmocka_unit_test(test_every_fact_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
