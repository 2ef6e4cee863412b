/* Templates, first contacts, and the days of learning. */
#include "suite_mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- templates --- */

static void test_copies_of_a_template_are_counted(void **state)
{
	struct memory_answer answer;

	(void)state;
	answer = DELIVER(.from = "eve@sales.test", .to = "a@ours.test", .text = pitch);
	assert_true(answer.template_fits);
	assert_int_equal(answer.template_seen, 1);
	flush();
	DELIVER(.from = "eve@sales.test", .to = "b@ours.test", .text = pitch_again);
	flush();
	DELIVER(.from = "max@sales.test", .to = "c@ours.test", .text = pitch);
	flush();
	answer = DELIVER(.from = "zoe@agency.test", .to = "d@ours.test", .text = pitch_again);
	assert_true(answer.template_id != 0);
	assert_int_equal(answer.template_seen, 4);
	assert_int_equal(answer.template_senders, 3);
	assert_int_equal(answer.template_domains, 2);
	flush();
	/* The same recipient again is no fifth. */
	assert_int_equal(ASK(.from = "ray@third.test", .to = "d@ours.test", .text = pitch).template_seen, 4);
	assert_int_equal(ASK(.from = "ray@third.test", .to = "e@ours.test", .text = letter).template_seen, 1);
	/* Out of the window, and then out of the memory. */
	assert_int_equal(
	    ASK(.from = "ray@third.test", .to = "e@ours.test", .text = pitch, .now = now + 15 * DAY).template_seen, 1);
}

static void test_templates_are_a_matter_of_strangers(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "a@ours.test", .to = "ann@acme.test");
	flush();
	DELIVER(.from = "ann@acme.test", .to = "a@ours.test", .text = pitch);
	DELIVER(.from = "news@list.test", .to = "b@ours.test", .text = pitch, .impersonal = true);
	DELIVER(.from = "x@forged.test", .to = "b@ours.test", .text = pitch, .auth = AUTH_FAIL);
	flush();
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "c@ours.test", .text = pitch).template_seen, 1);
	assert_false(ASK(.from = "ann@acme.test", .to = "c@ours.test", .text = pitch).template_fits);
	assert_false(
	    ASK(.from = "eve@sales.test", .to = "c@ours.test", .text = "too short to be a template").template_fits);
}

static void test_a_template_can_be_learned_and_forgotten(void **state)
{
	const struct store_operations *operations = memory_store(memory)->operations;
	struct memory_answer answer;
	struct sketch sketch;
	uint64_t id, again;

	(void)state;
	sketch_of(pitch, &sketch);
	assert_int_equal(operations->learn_template(memory_store(memory), &sketch, true, &id), STATUS_OK);
	assert_true(id != 0);
	answer = ASK(.from = "eve@sales.test", .to = "jo@ours.test", .text = pitch_again);
	assert_true(answer.template_learned);
	assert_int_equal(answer.template_id, id);
	assert_int_equal(answer.template_seen, 1);
	assert_false(ASK(.from = "eve@sales.test", .to = "jo@ours.test", .text = letter).template_learned);
	/* Seen once more it is still the same template, and still learned. */
	DELIVER(.from = "eve@sales.test", .to = "jo@ours.test", .text = pitch_again);
	flush();
	assert_true(ASK(.from = "max@other.test", .to = "kim@ours.test", .text = pitch).template_learned);
	assert_int_equal(operations->learn_template(memory_store(memory), &sketch, false, &again), STATUS_OK);
	assert_int_equal(again, id);
	assert_false(ASK(.from = "max@other.test", .to = "kim@ours.test", .text = pitch).template_learned);
	assert_int_equal(operations->mark_template(memory_store(memory), id, true), STATUS_OK);
	assert_true(ASK(.from = "max@other.test", .to = "kim@ours.test", .text = pitch).template_learned);
	assert_int_equal(operations->mark_template(memory_store(memory), id + 1000, true), STATUS_NOT_FOUND);
}

/* --- outbound --- */

static void test_first_contacts_are_counted_by_user_and_day(void **state)
{
	struct memory_answer answer;

	(void)state;
	DELIVER(.from = "ann@acme.test", .to = "jo@ours.test");
	flush();
	answer =
	    DELIVER(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "a@x.test b@x.test ann@acme.test");
	assert_int_equal(answer.first_contacts, 2);
	assert_int_equal(answer.first_contacts_today, 2);
	flush();
	answer = DELIVER(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "a@x.test c@y.test");
	assert_int_equal(answer.first_contacts, 1);
	assert_int_equal(answer.first_contacts_today, 3);
	flush();
	/* A blocked message contacts nobody. */
	answer = DELIVER(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "d@y.test", .blocked = true);
	assert_int_equal(answer.first_contacts_today, 4);
	flush();
	assert_int_equal(
	    ASK(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "a@x.test").first_contacts_today, 3);
	assert_int_equal(
	    ASK(.outbound = true, .from = "kim@ours.test", .user = "kim", .to = "z@z.test").first_contacts_today, 1);
	assert_int_equal(ASK(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "z@z.test", .now = now + DAY)
			     .first_contacts_today,
			 1);
	/* A colleague's customer is none; his whole firm is not free for that. */
	DELIVER(.outbound = true, .from = "kim@ours.test", .user = "kim", .to = "buyer@firm.test");
	flush();
	answer = ASK(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "buyer@firm.test desk@firm.test");
	assert_int_equal(answer.first_contacts, 1);
}

static void test_one_template_to_many_strangers(void **state)
{
	struct memory_answer answer;

	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "old@friend.test");
	flush();
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "a@x.test old@friend.test", .text = pitch);
	DELIVER(.outbound = true, .from = "kim@ours.test", .to = "b@y.test", .text = pitch);
	flush();
	answer = DELIVER(.outbound = true, .from = "jo@ours.test", .to = "c@z.test", .text = pitch_again);
	assert_int_equal(answer.template_seen, 2);
	/* What our users send is no evidence against others. */
	flush();
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "jo@ours.test", .text = pitch).template_seen, 1);
}

static void test_learning_days_are_counted(void **state)
{
	(void)state;
	assert_int_equal(ASK(.from = "a@x.test", .to = "jo@ours.test").outbound_days, 0);
	for (int day = 0; day < 3; day++) {
		DELIVER(.outbound = true, .from = "jo@ours.test", .to = "a@x.test", .now = now + day * DAY);
		DELIVER(.outbound = true, .from = "jo@ours.test", .to = "b@x.test", .now = now + day * DAY);
		flush();
	}
	assert_int_equal(ASK(.from = "a@x.test", .to = "jo@ours.test").outbound_days, 3);
	assert_false(ASK(.from = "a@x.test", .to = "jo@ours.test").bootstrapped);
	assert_true(memory_set_bootstrapped(memory));
	flush();
	assert_true(ASK(.from = "a@x.test", .to = "jo@ours.test").bootstrapped);
	reopen(NULL);
	assert_true(ASK(.from = "a@x.test", .to = "jo@ours.test").bootstrapped);
	assert_int_equal(ASK(.from = "a@x.test", .to = "jo@ours.test").outbound_days, 3);
}

static void test_sent_mail_of_the_past_is_learned_once(void **state)
{
	struct mail mail = {.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .id = "old@ours.test"};
	struct memory_query query;
	bool known;

	(void)state;
	mail.now = now - 30 * DAY;
	query = query_of(&mail);
	assert_int_equal(memory_learn_sent(memory, &query, arena, &known), STATUS_OK);
	assert_false(known);
	/* Queued or written, it is known. */
	assert_int_equal(memory_learn_sent(memory, &query, arena, &known), STATUS_OK);
	assert_true(known);
	flush();
	assert_int_equal(memory_learn_sent(memory, &query, arena, &known), STATUS_OK);
	assert_true(known);
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_KNOWN);
	assert_true(ASK(.from = "x@far.test", .to = "jo@ours.test", .in_reply_to = "<old@ours.test>").reply_to_ours);
	assert_int_equal(
	    ASK(.outbound = true, .from = "jo@ours.test", .to = "z@z.test", .now = now - 30 * DAY).first_contacts_today,
	    1);
}

int suite_run_templates(const char *name)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_copies_of_a_template_are_counted),        TEST(test_templates_are_a_matter_of_strangers),
	    TEST(test_a_template_can_be_learned_and_forgotten), TEST(test_first_contacts_are_counted_by_user_and_day),
	    TEST(test_one_template_to_many_strangers),          TEST(test_learning_days_are_counted),
	    TEST(test_sent_mail_of_the_past_is_learned_once),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
