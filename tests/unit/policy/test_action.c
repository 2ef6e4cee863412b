/* Score decides whether, class decides what (design 2.6). */
#include "policy/action.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct policy_outcome apply(struct policy policy, enum direction direction, double score, enum mail_class class)
{
	struct verdict verdict = {.score = score, .mail_class = class};

	return policy_apply(&policy, direction, &verdict);
}

static void test_below_the_threshold_is_clean(void **state)
{
	struct policy_outcome o = apply(policy_default_inbound, DIRECTION_INBOUND, 4.99, CLASS_COLD);

	(void)state;
	assert_int_equal(o.mail_class, CLASS_CLEAN);
	assert_int_equal(o.action, ACTION_ACCEPT);
	o = apply(policy_default_inbound, DIRECTION_INBOUND, 5.0, CLASS_COLD);
	assert_int_equal(o.mail_class, CLASS_COLD);
	assert_int_equal(o.action, ACTION_TAG);
}

static void test_a_score_without_a_class_does_nothing(void **state)
{
	(void)state;
	assert_int_equal(apply(policy_default_inbound, DIRECTION_INBOUND, 20, CLASS_CLEAN).action, ACTION_ACCEPT);
}

static void test_digest_is_off_by_default(void **state)
{
	struct policy_outcome o = apply(policy_default_inbound, DIRECTION_INBOUND, 8, CLASS_DIGEST);

	(void)state;
	assert_int_equal(o.mail_class, CLASS_DIGEST);
	assert_int_equal(o.action, ACTION_ACCEPT);
}

static void test_nothing_stronger_than_tag_by_default(void **state)
{
	(void)state;
	assert_int_equal(apply(policy_default_inbound, DIRECTION_INBOUND, 1000, CLASS_COLD).action, ACTION_TAG);
}

static void test_the_severest_reached_threshold_acts(void **state)
{
	struct policy p = policy_default_inbound;

	(void)state;
	p.quarantine = (struct threshold){7, true};
	p.reject = (struct threshold){9, true};
	assert_int_equal(apply(p, DIRECTION_INBOUND, 6, CLASS_COLD).action, ACTION_TAG);
	assert_int_equal(apply(p, DIRECTION_INBOUND, 8, CLASS_COLD).action, ACTION_QUARANTINE);
	assert_int_equal(apply(p, DIRECTION_INBOUND, 9, CLASS_COLD).action, ACTION_REJECT);
}

static void test_outbound_is_never_tagged(void **state)
{
	struct policy p = policy_default_outbound;

	(void)state;
	assert_int_equal(apply(p, DIRECTION_OUTBOUND, 50, CLASS_POLICY).action, ACTION_ACCEPT);
	assert_int_equal(apply(p, DIRECTION_OUTBOUND, 50, CLASS_POLICY).mail_class, CLASS_POLICY);
	p.reject = (struct threshold){6, true};
	assert_int_equal(apply(p, DIRECTION_OUTBOUND, 50, CLASS_POLICY).action, ACTION_REJECT);
	p.mark_as_spam = (struct threshold){6, true};
	assert_false(apply(p, DIRECTION_OUTBOUND, 50, CLASS_POLICY).mark_as_spam);
}

static void test_shadow_says_what_it_would_do(void **state)
{
	struct policy p = policy_default_inbound;
	struct policy_outcome o;

	(void)state;
	p.shadow = true;
	p.reject = (struct threshold){9, true};
	o = apply(p, DIRECTION_INBOUND, 10, CLASS_COLD);
	assert_int_equal(o.action, ACTION_ACCEPT);
	assert_int_equal(o.would, ACTION_REJECT);
	assert_int_equal(o.mail_class, CLASS_COLD);
}

static void test_internal_and_exempt_mail_is_left_alone(void **state)
{
	struct policy p = policy_default_inbound;

	(void)state;
	assert_int_equal(apply(p, DIRECTION_INTERNAL, 50, CLASS_COLD).action, ACTION_ACCEPT);
	p.exempt = true;
	assert_int_equal(apply(p, DIRECTION_INBOUND, 50, CLASS_COLD).action, ACTION_ACCEPT);
}

static void test_names(void **state)
{
	enum action action;

	(void)state;
	for (int i = 0; i < ACTION_COUNT; i++) {
		assert_true(action_find(str_of(action_name((enum action)i)), &action));
		assert_int_equal(action, i);
	}
	assert_false(action_find(STR("explode"), &action));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_below_the_threshold_is_clean),
	    cmocka_unit_test(test_a_score_without_a_class_does_nothing),
	    cmocka_unit_test(test_digest_is_off_by_default),
	    cmocka_unit_test(test_nothing_stronger_than_tag_by_default),
	    cmocka_unit_test(test_the_severest_reached_threshold_acts),
	    cmocka_unit_test(test_outbound_is_never_tagged),
	    cmocka_unit_test(test_shadow_says_what_it_would_do),
	    cmocka_unit_test(test_internal_and_exempt_mail_is_left_alone),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
