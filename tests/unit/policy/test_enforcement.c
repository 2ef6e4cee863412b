/* What our own people may not send: each concern with its own action, budgets of strangers, exceptions. */
#include "engine/rule.h"
#include "policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct rule residue = {.id = "OUT_RESIDUE", .family = "policy", .when = "x"};
static const struct rule greeting = {.id = "RESIDUE_GREETING", .family = "residue", .view = VIEW_BODY};
static const struct rule opener = {.id = "OUT_OPENER", .family = "policy", .when = "x"};
static const struct rule cold = {.id = "OUT_COLD", .family = "policy", .when = "x"};
static const struct rule tool = {.id = "TOOL_LINK_COLD", .family = "tools", .view = VIEW_LINKS};

static struct policy policy;
static struct rule_hit hits[3];
static struct verdict verdict;
static struct policy_case message;

static int set_up(void **state)
{
	(void)state;
	policy = policy_default_outbound;
	verdict = (struct verdict){.score = 1, .hits = hits};
	message = (struct policy_case){.direction = DIRECTION_OUTBOUND,
				       .verdict = &verdict,
				       .sender = STR("alice@home.example"),
				       .login = STR("alice")};
	return 0;
}

static void hit(const struct rule *rule, const char *evidence)
{
	hits[verdict.hit_count++] = (struct rule_hit){.rule = rule, .evidence = str_of(evidence)};
}

static void test_nothing_is_enforced_by_default(void **state)
{
	struct policy_outcome o;

	(void)state;
	hit(&residue, "");
	o = policy_apply(&policy, &message);
	assert_int_equal(o.action, ACTION_ACCEPT);
	/* It is logged all the same. */
	assert_int_equal(o.concern, CONCERN_RESIDUE);
	assert_int_equal(o.mail_class, CLASS_POLICY);
}

static void test_each_concern_has_its_action(void **state)
{
	struct policy_outcome o;

	(void)state;
	policy.enforcement.actions[CONCERN_APOLOGY] = ACTION_QUARANTINE;
	policy.enforcement.actions[CONCERN_PITCH] = ACTION_REJECT;
	hit(&opener, "");
	assert_int_equal(policy_apply(&policy, &message).action, ACTION_QUARANTINE);
	hit(&cold, "");
	o = policy_apply(&policy, &message);
	assert_int_equal(o.action, ACTION_REJECT);
	assert_int_equal(o.concern, CONCERN_PITCH);
}

static void test_the_words_are_the_authors(void **state)
{
	(void)state;
	hit(&residue, "RESIDUE_GREETING");
	hit(&greeting, "Hi {{first_name}}");
	assert_true(
	    str_equal(enforcement_words(&policy.enforcement, CONCERN_RESIDUE, &verdict, 1), STR("Hi {{first_name}}")));
	assert_int_equal(enforcement_words(&policy.enforcement, CONCERN_TEMPLATE, &verdict, 1).n, 0);
}

static void test_budgets_count_strangers(void **state)
{
	(void)state;
	policy.enforcement.actions[CONCERN_FIRST_CONTACTS] = ACTION_TEMPFAIL;
	policy.enforcement.first_contacts_per_day = 10;
	message.outbound =
	    (struct enforcement_facts){.stranger = true, .first_contacts = 1, .first_contacts_today = 10};
	assert_int_equal(policy_apply(&policy, &message).action, ACTION_ACCEPT);
	assert_true(enforcement_near_budget(&policy.enforcement, &message.outbound));
	message.outbound.first_contacts_today = 11;
	assert_int_equal(policy_apply(&policy, &message).action, ACTION_TEMPFAIL);
	/* Mail to a customer is free, however many strangers there were today. */
	message.outbound.first_contacts = 0;
	assert_int_equal(policy_apply(&policy, &message).action, ACTION_ACCEPT);
	assert_false(enforcement_near_budget(&policy.enforcement, &message.outbound));
	message.outbound = (struct enforcement_facts){.first_contacts = 1, .first_contacts_today = 7};
	assert_false(enforcement_near_budget(&policy.enforcement, &message.outbound));
}

static void test_templates_count_strangers(void **state)
{
	(void)state;
	policy.enforcement.actions[CONCERN_TEMPLATE] = ACTION_REJECT;
	policy.enforcement.template_strangers = 5;
	message.outbound = (struct enforcement_facts){.stranger = true, .strangers_of_template = 5};
	assert_int_equal(policy_apply(&policy, &message).action, ACTION_ACCEPT);
	message.outbound.strangers_of_template = 6;
	assert_int_equal(policy_apply(&policy, &message).action, ACTION_REJECT);
	message.outbound.stranger = false;
	assert_int_equal(policy_apply(&policy, &message).action, ACTION_ACCEPT);
}

static void test_tools_of_the_site(void **state)
{
	const struct str links[] = {STR("link.tool.example/a"), STR("track.other.example/b"), STR("x.tool.example")};
	struct arena *arena = arena_create(0);
	struct matcher *own = matcher_create(arena, 1, 100);

	(void)state;
	policy.enforcement.actions[CONCERN_TOOLS] = ACTION_REJECT;
	message.outbound.stranger = true;
	hit(&tool, "link.tool.example/");
	hits[0].links = links;
	hits[0].link_count = 1;
	assert_int_equal(policy_apply(&policy, &message).action, ACTION_REJECT);
	assert_null(matcher_add(own, STR(".tool.example"), 0));
	policy.enforcement.tool_links = own;
	assert_int_equal(policy_apply(&policy, &message).action, ACTION_ACCEPT);
	/* A link that is ours hides no other of the same rule, and the other is the one that is quoted. */
	hits[0].link_count = 3;
	assert_int_equal(policy_apply(&policy, &message).action, ACTION_REJECT);
	assert_true(str_equal(enforcement_words(&policy.enforcement, CONCERN_TOOLS, &verdict, 1), links[1]));
	arena_destroy(arena);
}

static void test_exceptions_end(void **state)
{
	struct arena *arena = arena_create(0);
	struct matcher *exceptions = matcher_create(arena, 1, 100);
	struct policy_outcome o;

	(void)state;
	assert_null(matcher_add(exceptions, STR("alice"), 100));
	policy.enforcement.exceptions = exceptions;
	policy.enforcement.actions[CONCERN_RESIDUE] = ACTION_REJECT;
	hit(&residue, "");
	message.today = 100;
	o = policy_apply(&policy, &message);
	assert_int_equal(o.action, ACTION_ACCEPT);
	assert_int_equal(o.would, ACTION_REJECT);
	assert_int_equal(o.held, HELD_EXCEPTION);
	assert_string_equal(o.list, "exception");
	message.today = 101;
	assert_int_equal(policy_apply(&policy, &message).action, ACTION_REJECT);
	arena_destroy(arena);
}

static void test_only_what_needs_the_memory_waits_for_it(void **state)
{
	(void)state;
	policy.enforcement.actions[CONCERN_RESIDUE] = ACTION_REJECT;
	policy.enforcement.actions[CONCERN_PITCH] = ACTION_REJECT;
	message.learning = true;
	hit(&cold, "");
	assert_int_equal(policy_apply(&policy, &message).held, HELD_LEARNING);
	hit(&residue, "");
	assert_int_equal(policy_apply(&policy, &message).action, ACTION_REJECT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_nothing_is_enforced_by_default, set_up),
	    cmocka_unit_test_setup(test_each_concern_has_its_action, set_up),
	    cmocka_unit_test_setup(test_the_words_are_the_authors, set_up),
	    cmocka_unit_test_setup(test_budgets_count_strangers, set_up),
	    cmocka_unit_test_setup(test_templates_count_strangers, set_up),
	    cmocka_unit_test_setup(test_tools_of_the_site, set_up),
	    cmocka_unit_test_setup(test_exceptions_end, set_up),
	    cmocka_unit_test_setup(test_only_what_needs_the_memory_waits_for_it, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
