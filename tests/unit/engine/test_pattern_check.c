/* What an author of patterns is told before it goes wrong in the field. */
#include "base/buf.h"
#include "engine/pattern_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void note(void *context, enum severity severity, const char *what, const char *hint)
{
	buf_add_format(context, "%s: %s; %s\n", severity == SEVERITY_ERROR ? "error" : "warning", what, hint);
}

/* All findings as text. */
static struct str findings(const char *pattern, bool folded)
{
	static struct buf out;
	struct arena *arena = arena_create(0);

	assert_non_null(arena);
	buf_free(&out);
	pattern_check(str_of(pattern), folded, arena, note, &out);
	arena_destroy(arena);
	return buf_str(&out);
}

static void says(const char *pattern, const char *expected)
{
	struct str text = findings(pattern, true);

	if (str_find(text, 0, str_of(expected)) == STR_NONE)
		fail_msg("%s: \"%.*s\" lacks \"%s\"", pattern, STR_ARGS(text), expected);
}

static void is_silent(const char *pattern)
{
	struct str text = findings(pattern, true);

	if (text.n)
		fail_msg("%s: %.*s", pattern, STR_ARGS(text));
}

static void test_letters_that_folding_removes(void **state)
{
	(void)state;
	says("Hello", "error: the upper-case letter \"H\"");
	says("[A-Z]", "error: the upper-case letter");
	says("\\QHi\\E", "error: the upper-case letter \"H\"");
	says("caf\xc3\xa9", "warning: the character \"é\"");
	says("don\xe2\x80\x99t", "warning: the character");
	is_silent("\\bhello\\b [[:alpha:]]\\D\\W\\S\\B\\A\\Z \\p{Lu}\\P{Ll}\\x{41}\\x41");
	is_silent("(?<Name>a)\\k<Name>(?P>Name)(?&Name)(*COMMIT)b");
	is_silent("(?#Comment)a");
	is_silent("(?<!\\p{L})a(?:\\S)(?<=\\W)(?i)b(?i:c)(?'N'd)(?P<M>e)");
	says("(?:A)", "error: the upper-case letter \"A\"");
	says("(?=A)", "error: the upper-case letter \"A\"");
	assert_int_equal(findings("Hello", false).n, 0);
}

static void test_ascii_classes_beside_other_alphabets(void **state)
{
	(void)state;
	says("\\bсобеседник", "ASCII letters only");
	is_silent("\\bfor £\\d+");
	is_silent("собеседник");
}

static void test_repeats_that_cost_too_much(void **state)
{
	(void)state;
	says("x(a+)+", "error: an unbounded repeat");
	says("x(?:\\w*)*", "error: an unbounded repeat");
	says("x(?:\\w+\\s*)+", "warning: an unbounded repeat");
	says("x(?:\\w+,?)+", "warning: an unbounded repeat");
	is_silent("x(?:\\w+ )+");
	is_silent("x(?:, \\w+)*");
	says(".*sorry", "starts with an unbounded repeat");
	says("\\s+sorry", "starts with an unbounded repeat");
	says("[a-z]{2,}x", "starts with an unbounded repeat");
	says("(.*x)y", "starts with an unbounded repeat");
	says("a|.*b", "starts with an unbounded repeat");
	says("(?:a|\\w+)b", "starts with an unbounded repeat");
	says("x?.*y", "starts with an unbounded repeat");
	says("x{0,3}.*y", "starts with an unbounded repeat");
	says("(?:ab)+c", "starts with an unbounded repeat");
	is_silent("x{1,3}y*z");
	is_silent("(?:a|b)c*d");
	is_silent("(?:ab){1,5}c");
	is_silent("a|\\b\\w+b");
	is_silent("x(?>a+)+");
	is_silent("x(a++)+");
	is_silent("x(?:a+)?b");
	is_silent("\\b\\w+ sorry");
	is_silent("^.*sorry");
	is_silent("sorry( \\S+){0,3} you");
	is_silent("a{2,3}b{4}c{x}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_letters_that_folding_removes),
	    cmocka_unit_test(test_ascii_classes_beside_other_alphabets),
	    cmocka_unit_test(test_repeats_that_cost_too_much),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	findings("a", true);
	return failed;
}
