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
	asks("abc[de]fgh", "abcdfgh|abcefgh@7-7 abc@3-3");
	asks("запрос", "запрос@12-12");
	/* What stands in every text is not worth looking for. */
	asks("x", "");
	asks("c++", "");
	asks("#", "#@1-1");
}

static void test_repeats(void **state)
{
	(void)state;
	asks("colou?rs", "colours|colors@6-7 colo@4-4");
	asks("abcd+efg", "abcd@4-4 efg@7-");
	asks("abcd\\S{1,3}efg", keys_of("abcd[^\\s]{1,3}efg", false)); /* braces behind \\S count it */
	asks("abcd{2,3}efg", "abcd@4-4 efg@8-9");
	asks("abc{0}efg", "efg@5-5 ab@2-2");
	asks("(?:abc)?def", "def@3-6");
	asks("(?:abc){2,3}def", "abc@3-3 def@9-12");
	asks("abc.*def", "abc@3-3 def@6-");
	asks("abc.{1,3}def", "abc@3-3 def@7-18");
	asks("é?abc", "abc@3-5");
	assert_string_equal(keys_of("\xc3\xa9?abc", true), "\xc3\xa9"
							   "abc|\xc3"
							   "abc@4-5");
	asks("a{b}c{1", "a{b}c{1@7-7");
}

static void test_alternatives_join_their_best(void **state)
{
	(void)state;
	asks("(?:sorry|apologies) you", "sorry you|apologies you@9-13 sorry>|apologies>@5-9");
	asks("(?:sorry|apologies).you", "sorry|apologies@5-9 you@9-16");
	asks("(?:sorry|) you", "<you@4-9");
	asks("one|two", "one|two@3-3");
	asks("one|.", "");
	asks("(one|two( three)?)+x(four)", "xfour@8- four@8- one|two@3-3");
}

static void test_borders(void **state)
{
	(void)state;
	asks("\\bfoo\\b", "<foo>@3-3");
	asks("foo\\b.bar", "foo>@3-3 bar@7-10");
	asks("^foo$", "<foo>@3-3");
	asks("foo bar", "foo bar@7-7");
	asks("[.]foo[!?.]", ".foo!|.foo?|.foo.@5-5 .foo>@4-4");
	asks("[^b]foo[^a]", "foo@4-7");
	asks("[.]?foo", "foo@3-4");
	asks("\\b(foo|bar)\\b", "<foo>|<bar>@3-3");
	asks("foo(?:s)?\\b", "foo@3-3 foos>|foo>@3-4");
	asks("foo(?: s)?\\b", "foo>@3-3 foo s>|foo>@3-5");
	asks("foo(?: s|)bar", "foo sbar|foobar@6-8 foo@3-3");
	asks("\\w+\\bfoo", "<foo@4-");
}

static void test_punctuation_between_does_not_matter(void **state)
{
	(void)state;
	asks("[,;]foo\\)", "<foo>@4-4");
	asks("[,a]foo", "foo@4-4");
	asks("[,]?foo", "foo@3-4");
	asks("\\b[\"']?foo", "<foo@3-4");
	asks("foo\\b,?bar", "foobar@6-7");
	asks("don't", "dont@5-5");
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
	assert_non_null(strstr(keys_of(phrase_pattern(&phrase, arena).p, false),
			       "<sorry to bothering you>|<sorry to bother you>|<sorry for bothering you>|"
			       "<sorry for bother you>|<sorry bothering you>|<sorry bother you>@16-32"));
	assert_int_equal(phrase_parse(STR("sorry ... bother"), arena, &phrase, &error), STATUS_OK);
	asks(phrase_pattern(&phrase, arena).p, "<sorry>@5-5 <bother>@12-519");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_literals),
	    cmocka_unit_test(test_repeats),
	    cmocka_unit_test(test_alternatives_join_their_best),
	    cmocka_unit_test(test_borders),
	    cmocka_unit_test(test_punctuation_between_does_not_matter),
	    cmocka_unit_test(test_what_is_not_understood_asks_for_nothing),
	    cmocka_unit_test(test_lookarounds_have_no_width),
	    cmocka_unit_test(test_phrases),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
