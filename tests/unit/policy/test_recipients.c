/* Several recipients, one verdict: every row of the table in coldshoulder.conf(5). */
#include "policy/recipients.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct arena *arena;
static struct policy policies[6];
static struct policy_set set;

static const struct matcher *match(const char *entry)
{
	struct matcher *matcher = matcher_create(arena, 1, 100);

	assert_non_null(matcher);
	assert_null(matcher_add(matcher, str_of(entry), 0));
	return matcher;
}

static struct policy policy_with(const char *name, const char *entry, size_t which)
{
	struct policy policy = policy_default_inbound;

	policy.name = name;
	policy.match = match(entry);
	if (which)
		*(struct threshold *)(void *)((char *)&policy.at + which) = (struct threshold){.at = 9, .set = true};
	return policy;
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_create(0);
	policies[0] = policy_with("temp", "temp@x.example", offsetof(struct thresholds, tempfail));
	policies[1] = policy_with("hold", "hold@x.example", offsetof(struct thresholds, quarantine));
	policies[2] = policy_with("hard", "hard@x.example", offsetof(struct thresholds, reject));
	policies[3] = policy_with("drop", "drop@x.example", offsetof(struct thresholds, discard));
	policies[4] = policy_with("spam", "spam@x.example", offsetof(struct thresholds, mark_as_spam));
	policies[5] = policy_with("jobs", "jobs@x.example", 0);
	policies[5].classes_off[CLASS_COLD] = true;
	set = (struct policy_set){
	    .inbound = policy_default_inbound, .outbound = policy_default_outbound, .items = policies, .count = 6};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

/* The merged outcome for recipients of these names, "a,b,c", at x.example. */
static struct policy_outcome outcome(const char *names, double score)
{
	struct verdict verdict = {.score = score, .mail_class = CLASS_COLD};
	const struct policy_case message = {.direction = DIRECTION_INBOUND, .verdict = &verdict};
	struct str rest = str_of(names), name, mailboxes[8];
	struct recipients recipients;
	size_t count = 0;

	while (str_split(&rest, ',', &name)) {
		char *text = arena_alloc(arena, 60);

		snprintf(text, 60, "%.*s@x.example", STR_ARGS(name));
		mailboxes[count++] = str_of(text);
	}
	assert_int_equal(recipients_inbound(&set, mailboxes, count, 1, arena, &recipients), STATUS_OK);
	return recipients_apply(&recipients, &message);
}

static void test_one_thing_is_done(void **state)
{
	static const struct {
		const char *names;
		double score;
		enum action action;
		enum action would;
	} rows[] = {
	    {"hard", 10, ACTION_REJECT, ACTION_REJECT},
	    {"hard,hard", 10, ACTION_REJECT, ACTION_REJECT},
	    {"hard,drop", 10, ACTION_REJECT, ACTION_DISCARD},
	    {"hold,hard,drop", 10, ACTION_QUARANTINE, ACTION_DISCARD},
	    {"drop,temp,hold", 10, ACTION_TEMPFAIL, ACTION_DISCARD},
	    {"hard,sam", 10, ACTION_TAG, ACTION_REJECT},
	    {"sam,hard", 10, ACTION_TAG, ACTION_REJECT},
	    {"hard,jobs", 10, ACTION_TAG, ACTION_REJECT},
	    {"jobs,hard,hold", 10, ACTION_TAG, ACTION_REJECT},
	    {"hard,sam,sam", 10, ACTION_TAG, ACTION_REJECT},
	    {"hard,jobs,sam", 10, ACTION_TAG, ACTION_REJECT},
	    {"sam,jobs,hard", 10, ACTION_TAG, ACTION_REJECT},
	    {"jobs,sam,hard", 10, ACTION_TAG, ACTION_REJECT},
	    {"hard,postmaster", 10, ACTION_TAG, ACTION_REJECT},
	    {"sam,jobs", 6, ACTION_TAG, ACTION_TAG},
	    {"jobs,postmaster", 10, ACTION_ACCEPT, ACTION_ACCEPT},
	    {"sam,hard", 4, ACTION_ACCEPT, ACTION_ACCEPT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct policy_outcome o = outcome(rows[i].names, rows[i].score);

		if (o.action != rows[i].action || o.would != rows[i].would)
			fail_msg("%s: %s, would %s", rows[i].names, action_name(o.action), action_name(o.would));
		assert_int_equal(o.held == HELD_RECIPIENT, action_blocks(o.would) && !action_blocks(o.action));
	}
}

static void test_marked_as_spam_only_when_all_mark(void **state)
{
	(void)state;
	assert_true(outcome("spam", 10).mark_as_spam);
	assert_true(outcome("spam,abuse", 10).mark_as_spam);
	assert_false(outcome("spam,sam", 10).mark_as_spam);
}

static void test_who_is_exempt(void **state)
{
	static const struct str mailboxes[] = {STR_INIT("Abuse@x.example"), STR_INIT("boss+x@x.example")};
	struct recipients recipients;

	(void)state;
	assert_int_equal(recipients_inbound(&set, mailboxes, 2, 1, arena, &recipients), STATUS_OK);
	assert_false(recipients_all_exempt(&recipients));
	set.exempt = match("boss@x.example");
	assert_int_equal(recipients_inbound(&set, mailboxes, 2, 1, arena, &recipients), STATUS_OK);
	assert_true(recipients_all_exempt(&recipients));
	assert_string_equal(recipients_policy_names(&recipients, arena), "exempt");
}

static void test_first_match_wins_and_names_are_told_once(void **state)
{
	static const struct str mailboxes[] = {STR_INIT("hard+tag@x.example"), STR_INIT("sam@x.example"),
					       STR_INIT("HARD@x.example")};
	struct recipients recipients;

	(void)state;
	policies[5].match = match("x.example");
	assert_int_equal(recipients_inbound(&set, mailboxes, 3, 1, arena, &recipients), STATUS_OK);
	assert_string_equal(recipients_policy_names(&recipients, arena), "hard+jobs");
}

static void test_outbound_by_sender_or_login(void **state)
{
	struct recipients recipients;

	(void)state;
	policies[0] = policy_default_outbound;
	policies[0].name = "sales";
	policies[0].match = match("sales.example");
	policies[0].logins = match("alice");
	assert_string_equal(policy_for_sender(&set, STR("x@sales.example"), STR(""), 1)->name, "sales");
	assert_string_equal(policy_for_sender(&set, STR("x@x.example"), STR("Alice"), 1)->name, "sales");
	assert_string_equal(policy_for_sender(&set, STR("hard@x.example"), STR("bob"), 1)->name, "outbound");
	assert_int_equal(recipients_outbound(&set, STR("a@sales.example"), STR(""), 1, arena, &recipients), STATUS_OK);
	assert_string_equal(recipients.items[0].policy->name, "sales");
}

static void test_languages_are_those_of_all(void **state)
{
	static const struct str german[] = {STR_INIT("de")}, french[] = {STR_INIT("fr")};
	static const struct str mailboxes[] = {STR_INIT("hard@x.example"), STR_INIT("hold@x.example"),
					       STR_INIT("sam@x.example")};
	struct recipients recipients;
	const struct str *languages;
	size_t count;

	(void)state;
	policies[1].languages = german;
	policies[2].languages = french;
	policies[1].language_count = policies[2].language_count = 1;
	assert_int_equal(recipients_inbound(&set, mailboxes, 2, 1, arena, &recipients), STATUS_OK);
	assert_int_equal(recipients_languages(&recipients, arena, &languages, &count), STATUS_OK);
	assert_int_equal(count, 2);
	assert_int_equal(recipients_inbound(&set, mailboxes, 3, 1, arena, &recipients), STATUS_OK);
	assert_int_equal(recipients_languages(&recipients, arena, &languages, &count), STATUS_OK);
	assert_int_equal(count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_one_thing_is_done, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_marked_as_spam_only_when_all_mark, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_who_is_exempt, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_first_match_wins_and_names_are_told_once, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_outbound_by_sender_or_login, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_languages_are_those_of_all, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
