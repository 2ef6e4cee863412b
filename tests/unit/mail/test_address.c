#include "mail/address.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>

static int make_arena(void **state)
{
	g_mime_init();
	*state = arena_create(0);
	return *state == NULL;
}

static int drop_arena(void **state)
{
	arena_destroy(*state);
	return 0;
}

static void assert_str(struct str s, const char *expected)
{
	assert_int_equal(s.n, strlen(expected));
	assert_memory_equal(s.p, expected, s.n);
}

static void expect_one(void **state, const char *raw, const char *display, const char *mailbox, const char *domain)
{
	struct address_list list = address_parse_header(str_of(raw), *state);

	assert_int_equal(list.count, 1);
	assert_str(list.items[0].display, display);
	assert_str(list.items[0].mailbox, mailbox);
	assert_str(list.items[0].domain, domain);
}

static void test_forms(void **state)
{
	expect_one(state, " sam@Example.ORG", "", "sam@Example.ORG", "example.org");
	expect_one(state, " Sam Hill <sam@example.org>", "Sam Hill", "sam@example.org", "example.org");
	expect_one(state, "\"Hill, Sam\" <sam@example.org>", "Hill, Sam", "sam@example.org", "example.org");
	expect_one(state, "sam@example.org (Sam Hill)", "Sam Hill", "sam@example.org", "example.org");
	expect_one(state, "Sam\r\n\tHill\r\n <sam@example.org>", "Sam Hill", "sam@example.org", "example.org");
	expect_one(state, "<@relay.example:sam@example.org>", "", "sam@example.org", "example.org");
	expect_one(state, "\"odd one\"@example.org", "", "\"odd one\"@example.org", "example.org");
}

static void test_encoded_names(void **state)
{
	expect_one(state, "=?utf-8?q?J=C3=BCrgen_M=C3=BCller=2C_Dr=2E?= <j@example.org>", "Jürgen Müller, Dr.",
		   "j@example.org", "example.org");
	expect_one(state, "\"=?iso-8859-1?q?Andr=E9?=\" <a@example.org>", "André", "a@example.org", "example.org");
	expect_one(state, "=?utf-8?q?A=22B?= <a@example.org>", "A\"B", "a@example.org", "example.org");
	expect_one(state, "Andr\xe9 <a@example.org>", "André", "a@example.org", "example.org");
	expect_one(state, "=?utf-8?q?victim=40bank=2Eexample?= <a@example.org>", "victim@bank.example", "a@example.org",
		   "example.org");
}

static void test_internationalised(void **state)
{
	expect_one(state, "josé@münchen.example", "", "josé@münchen.example", "xn--mnchen-3ya.example");
	expect_one(state, "用户 <user@例え.example>", "用户", "user@例え.example", "xn--r8jz45g.example");
}

static void test_groups_and_lists(void **state)
{
	struct address_list list = address_parse_header(
	    STR("undisclosed-recipients:;, Team: a@x.example, \"B, C\" <b@y.example>; , d@z.example"), *state);

	assert_int_equal(list.count, 3);
	assert_str(list.items[0].mailbox, "a@x.example");
	assert_str(list.items[1].display, "B, C");
	assert_str(list.items[2].domain, "z.example");
	assert_int_equal(address_parse_header(STR(""), *state).count, 0);
}

static void test_broken(void **state)
{
	struct address_list list = address_parse_header(STR("Sam <sam@example.org"), *state);

	assert_int_equal(list.count, 1);
	assert_str(list.items[0].mailbox, "sam@example.org");
	list = address_parse_header(STR("Sam Hill [sam@example.org]]>"), *state);
	assert_true(list.count >= 1);
	assert_str(list.items[0].domain.n ? str_sub(list.items[0].domain, 0, 11) : STR("example.org"), "example.org");
}

static void expect_envelope(void **state, const char *argument, const char *mailbox, const char *domain)
{
	struct address address = address_parse_envelope(str_of(argument), *state);

	assert_str(address.mailbox, mailbox);
	assert_str(address.domain, domain);
}

static void test_envelope(void **state)
{
	expect_envelope(state, "<a@B.example>", "a@B.example", "b.example");
	expect_envelope(state, "a@b.example", "a@b.example", "b.example");
	expect_envelope(state, "<@r.example,@s.example:a@b.example>", "a@b.example", "b.example");
	expect_envelope(state, "<>", "", "");
	expect_envelope(state, "", "", "");
	expect_envelope(state, "<postmaster>", "postmaster", "");
	expect_envelope(state, "<\"a@b\"@c.example.>", "\"a@b\"@c.example.", "c.example");
}

static void test_domain(void **state)
{
	assert_str(address_domain(STR("a@EXAMPLE.org."), *state), "example.org");
	assert_str(address_domain(STR("nobody"), *state), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_forms, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_encoded_names, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_internationalised, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_groups_and_lists, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_broken, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_envelope, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_domain, make_arena, drop_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
