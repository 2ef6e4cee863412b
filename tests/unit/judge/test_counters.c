/* What is counted: messages, rules across generations, limits, latencies. */
#include "engine/rule.h"
#include "judge/counters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_counts(void **state)
{
	/* The same rule of two generations, which are not there any more when it is asked for. */
	struct rule *first = calloc(1, sizeof *first), *second = calloc(1, sizeof *second);
	const struct rule_hit hits[] = {{.rule = first, .score = 2}, {.rule = second, .shadow = true}};
	struct decision decision = {.direction = DIRECTION_INBOUND,
				    .outcome = {.mail_class = CLASS_COLD, .action = ACTION_TAG, .would = ACTION_REJECT},
				    .limits = 1U << 3,
				    .judged = true,
				    .micros = 600,
				    .stage_micros = {100, 101, 101, 9000000}};
	struct counters *counters = counters_create();
	struct counters_snapshot now;

	(void)state;
	*first = *second = (struct rule){.id = "ONE"};
	decision.verdict = (struct verdict){.hits = hits, .hit_count = 2};
	counters_count(counters, &decision);
	decision.judged = false;
	decision.outcome = (struct policy_outcome){.mail_class = CLASS_CLEAN};
	decision.verdict.hit_count = 0;
	counters_count(counters, &decision);
	counters_count_failure(counters);
	free(first);
	free(second);
	assert_int_equal(counters_snapshot(counters, &now), STATUS_OK);
	assert_int_equal(now.messages[DIRECTION_INBOUND][CLASS_COLD][ACTION_TAG], 1);
	assert_int_equal(now.messages[DIRECTION_INBOUND][CLASS_CLEAN][ACTION_ACCEPT], 1);
	assert_int_equal(now.held_back, 1);
	assert_int_equal(now.not_judged, 1);
	assert_int_equal(now.failures, 1);
	assert_int_equal(now.limits[3], 2);
	assert_int_equal(now.rule_count, 1);
	assert_string_equal(now.rules[0].id, "ONE");
	assert_int_equal(now.rules[0].hits, 1);
	assert_int_equal(now.rules[0].shadow, 1);
	assert_int_equal(now.total.count, 2);
	assert_int_equal(now.total.sum_micros, 1200);
	assert_int_equal(now.total.buckets[3], 2);
	assert_int_equal(now.stages[STAGE_PARSE].buckets[0], 1);
	assert_int_equal(now.stages[STAGE_MEMORY].buckets[1], 1);
	assert_int_equal(now.stages[STAGE_RULES].buckets[COUNTERS_BUCKETS - 1], 1);
	counters_snapshot_free(&now);
	counters_destroy(counters);
}

static void test_more_rules_than_anybody_has(void **state)
{
	struct counters *counters = counters_create();
	struct counters_snapshot now;

	(void)state;
	for (int i = 0; i < COUNTERS_RULES_MAX + 100; i++) {
		char id[32];
		const struct rule rule = {.id = id};
		const struct rule_hit hit = {.rule = &rule};
		const struct decision decision = {.verdict = {.hits = &hit, .hit_count = 1}};

		snprintf(id, sizeof id, "RULE_%05d", i);
		counters_count(counters, &decision);
	}
	assert_int_equal(counters_snapshot(counters, &now), STATUS_OK);
	assert_int_equal(now.rule_count, COUNTERS_RULES_MAX);
	assert_string_equal(now.rules[7].id, "RULE_00007");
	counters_snapshot_free(&now);
	counters_destroy(counters);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_counts),
	    cmocka_unit_test(test_more_rules_than_anybody_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
