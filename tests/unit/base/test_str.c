/* Slices of other people's bytes. */
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_comparing(void **state)
{
	(void)state;
	assert_true(str_equal(STR("abc"), str_of("abc")));
	assert_false(str_equal(STR("abc"), STR("abC")));
	assert_true(str_equal(str_of(NULL), STR("")));
	assert_true(str_equal_nocase(STR("Message-ID"), STR("message-id")));
	assert_false(str_equal_nocase(STR("K"), STR("\xe2\x84\xaa"))); /* the Kelvin sign is no K */
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_false(str_starts(STR("a"), STR("ab")));
	assert_true(str_starts_nocase(STR("ABC"), STR("ab")));
	assert_true(str_ends_nocase(STR("x.EXAMPLE"), STR(".example")));
	assert_false(str_ends_nocase(STR("e"), STR("example")));
}

static void test_slicing_stays_inside(void **state)
{
	struct str s = STR("hello");

	(void)state;
	assert_int_equal(str_sub(s, 2, 100).n, 3);
	assert_int_equal(str_sub(s, 9, 1).n, 0);
	assert_true(str_equal(str_sub(s, 1, 3), STR("ell")));
	assert_true(str_equal(str_trim(STR(" \t a b \r\n")), STR("a b")));
	assert_int_equal(str_trim(STR(" \r\n ")).n, 0);
}

static void test_finding(void **state)
{
	(void)state;
	assert_int_equal(str_find_byte(STR("abca"), 1, 'a'), 3);
	assert_int_equal(str_find_byte(STR("abc"), 9, 'a'), STR_NONE);
	assert_int_equal(str_find(STR("abcabc"), 1, STR("abc")), 3);
	assert_int_equal(str_find(STR("ab"), 0, STR("abc")), STR_NONE);
	assert_int_equal(str_find(STR("ab"), 2, STR("")), 2);
	assert_int_equal(str_find_nocase(STR("xxBY y"), 0, STR("by")), 2);
	assert_int_equal(str_find_nocase(STR("x"), 0, STR("xyz")), STR_NONE);
}

static void test_splitting(void **state)
{
	struct str rest = STR("a,,b"), item;

	(void)state;
	assert_true(str_split(&rest, ',', &item) && str_equal(item, STR("a")));
	assert_true(str_split(&rest, ',', &item) && item.n == 0);
	assert_true(str_split(&rest, ',', &item) && str_equal(item, STR("b")));
	assert_false(str_split(&rest, ',', &item));
}

static void test_domains(void **state)
{
	(void)state;
	assert_true(str_in_domain(STR("mail.LinkedIn.com"), STR("linkedin.com")));
	assert_true(str_in_domain(STR("linkedin.com"), STR("linkedin.com")));
	assert_false(str_in_domain(STR("notlinkedin.com"), STR("linkedin.com")));
	assert_false(str_in_domain(STR("linkedin.com.evil.test"), STR("linkedin.com")));
	assert_false(str_in_domain(STR("x"), STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_comparing), cmocka_unit_test(test_slicing_stays_inside),
	    cmocka_unit_test(test_finding),   cmocka_unit_test(test_splitting),
	    cmocka_unit_test(test_domains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
