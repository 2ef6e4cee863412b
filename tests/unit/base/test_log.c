/* Nobody outside can forge or break a log line. */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void check(struct str in, const char *wanted)
{
	struct buf out = buf_make(NULL);

	log_escape(&out, in, 100);
	assert_string_equal(buf_str(&out).p, wanted);
	buf_free(&out);
}

static void test_ordinary_words_stay(void **state)
{
	(void)state;
	check(STR("sam@example.org"), "sam@example.org");
	check(STR("zo\xc3\xab@example.org"), "zo\xc3\xab@example.org");
	check(STR("\xe6\x97\xa5\xe6\x9c\xac"), "\xe6\x97\xa5\xe6\x9c\xac");
	check(STR(""), "");
}

static void test_what_could_break_a_line_is_escaped(void **state)
{
	(void)state;
	check(STR("a\r\nDEADBEEF: class=clean"), "a\\x0D\\x0ADEADBEEF:\\x20class\\x3Dclean");
	check(STR("a, action=accept"), "a\\x2C\\x20action\\x3Daccept");
	check(STR("a\0b"), "a\\x00b");
	check(STR("\x1b[31m"), "\\x1B[31m");
	check(STR("\\x41\""), "\\x5Cx41\\x22");
	check(STR("\xc2\x85"), "\\xC2\\x85");          /* C1: next line */
	check(STR("\xe2\x80\xa8"), "\\xE2\\x80\\xA8"); /* line separator */
	check(STR("\xe2\x80\xae"), "\\xE2\\x80\\xAE"); /* right-to-left override */
}

static void test_bytes_that_are_no_utf8_are_escaped(void **state)
{
	(void)state;
	check(STR("\xff\xfe"), "\\xFF\\xFE");
	check(STR("\xc0\x80"), "\\xC0\\x80");
	check(STR("\xed\xa0\x80"), "\\xED\\xA0\\x80");
	check(STR("\xe2\x82"), "\\xE2\\x82");
	check(STR("\xf4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80");
}

static void test_long_values_are_cut_visibly(void **state)
{
	struct buf out = buf_make(NULL);

	(void)state;
	log_escape(&out, STR("abcdefgh"), 4);
	assert_string_equal(buf_str(&out).p, "abcd...");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ordinary_words_stay),
	    cmocka_unit_test(test_what_could_break_a_line_is_escaped),
	    cmocka_unit_test(test_bytes_that_are_no_utf8_are_escaped),
	    cmocka_unit_test(test_long_values_are_cut_visibly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
