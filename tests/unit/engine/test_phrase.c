/* Phrases as people write them, against texts as people write them. */
#include "engine/pattern.h"
#include "engine/phrase.h"
#include "mail/fold.h"

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

/* What the phrase finds in the text, folded; NULL: nothing. */
static const char *find(const char *phrase_text, const char *text)
{
	struct phrase phrase;
	struct phrase_error error;
	struct pattern *pattern;
	struct pattern_error pattern_error;
	struct pattern_scratch *scratch = pattern_scratch_create();
	struct pattern_span span;
	struct str folded = fold_string(str_of(text), arena);
	const char *found = NULL;

	assert_non_null(scratch);
	if (phrase_parse(str_of(phrase_text), arena, &phrase, &error) != STATUS_OK)
		fail_msg("%s: %s", phrase_text, error.what);
	if (pattern_compile(phrase_pattern(&phrase, arena), 0, &pattern, &pattern_error) != STATUS_OK)
		fail_msg("%s: %s", phrase_text, pattern_error.text);
	if (pattern_find(pattern, (struct pattern_subject){folded, true}, 0, scratch, &span) == PATTERN_MATCH)
		found = arena_strndup(arena, folded.p + span.start, span.end - span.start);
	pattern_destroy(pattern);
	pattern_scratch_destroy(scratch);
	return found;
}

static void hits(const char *phrase, const char *text)
{
	if (!find(phrase, text))
		fail_msg("\"%s\" does not find \"%s\"", phrase, text);
}

static void misses(const char *phrase, const char *text)
{
	const char *found = find(phrase, text);

	if (found)
		fail_msg("\"%s\" finds \"%s\" in \"%s\"", phrase, found, text);
}

static void test_words_match_as_people_write_them(void **state)
{
	(void)state;
	hits("sorry to bother you", "So SORRY to bother  you, but");
	hits("désolé de vous déranger", "Desole de vous déranger !");
	hits("I don't know", "well, I don’t know");
	misses("sorry to bother you", "sorry to bother your cat");
	misses("call", "recall");
	misses("call", "calls");
	hits("call", "(call)");
	hits("100% free", "it is 100% free.");
	hits("$500", "for $500 a month");
}

static void test_optional_words_take_their_blank_along(void **state)
{
	(void)state;
	hits("a (very)? quick call", "a quick call");
	hits("a (very)? quick call", "a very quick call");
	misses("a (very)? quick call", "a rather quick call");
	hits("very? quick call", "quick call");
	hits("very? quick call", "very quick call");
	hits("a very? very? quick call", "a very very quick call");
	hits("a very? really? quick call", "a really quick call");
	assert_string_equal(find("quick call today?", "a quick call today"), "quick call today");
	hits("quick call today?", "a quick call tomorrow");
	hits("sorry (to|for)? bother", "sorry bother");
	hits("((very)? (much)?) thanks", "very much thanks");
	hits("((very)? (much)?) thanks", "much thanks");
	hits("thanks ((very)? (much)?) again", "thanks again");
	hits("thanks ((very)? (much)?) again", "thanks very much again");
	misses("thanks ((very)? (much)?) again", "thanks so much again");
}

static void test_groups_stand_free_or_attached(void **state)
{
	(void)state;
	hits("bother(ing)? you", "bothering you");
	hits("bother(ing)? you", "bother you");
	misses("bother(ing)? you", "bothered you");
	hits("sorry( to)? bother", "sorry bother");
	hits("sorry( to)? bother", "sorry to bother");
	hits("(very )?quick", "very quick");
	hits("(very )?quick", "quick");
	hits("sorry ( to | for ) bother", "sorry for bother");
	hits("(un)?solicited (e-|e)?mail", "Solicited e-mail");
	hits("(un)?solicited (e-|e)?mail", "unsolicited mail");
	hits("(a|b (c|d)) e", "b d e");
	misses("(un)?solicited", "resolicited");
}

static void test_gaps_hold_up_to_three_words(void **state)
{
	(void)state;
	hits("sorry ... bother", "sorry bother");
	hits("sorry ... bother", "sorry if I bother");
	hits("sorry…bother", "sorry, but if I bother");
	misses("sorry ... bother", "sorry one two three four bother");
	misses("sorry ... bother", "sorry about that. Do not bother");
	misses("sorry ... bother", "sorry! bother");
	hits("a ... b? c", "a x y c");
	hits("a ... b? c", "a x b c");
	hits("a b? ... c", "a b x c");
	hits("a b? ... c", "a x c");
}

static void test_punctuation_between_words(void **state)
{
	(void)state;
	hits("just say no", "just say \"no\"");
	hits("hello john", "Hello, John");
	hits("apology but", "my apology; but");
	misses("hello john", "hello. john");
	misses("hello john", "hello - john");
}

static void test_scripts_without_blanks_have_no_borders(void **state)
{
	(void)state;
	hits("ご連絡", "突然のご連絡失礼いたします。");
	misses("ご連絡", "こ連絡");
	hits("突然...失礼", "突然のご連絡失礼いたします");
	misses("突然...失礼", "突然です。失礼いたします");
	hits("seo", "弊社のSEO対策");
	misses("seo", "museo nacional");
	hits("안녕하세요", "고객님안녕하세요저는");
	hits("冒昧打扰", "您好，冒昧打扰一下");
	hits("สวัสดี", "ครับสวัสดีครับ");
	hits("(SEO|対策)サービス", "弊社のseoサービス");
	misses("(seo|abc)x", "museox");
}

static void test_borders_know_every_alphabet(void **state)
{
	(void)state;
	hits("собеседник", "Ваш собеседник!");
	misses("собеседник", "собеседников");
	misses("café", "cafés");
	hits("rahatsız ettiğim için", "Sizi RAHATSIZ ettiğim için özür dilerim");
	misses("é", "née");
}

static void test_syntax_characters_can_be_written(void **state)
{
	(void)state;
	hits("worth a chat\\?", "Worth a chat?");
	misses("worth a chat\\?", "worth a chat today");
	hits("\\(no kidding\\)", "well (no kidding) so");
	hits("a\\|b", "a|b");
	hits("いかがですか？", "ご都合はいかがですか？");
	misses("いかがですか？", "いかがですか。");
}

static void test_pattern_characters_mean_themselves(void **state)
{
	(void)state;
	hits("c++ [dev]", "a C++ [dev] wanted");
	misses("a.c", "abc");
	hits("{first_name}", "hi {First_Name},");
	hits("^^ *wow*", "so ^^ *wow* then");
	hits("#1 agency", "the #1 agency");
}

static void refused(const char *text, const char *reason)
{
	struct phrase phrase;
	struct phrase_error error = {0};

	assert_int_equal(phrase_parse(str_of(text), arena, &phrase, &error), STATUS_BAD_INPUT);
	if (!strstr(error.what, reason))
		fail_msg("\"%s\": \"%s\", not \"%s\"", text, error.what, reason);
}

static void test_what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	refused("", "empty");
	refused(" \xe3\x80\x80", "empty");
	refused("(a|b", "not closed");
	refused("a) b", "too many");
	refused("a ()", "nothing stands between");
	refused("? a", "no word");
	refused("a ? b", "no word");
	refused("a??", "no word");
	refused("... a", "beginning");
	refused("a ...", "end");
	refused("(a ...|b)", "end");
	refused("a? (b)?", "optional");
	refused("(a|)", "optional");
	refused("a \xe2\x80\x8b b", "nothing is left");
	refused("((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))", "deep");
}

static void test_question_mark_behind_the_last_word_is_odd(void **state)
{
	struct phrase phrase;
	struct phrase_error error;

	(void)state;
	assert_int_equal(phrase_parse(STR("worth a chat?"), arena, &phrase, &error), STATUS_OK);
	assert_true(phrase.odd_question_mark);
	assert_int_equal(phrase_parse(STR("worth a (quick)? chat"), arena, &phrase, &error), STATUS_OK);
	assert_false(phrase.odd_question_mark);
}

static void test_an_alternation_finds_what_each_phrase_finds(void **state)
{
	static const char *const texts[] = {"sorry to bother you", "ご連絡", "$5", "seoサービス"};
	struct phrase phrases[4];
	struct phrase_error error;
	struct pattern *pattern;
	struct pattern_error pattern_error;
	struct pattern_scratch *scratch = pattern_scratch_create();
	struct pattern_span span;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(phrase_parse(str_of(texts[i]), arena, &phrases[i], &error), STATUS_OK);
	assert_int_equal(pattern_compile(phrase_alternation(phrases, 4, arena), 0, &pattern, &pattern_error),
			 STATUS_OK);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
		    pattern_find(pattern, (struct pattern_subject){str_of(texts[i]), true}, 0, scratch, &span),
		    PATTERN_MATCH);
	assert_int_equal(
	    pattern_find(pattern, (struct pattern_subject){STR("not sorry, x$55"), true}, 0, scratch, &span),
	    PATTERN_NO_MATCH);
	pattern_destroy(pattern);
	pattern_scratch_destroy(scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words_match_as_people_write_them),
	    cmocka_unit_test(test_optional_words_take_their_blank_along),
	    cmocka_unit_test(test_groups_stand_free_or_attached),
	    cmocka_unit_test(test_gaps_hold_up_to_three_words),
	    cmocka_unit_test(test_punctuation_between_words),
	    cmocka_unit_test(test_scripts_without_blanks_have_no_borders),
	    cmocka_unit_test(test_borders_know_every_alphabet),
	    cmocka_unit_test(test_syntax_characters_can_be_written),
	    cmocka_unit_test(test_pattern_characters_mean_themselves),
	    cmocka_unit_test(test_what_makes_no_sense_is_refused),
	    cmocka_unit_test(test_question_mark_behind_the_last_word_is_odd),
	    cmocka_unit_test(test_an_alternation_finds_what_each_phrase_finds),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
