/* What a pattern asks of a text: never more than it needs. */
#include "base/buf.h"
#include "engine/pattern_keys.h"
#include "engine/phrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_create(0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

/* "<sorry>@5-5 bother@9-20": sets in their order of telling; < and > are borders. */
static const char *keys_of(const char *pattern, bool bytes)
{
	struct pattern_keys keys;
	struct buf out = buf_make(arena);

	assert_int_equal(pattern_keys_read(str_of(pattern), bytes, arena, &keys), STATUS_OK);
	for (size_t i = 0; i < keys.count; i++) {
		const struct key_set *set = &keys.sets[i];

		if (i)
			buf_add_byte(&out, ' ');
		for (size_t j = 0; j < set->count; j++)
			buf_add_format(&out, "%s%s%.*s%s", j ? "|" : "",
				       set->words[j].borders & KEY_BORDER_LEFT ? "<" : "", STR_ARGS(set->words[j].text),
				       set->words[j].borders & KEY_BORDER_RIGHT ? ">" : "");
		buf_add_format(&out, "@%u-", set->nearest);
		if (set->farthest < PATTERN_KEYS_UNBOUNDED)
			buf_add_format(&out, "%u", set->farthest);
	}
	return buf_failed(&out) ? NULL : buf_str(&out).p;
}

static void asks(const char *pattern, const char *expected)
{
	assert_string_equal(keys_of(pattern, false), expected);
}

static void test_literals(void **state)
{
	(void)state;
	asks("sorry", "sorry@5-5");
	asks("a\\.b\\?", "a.b?@4-4");
	asks("ab[cd]efg", "efg@6-6 ab@2-2");
	asks("x", "");
	asks("c++", "");
	asks("запрос", "запрос@12-12");
}

static void test_repeats(void **state)
{
	(void)state;
	asks("colou?rs", "colo@4-4 rs@6-7");
	asks("abc+de", "abc@3-3 de@5-");
	asks("ab{2,3}cd", "ab@2-2 cd@5-6");
	asks("ab{0}cd", "cd@3-3");
	asks("(?:ab)?cd", "cd@2-4");
	asks("(?:ab){2,3}cd", "ab@2-2 cd@6-8");
	asks("ab.*cd", "ab@2-2 cd@4-");
	asks("ab.{1,3}cd", "ab@2-2 cd@5-16");
	asks("é?ab", "ab@2-4");
	assert_string_equal(keys_of("\xc3\xa9?ab", true), "<ab@3-4");
	asks("a{b}c{1", "a{b}c{1@7-7");
}

static void test_alternatives_join_their_best(void **state)
{
	(void)state;
	asks("(?:sorry|apologies) you", "sorry>|apologies>@5-9  you@9-13");
	asks("(?:sorry|) you", " you@4-9");
	asks("one|two", "one|two@3-3");
	asks("one|.", "");
	asks("(one|two( three)?)+x(four)", "four@8- one|two@3-3");
}

static void test_borders(void **state)
{
	(void)state;
	asks("\\bfoo\\b", "<foo>@3-3");
	asks("foo\\b,?bar", "foo>@3-3 bar@6-7");
	asks("^foo$", "<foo>@3-3");
	asks("foo bar", "foo bar@7-7");
	asks("[,;]foo[.]", "<foo>@4-4");
	asks("[,a]foo[^a]", "foo@4-4");
	asks("[,]?foo", "foo@3-4");
	asks("\\b[\"']?foo", "<foo@3-4");
	asks("\\b(foo|bar)\\b", "<foo>|<bar>@3-3");
	asks("(foo|bar)s", "foo|bar@3-3");
	asks("foo(?:s)?\\b", "foo@3-3");
	asks("foo(?: s)?\\b", "foo>@3-3");
	asks("foo(?: s|t)?\\b", "foo@3-3");
	asks("foo(?: s|)bar", "foo@3-3 bar@6-8");
	asks("\\w+\\bfoo", "<foo@4-");
}

static void test_what_is_not_understood_asks_for_nothing(void **state)
{
	(void)state;
	asks("(?i)foo", "");
	asks("foo(?i:bar)", "");
	asks("foo(?1)", "");
	asks("(*COMMIT)foo", "");
	asks("(?(1)foo|bar)", "");
	asks("\\Qfoo\\E", "");
	asks("foo(?#x)", "");
}

static void test_lookarounds_have_no_width(void **state)
{
	(void)state;
	asks("foo(?=bar)baz", "foobaz@6-6");
	asks("(?<!no )foo", "foo@3-3");
	asks("(?<!no ){0}foo", "foo@3-3");
	asks("(?!" PHRASE_WORD_CHARACTER "){0}foo", "foo@3-3");
	asks("(?!foo|bar)bazz", "bazz@4-4");
}

static void test_phrases(void **state)
{
	struct phrase phrase;
	struct phrase_error error;

	(void)state;
	assert_int_equal(phrase_parse(STR("sorry (to|for)? bother(ing)? you"), arena, &phrase, &error), STATUS_OK);
	asks(phrase_pattern(&phrase, arena).p, "<bother@12-22 <sorry>@5-5 <you>@16-32");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_literals),
	    cmocka_unit_test(test_repeats),
	    cmocka_unit_test(test_alternatives_join_their_best),
	    cmocka_unit_test(test_borders),
	    cmocka_unit_test(test_what_is_not_understood_asks_for_nothing),
	    cmocka_unit_test(test_lookarounds_have_no_width),
	    cmocka_unit_test(test_phrases),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
