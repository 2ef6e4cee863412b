/* The alternatives of a pattern, where they can stand alone. */
#include "base/buf.h"
#include "engine/pattern_split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MAX = 4 };

/* "one / two"; "": it is left whole */
static const char *split(const char *pattern)
{
	static char text[200];
	struct str parts[MAX];
	struct buf out = buf_make(NULL);
	size_t count = pattern_split(str_of(pattern), parts, MAX);

	for (size_t i = 0; i < count; i++)
		buf_add_format(&out, "%s%.*s", i ? " / " : "", STR_ARGS(parts[i]));
	assert_true(out.n < sizeof text);
	memcpy(text, buf_str(&out).p, out.n);
	text[out.n] = '\0';
	buf_free(&out);
	return text;
}

static void test_alternatives(void **state)
{
	(void)state;
	assert_string_equal(split("one"), "one");
	assert_string_equal(split("one|two"), "one / two");
	assert_string_equal(split("\\bone\\b|two (or|and) three|(?<!a|b)x"),
			    "\\bone\\b / two (or|and) three / (?<!a|b)x");
	assert_string_equal(split("[|]|a\\|b|[^]|]"), "[|] / a\\|b / [^]|]");
	assert_string_equal(split("a|"), "a / ");
}

static void test_left_whole(void **state)
{
	static const char *const patterns[] = {
	    "(a)\\1|b",       "(?<n>a)|b",     "(?i)a|b", "(*UCP)a|b", "a|(?R)b",  "a|(?1)b",   "(?|a|b)|c",
	    "\\Qa|b\\E|c",    "a\\Kb|c",       "a|b)",    "[a|b",      "a|\\",     "a|b|c|d|e", "[[:alpha:]]|b",
	    "(?(?=a)a|b)|cc", "a|(?#comment)", "a\\c|b",  "[\\c]|]|b", "[\\E]|]|b"};

	(void)state;
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
		assert_string_equal(split(patterns[i]), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_alternatives), cmocka_unit_test(test_left_whole)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
