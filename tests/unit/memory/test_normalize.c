/* One spelling for each mailbox. */
#include "memory/normalize.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static void check(const char *delimiters, const char *mailbox, const char *expected)
{
	const struct normalize_settings settings = {.delimiters = str_of(delimiters)};
	struct str found = normalize_mailbox(&settings, str_of(mailbox), arena);

	if (!str_equal(found, str_of(expected)))
		fail_msg("<%s> gave <%.*s>, not <%s>", mailbox, STR_ARGS(found), expected);
}

static void test_case_and_quotes(void **state)
{
	(void)state;
	check("+", "Jane.Doe@Example.ORG", "jane.doe@example.org");
	check("+", "<jane@example.org>", "jane@example.org");
	check("+", "\"jane doe\"@example.org.", "jane doe@example.org");
	check("+", "\"a\\\"b\"@example.org", "a\"b@example.org");
	check("+",
	      "jane@b\xc3\xbc"
	      "cher.example",
	      "jane@xn--bcher-kva.example");
}

static void test_extensions(void **state)
{
	(void)state;
	check("+", "jane+shop@example.org", "jane@example.org");
	check("+", "+jane@example.org", "+jane@example.org");
	check("+", "jane-shop@example.org", "jane-shop@example.org");
	check("+-", "jane-shop+x@example.org", "jane@example.org");
	/* The plus is one whatever the site uses itself: others do. */
	check("-", "jane+shop@example.org", "jane@example.org");
}

static void test_dots_that_do_not_count(void **state)
{
	(void)state;
	check("+", "J.a.n.e+x@GoogleMail.com", "jane@gmail.com");
	check("+", "jane.doe@proton.me", "janedoe@proton.me");
	check("+", "jane.doe@outlook.com", "jane.doe@outlook.com");
	check("+", "...@gmail.com", "");
}

static void test_rewritten_senders(void **state)
{
	(void)state;
	check("+", "SRS0=HHH=TT=example.org=jane@relay.test", "jane@example.org");
	check("+", "SRS0+HHH=TT=example.org=jane+x@relay.test", "jane@example.org");
	check("+", "srs0-HHH=TT=example.org=ja=ne@relay.test", "ja=ne@example.org");
	check("+", "SRS1=HHH=first.test==HHH=TT=example.org=jane@second.test", "jane@example.org");
	check("+", "SRS0=HHH=TT=gmail.com=j.doe@relay.test", "jdoe@gmail.com");
	check("+", "SRS0=broken@relay.test", "srs0=broken@relay.test");
	check("+", "srs0@relay.test", "srs0@relay.test");
	check("+", "prvs=1234abcdef=jane@example.org", "jane@example.org");
	check("+", "prvs=jane@example.org", "prvs=jane@example.org");
	check("+", "news+jane=example.org@lists.test", "news@lists.test");
	check("+", "bounce-123-jane=example.org@lists.test", "bounce-123@lists.test");
	check("+", "a=b@example.org", "a=b@example.org");
}

static void test_what_is_no_mailbox(void **state)
{
	char long_local[400];

	(void)state;
	check("+", "", "");
	check("+", "<>", "");
	check("+", "jane", "");
	check("+", "@example.org", "");
	check("+", "jane@", "");
	memset(long_local, 'a', sizeof long_local);
	strcpy(long_local + sizeof long_local - 10, "@x.test");
	check("+", long_local, "");
	assert_true(str_equal(normalized_domain(STR("a@b@c.test")), STR("c.test")));
	assert_int_equal(normalized_domain(STR("nothing")).n, 0);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_case_and_quotes),        cmocka_unit_test(test_extensions),
	    cmocka_unit_test(test_dots_that_do_not_count), cmocka_unit_test(test_rewritten_senders),
	    cmocka_unit_test(test_what_is_no_mailbox),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
