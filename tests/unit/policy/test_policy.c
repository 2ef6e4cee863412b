/* Score decides whether, class decides what; then lists, the ladder, and what is held back. */
#include "policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct policy_outcome apply(struct policy policy, enum direction direction, double score, enum mail_class class)
{
	struct verdict verdict = {.score = score, .mail_class = class};
	struct policy_case message = {.direction = direction, .verdict = &verdict};

	return policy_apply(&policy, &message);
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
	p.at.quarantine = (struct threshold){.at = 7, .set = true};
	p.at.reject = (struct threshold){.at = 9, .set = true};
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
	p.at.reject = (struct threshold){.at = 6, .set = true};
	assert_int_equal(apply(p, DIRECTION_OUTBOUND, 50, CLASS_POLICY).action, ACTION_REJECT);
	p.at.mark_as_spam = (struct threshold){.at = 6, .set = true};
	assert_false(apply(p, DIRECTION_OUTBOUND, 50, CLASS_POLICY).mark_as_spam);
}

static void test_shadow_says_what_it_would_do(void **state)
{
	struct policy p = policy_default_inbound;
	struct policy_outcome o;

	(void)state;
	p.shadow = true;
	p.at.reject = (struct threshold){.at = 9, .set = true};
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

static struct matcher *list_of(struct arena *arena, const char *entry)
{
	struct matcher *matcher = matcher_create(arena, 1, 100);

	assert_non_null(matcher);
	assert_null(matcher_add(matcher, str_of(entry), 0));
	return matcher;
}

static struct policy_outcome apply_case(const struct policy *policy, struct policy_case message, double score)
{
	struct verdict verdict = {.score = score, .mail_class = score > 0 ? CLASS_COLD : CLASS_CLEAN};

	message.verdict = &verdict;
	return policy_apply(policy, &message);
}

static void test_a_class_may_have_its_own_thresholds(void **state)
{
	struct policy p = policy_default_inbound;

	(void)state;
	p.class_at[CLASS_LINKEDIN].tag = (struct threshold){.at = 3, .set = true, .given = true};
	p.class_at[CLASS_LINKEDIN].reject = (struct threshold){.at = 4, .set = true, .given = true};
	assert_int_equal(apply(p, DIRECTION_INBOUND, 4.5, CLASS_LINKEDIN).action, ACTION_REJECT);
	assert_int_equal(apply(p, DIRECTION_INBOUND, 4.5, CLASS_COLD).action, ACTION_ACCEPT);
	p.at.reject = (struct threshold){.at = 9, .set = true};
	p.class_at[CLASS_LINKEDIN].reject = (struct threshold){.given = true};
	assert_int_equal(apply(p, DIRECTION_INBOUND, 20, CLASS_LINKEDIN).action, ACTION_TAG);
}

static void test_allow_counts_only_when_the_sender_is_proved(void **state)
{
	struct arena *arena = arena_create(0);
	struct policy p = policy_default_inbound;
	struct policy_case message = {.sender = STR("Pat@Partner.example")};
	struct policy_outcome o;

	(void)state;
	p.allow.matcher = list_of(arena, "partner.example");
	o = apply_case(&p, message, 8);
	assert_int_equal(o.action, ACTION_TAG);
	assert_null(o.list);
	message.sender_proved = true;
	o = apply_case(&p, message, 8);
	assert_int_equal(o.action, ACTION_ACCEPT);
	assert_string_equal(o.list, "allow");
	assert_true(str_equal(o.list_entry, STR("partner.example")));
	arena_destroy(arena);
}

static void test_the_closer_list_decides(void **state)
{
	struct arena *arena = arena_create(0);
	struct policy p = policy_default_inbound;
	struct policy_case message = {.sender = STR("pat@mixed.example"), .sender_proved = true};

	(void)state;
	p.block.matcher = list_of(arena, "mixed.example");
	assert_int_equal(apply_case(&p, message, 0).action, ACTION_REJECT);
	assert_int_equal(apply_case(&p, message, 0).mail_class, CLASS_POLICY);
	p.allow.matcher = list_of(arena, "pat@mixed.example");
	assert_int_equal(apply_case(&p, message, 0).action, ACTION_ACCEPT);
	p.allow.matcher = list_of(arena, "mixed.example");
	assert_int_equal(apply_case(&p, message, 0).action, ACTION_REJECT);
	p.block_action = ACTION_TAG;
	assert_int_equal(apply_case(&p, message, 0).action, ACTION_TAG);
	message.sender = STR("x@elsewhere.example");
	message.envelope_sender = STR("bounce@mixed.example");
	assert_string_equal(apply_case(&p, message, 0).list, "block");
	arena_destroy(arena);
}

static void test_the_ladder(void **state)
{
	struct policy p = policy_default_inbound;
	struct policy_case message = {.stranger = true};
	struct policy_outcome o;

	(void)state;
	p.ladder = (struct ladder){{LADDER_TAG, LADDER_REJECT, LADDER_DISCONNECT}, 3};
	assert_int_equal(apply_case(&p, message, 6).action, ACTION_TAG);
	message.offences = 1;
	o = apply_case(&p, message, 6);
	assert_int_equal(o.action, ACTION_REJECT);
	assert_false(o.disconnect);
	assert_int_equal(apply_case(&p, message, 1).action, ACTION_ACCEPT);
	message.offences = 7;
	o = apply_case(&p, message, 6);
	assert_int_equal(o.action, ACTION_REJECT);
	assert_true(o.disconnect);
	/* A harmless message is refused only to whoever is proved to be the offender. */
	assert_int_equal(apply_case(&p, message, 1).action, ACTION_ACCEPT);
	message.sender_proved = true;
	assert_int_equal(apply_case(&p, message, 1).action, ACTION_REJECT);
	message.stranger = false;
	assert_int_equal(apply_case(&p, message, 6).action, ACTION_TAG);
}

static void test_some_mail_is_never_blocked(void **state)
{
	const enum held_back reasons[] = {HELD_LIST, HELD_FORWARD, HELD_NULL};
	struct arena *arena = arena_create(0);
	struct policy p = policy_default_inbound;

	(void)state;
	p.at.reject = (struct threshold){.at = 9, .set = true};
	for (size_t i = 0; i < 3; i++) {
		struct policy_outcome o = apply_case(&p, (struct policy_case){.never_block = reasons[i]}, 10);

		assert_int_equal(o.action, ACTION_TAG);
		assert_int_equal(o.would, ACTION_REJECT);
		assert_int_equal(o.held, reasons[i]);
		assert_non_null(held_back_name(o.held));
	}
	/* Who is blocked by name is so from the first day on; a stranger is not. */
	assert_int_equal(apply_case(&p, (struct policy_case){.learning = true}, 10).held, HELD_LEARNING);
	p.block.matcher = list_of(arena, "x.example");
	assert_int_equal(
	    apply_case(&p, (struct policy_case){.learning = true, .sender = STR("a@x.example")}, 10).action,
	    ACTION_REJECT);
	arena_destroy(arena);
}

static void test_may_block(void **state)
{
	struct policy p = policy_default_inbound;

	(void)state;
	assert_false(policy_may_block(&p));
	p.class_at[CLASS_COLD].quarantine = (struct threshold){.at = 9, .set = true, .given = true};
	assert_true(policy_may_block(&p));
	p.shadow = true;
	assert_false(policy_may_block(&p));
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
	    cmocka_unit_test(test_a_class_may_have_its_own_thresholds),
	    cmocka_unit_test(test_allow_counts_only_when_the_sender_is_proved),
	    cmocka_unit_test(test_the_closer_list_decides),
	    cmocka_unit_test(test_the_ladder),
	    cmocka_unit_test(test_some_mail_is_never_blocked),
	    cmocka_unit_test(test_may_block),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
