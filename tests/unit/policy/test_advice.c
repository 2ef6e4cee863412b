/* What a refused author is told: short, in plain words, theirs only when they are our own people. */
#include "engine/rule.h"
#include "policy/advice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct rule residue = {
    .id = "OUT_RESIDUE", .family = "policy", .when = "x", .reply = "Fill in the name yourself."};
static const struct rule greeting = {.id = "RESIDUE_GREETING", .family = "residue", .view = VIEW_BODY};
static struct rule_hit hits[2];
static struct policy policy;
static struct policy_outcome outcome;
static struct verdict verdict;
static struct enforcement_facts facts;
static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_create(0);
	policy = policy_default_outbound;
	outcome = (struct policy_outcome){.action = ACTION_REJECT, .mail_class = CLASS_POLICY};
	facts = (struct enforcement_facts){.stranger = true};
	hits[0] = (struct rule_hit){.rule = &residue, .score = 6, .evidence = STR("RESIDUE_GREETING")};
	hits[1] = (struct rule_hit){.rule = &greeting, .score = 2, .evidence = STR("Hi {{first_name}},")};
	verdict = (struct verdict){.hits = hits, .hit_count = 2};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct advice make(enum status (*function)(const struct advice_subject *, struct arena *, struct advice *),
			  enum action action)
{
	const struct advice_subject subject = {.policy = &policy,
					       .outcome = &outcome,
					       .verdict = &verdict,
					       .outbound = &facts,
					       .action = action,
					       .today = 1};
	struct advice advice;

	assert_int_equal(function(&subject, arena, &advice), STATUS_OK);
	assert_in_range(advice.count, 1, ADVICE_LINES_MAX);
	return advice;
}

static bool says(const struct advice *advice, const char *text)
{
	for (size_t i = 0; i < advice->count; i++)
		if (strstr(advice->lines[i], text))
			return true;
	return false;
}

static void test_residue_teaches(void **state)
{
	struct advice advice;

	(void)state;
	outcome.concern = CONCERN_RESIDUE;
	policy.enforcement.help_link = "https://wiki.home.example/mail";
	policy.enforcement.help_contact = "Kim, phone 12";
	advice = make(advice_outbound, ACTION_REJECT);
	assert_true(says(&advice, "merge field"));
	assert_true(says(&advice, "You wrote: \"Hi {{first_name}},\""));
	assert_true(says(&advice, "Fill in the name yourself."));
	assert_true(says(&advice, "OUT_RESIDUE"));
	assert_true(says(&advice, "https://wiki.home.example/mail"));
	assert_true(says(&advice, "Kim, phone 12"));
}

static void test_budgets_say_their_numbers(void **state)
{
	struct advice advice;

	(void)state;
	outcome.concern = CONCERN_FIRST_CONTACTS;
	policy.enforcement.first_contacts_per_day = 20;
	facts.first_contacts_today = 21;
	advice = make(advice_outbound, ACTION_TEMPFAIL);
	assert_true(says(&advice, "Not sent for now"));
	assert_true(says(&advice, "21; 20 a day"));
	outcome.concern = CONCERN_TEMPLATE;
	policy.enforcement.template_strangers = 5;
	facts.strangers_of_template = 6;
	advice = make(advice_outbound, ACTION_REJECT);
	assert_true(says(&advice, "6 strangers"));
	assert_true(says(&advice, "your postmaster"));
}

static void test_words_that_ascii_cannot_say(void **state)
{
	struct advice advice;

	(void)state;
	outcome.concern = CONCERN_RESIDUE;
	hits[1].evidence = STR("H\xc3\xa9llo {{nom}}");
	advice = make(advice_outbound, ACTION_REJECT);
	assert_true(says(&advice, "hello {{nom}}"));
	hits[1].evidence = STR("\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82");
	advice = make(advice_outbound, ACTION_REJECT);
	assert_false(says(&advice, "You wrote"));
}

static void test_inbound_never_echoes(void **state)
{
	(void)state;
	policy = policy_default_inbound;
	for (int i = CLASS_CLEAN; i < CLASS_COUNT; i++) {
		struct advice advice;

		outcome.mail_class = (enum mail_class)i;
		verdict.reply = NULL;
		advice = make(advice_inbound, ACTION_REJECT);
		assert_false(says(&advice, "first_name"));
		assert_true(says(&advice, "postmaster"));
		assert_true(says(&advice, "write to you first"));
	}
}

static void test_texts_of_the_site(void **state)
{
	struct advice advice;

	(void)state;
	policy = policy_default_inbound;
	verdict.reply = "The rule says no.";
	advice = make(advice_inbound, ACTION_REJECT);
	assert_true(says(&advice, "The rule says no."));
	policy.reply = "Ours says no.";
	advice = make(advice_inbound, ACTION_REJECT);
	assert_true(says(&advice, "Ours says no."));
	advice = make(advice_inbound, ACTION_TEMPFAIL);
	assert_true(says(&advice, "try again later"));
	outcome.disconnect = true;
	advice = make(advice_inbound, ACTION_REJECT);
	assert_int_equal(advice.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_residue_teaches, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_budgets_say_their_numbers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_words_that_ascii_cannot_say, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_inbound_never_echoes, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_texts_of_the_site, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
