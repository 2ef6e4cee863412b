/* Caps, floors, sum, class and reply. */
#include "engine/score.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { RULES = 5 };

static struct rule rules[RULES];
static struct rule_hit hits[RULES];
static size_t families[RULES];
static struct score_limit limits[2];

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < RULES; i++) {
		rules[i] = (struct rule){.id = "X", .index = i};
		hits[i] = (struct rule_hit){.rule = &rules[i]};
		families[i] = 0;
	}
	limits[0] = limits[1] = (struct score_limit){INFINITY, -INFINITY};
	return 0;
}

static void give(double a, double b, double c)
{
	hits[0].score = a;
	hits[1].score = b;
	hits[2].score = c;
}

static void assert_score(size_t hit, double expected)
{
	assert_true(fabs(hits[hit].score - expected) < 1e-9);
}

static void test_a_cap_keeps_the_highest(void **state)
{
	(void)state;
	give(1.0, 2.0, 1.5);
	limits[0].cap = 3.0;
	score_limit_families(hits, 3, families, limits);
	assert_score(0, 0.0);
	assert_score(1, 2.0);
	assert_score(2, 1.0);
}

static void test_a_cap_is_for_one_family(void **state)
{
	(void)state;
	give(2.0, 2.0, 2.0);
	families[2] = 1;
	limits[0].cap = 3.0;
	score_limit_families(hits, 3, families, limits);
	assert_score(0, 1.0);
	assert_score(1, 2.0);
	assert_score(2, 2.0);
}

static void test_a_floor_keeps_the_strongest(void **state)
{
	(void)state;
	give(-1.0, -2.5, -1.5);
	limits[0].floor = -3.0;
	score_limit_families(hits, 3, families, limits);
	assert_score(0, 0.0);
	assert_score(1, -2.5);
	assert_score(2, -0.5);
}

static void test_a_cap_is_of_the_sum(void **state)
{
	(void)state;
	give(3.0, 2.0, -2.0);
	limits[0].cap = 3.0;
	score_limit_families(hits, 3, families, limits);
	assert_score(0, 3.0);
	assert_score(1, 2.0);
	assert_score(2, -2.0);
}

static void test_sum_order_and_rounding(void **state)
{
	struct verdict verdict;

	(void)state;
	give(0.1, 0.2, -0.004);
	score_sum_up(hits, 3, &verdict);
	assert_true(verdict.score == 0.3);
	assert_true(verdict.hits[0].score == 0.2);
	assert_true(verdict.hits[2].score == -0.004);
	assert_int_equal(verdict.hit_count, 3);
	score_sum_up(NULL, 0, &verdict);
	assert_true(verdict.score == 0.0);
	assert_int_equal(verdict.mail_class, CLASS_CLEAN);
}

static void test_the_highest_hit_with_a_class_decides(void **state)
{
	struct verdict verdict;

	(void)state;
	give(5.0, 2.0, 3.0);
	rules[1].mail_class = CLASS_POLICY;
	rules[2].mail_class = CLASS_COLD;
	rules[1].reply = "second";
	score_sum_up(hits, 3, &verdict);
	assert_int_equal(verdict.mail_class, CLASS_COLD);
	assert_string_equal(verdict.reply, "second");
}

static void test_a_tie_goes_to_the_later_class(void **state)
{
	struct verdict verdict;

	(void)state;
	give(2.0, 2.0, 2.0);
	rules[0].mail_class = CLASS_LINKEDIN;
	rules[1].mail_class = CLASS_TEMPLATE;
	rules[2].mail_class = CLASS_COLD;
	score_sum_up(hits, 3, &verdict);
	assert_int_equal(verdict.mail_class, CLASS_TEMPLATE);
}

static void test_shadow_decides_nothing(void **state)
{
	struct verdict verdict;

	(void)state;
	give(0.0, 0.0, 1.0);
	hits[0].shadow = true;
	rules[0].mail_class = CLASS_POLICY;
	rules[0].reply = "no";
	score_sum_up(hits, 3, &verdict);
	assert_int_equal(verdict.mail_class, CLASS_CLEAN);
	assert_null(verdict.reply);
	assert_true(verdict.hits[2].shadow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_a_cap_keeps_the_highest, setup),
	    cmocka_unit_test_setup(test_a_cap_is_for_one_family, setup),
	    cmocka_unit_test_setup(test_a_floor_keeps_the_strongest, setup),
	    cmocka_unit_test_setup(test_a_cap_is_of_the_sum, setup),
	    cmocka_unit_test_setup(test_sum_order_and_rounding, setup),
	    cmocka_unit_test_setup(test_the_highest_hit_with_a_class_decides, setup),
	    cmocka_unit_test_setup(test_a_tie_goes_to_the_later_class, setup),
	    cmocka_unit_test_setup(test_shadow_decides_nothing, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
