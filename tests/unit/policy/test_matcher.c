/* Sets of mailboxes and logins: what an entry matches, the closest one, and the day on which it ends. */
#include "policy/matcher.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_create(0);
	return arena ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct matcher *matcher_of(const char *const *entries)
{
	struct matcher *matcher = matcher_create(arena, 20, 1000);

	assert_non_null(matcher);
	for (; *entries; entries++)
		assert_null(matcher_add(matcher, str_of(*entries), 0));
	return matcher;
}

static enum match find(const struct matcher *matcher, const char *key)
{
	return matcher_find(matcher, str_of(key), 100, NULL);
}

static void test_what_entries_match(void **state)
{
	const char *const entries[] = {"Jane@Example.ORG",
				       "@one.example",
				       "two.example",
				       ".three.example",
				       "jobs-*@four.example",
				       "mail?.five.example",
				       "sales-*",
				       "alice",
				       NULL};
	const struct matcher *matcher = matcher_of(entries);

	(void)state;
	assert_int_equal(find(matcher, "jane@example.org"), MATCH_ADDRESS);
	assert_int_equal(find(matcher, "JANE@EXAMPLE.org."), MATCH_ADDRESS);
	assert_int_equal(find(matcher, "john@example.org"), MATCH_NONE);
	assert_int_equal(find(matcher, "x@one.example"), MATCH_DOMAIN);
	assert_int_equal(find(matcher, "x@TWO.example"), MATCH_DOMAIN);
	assert_int_equal(find(matcher, "x@sub.two.example"), MATCH_NONE);
	assert_int_equal(find(matcher, "x@a.b.three.example"), MATCH_DOMAIN);
	assert_int_equal(find(matcher, "x@three.example"), MATCH_NONE);
	assert_int_equal(find(matcher, "x@notthree.example"), MATCH_NONE);
	assert_int_equal(find(matcher, "jobs-berlin@four.example"), MATCH_GLOB);
	assert_int_equal(find(matcher, "jobs@four.example"), MATCH_NONE);
	assert_int_equal(find(matcher, "x@mail7.five.example"), MATCH_GLOB);
	assert_int_equal(find(matcher, "x@mail77.five.example"), MATCH_NONE);
	assert_int_equal(find(matcher, "alice"), MATCH_ADDRESS);
	assert_int_equal(find(matcher, "Sales-North"), MATCH_GLOB);
	assert_int_equal(find(matcher, "bob"), MATCH_NONE);
	assert_int_equal(find(matcher, ""), MATCH_NONE);
	assert_int_equal(find(NULL, "alice"), MATCH_NONE);
}

static void test_the_entry_is_told(void **state)
{
	const char *const entries[] = {"Jane@Example.org", "Example.org", NULL};
	const struct matcher *matcher = matcher_of(entries);
	struct str entry;

	(void)state;
	matcher_find(matcher, STR("jane@example.org"), 1, &entry);
	assert_true(str_equal(entry, STR("jane@example.org")));
	matcher_find(matcher, STR("john@example.org"), 1, &entry);
	assert_true(str_equal(entry, STR("example.org")));
}

static void test_an_entry_may_end(void **state)
{
	struct matcher *matcher = matcher_create(arena, 3, 100);

	(void)state;
	assert_null(matcher_add(matcher, STR("a@x.example"), 200));
	assert_null(matcher_add(matcher, STR("b*@x.example"), 200));
	assert_int_equal(matcher_find(matcher, STR("a@x.example"), 200, NULL), MATCH_ADDRESS);
	assert_int_equal(matcher_find(matcher, STR("a@x.example"), 201, NULL), MATCH_NONE);
	assert_int_equal(matcher_find(matcher, STR("bb@x.example"), 201, NULL), MATCH_NONE);
	/* Of two equal entries the longer one counts. */
	assert_null(matcher_add(matcher, STR("a@x.example"), 0));
	assert_int_equal(matcher_find(matcher, STR("a@x.example"), 201, NULL), MATCH_ADDRESS);
	assert_non_null(matcher_add(matcher, STR("c@x.example"), 0));
}

static void test_what_is_no_entry(void **state)
{
	const char *const bad[] = {"",  "a@b@c", "a@",  "a b", "<a@b.example>", "a..b.example",
				   ".", "x\x01", "a,b", NULL};
	struct matcher *matcher = matcher_create(arena, 20, 1000);

	(void)state;
	for (size_t i = 0; bad[i]; i++)
		if (!matcher_add(matcher, str_of(bad[i]), 0))
			fail_msg("accepted: %s", bad[i]);
}

static void test_long_keys_are_matched_by_their_domain(void **state)
{
	const char *const entries[] = {"long.example", NULL};
	const struct matcher *matcher = matcher_of(entries);
	char key[5000];

	(void)state;
	for (size_t i = 0; i < sizeof key; i++)
		key[i] = 'x';
	snprintf(key + 4000, sizeof key - 4000, "@long.example");
	assert_int_equal(find(matcher, key), MATCH_DOMAIN);
}

static void test_covering(void **state)
{
	const char *const entries[] = {"example.org", "jane@one.example", NULL};
	const struct matcher *matcher = matcher_of(entries);

	(void)state;
	assert_true(matcher_covers(matcher, STR("bob@example.org")));
	assert_true(matcher_covers(matcher, STR("example.org")));
	assert_true(matcher_covers(matcher, STR("JANE@one.example")));
	assert_false(matcher_covers(matcher, STR("one.example")));
	assert_false(matcher_covers(matcher, STR(".example.org")));
	assert_false(matcher_covers(matcher, STR("*@two.example")));
}

static void test_many_entries(void **state)
{
	enum { COUNT = 20000 };
	struct matcher *matcher = matcher_create(arena, COUNT, COUNT * 40);
	char key[40];

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		snprintf(key, sizeof key, "user%d@host%d.example", i, i % 977);
		assert_null(matcher_add(matcher, str_of(key), 0));
	}
	for (int i = 0; i < COUNT; i++) {
		snprintf(key, sizeof key, "user%d@host%d.example", i, i % 977);
		assert_int_equal(find(matcher, key), MATCH_ADDRESS);
		snprintf(key, sizeof key, "user%d@host%d.example", i, 977);
		assert_int_equal(find(matcher, key), MATCH_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_what_entries_match, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_the_entry_is_told, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_an_entry_may_end, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_what_is_no_entry, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_long_keys_are_matched_by_their_domain, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_covering, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_many_entries, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
