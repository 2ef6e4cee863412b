/* PCRE2 within limits: long texts, broken UTF-8, patterns that would run for hours. */
#include "base/clock.h"
#include "engine/pattern.h"
#include "mail/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct pattern_scratch *scratch;

static int setup(void **state)
{
	(void)state;
	scratch = pattern_scratch_create();
	return scratch ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pattern_scratch_destroy(scratch);
	return 0;
}

static struct pattern *compile(const char *text, unsigned int flags)
{
	struct pattern *pattern;
	struct pattern_error error;

	if (pattern_compile(str_of(text), flags, &pattern, &error) != STATUS_OK)
		fail_msg("%s: %s", text, error.text);
	return pattern;
}

/* As any bytes, and as the UTF-8 that it is, often enough for machine code to be made: the answers must be the same. */
static enum pattern_result search(const struct pattern *pattern, struct str text, size_t from,
				  struct pattern_span *span)
{
	struct pattern_subject subject = {.text = text};
	struct pattern_span again;
	enum pattern_result result = pattern_find(pattern, subject, from, scratch, span);

	subject.valid = utf8_valid(text);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(pattern_find(pattern, subject, from, scratch, &again), result);
		if (result == PATTERN_MATCH)
			assert_memory_equal(&again, span, sizeof again);
	}
	return result;
}

static enum pattern_result find(const char *text, unsigned int flags, struct str subject, struct pattern_span *span)
{
	struct pattern *pattern = compile(text, flags);
	enum pattern_result result = search(pattern, subject, 0, span);

	pattern_destroy(pattern);
	return result;
}

static void test_offsets_are_those_of_the_match(void **state)
{
	struct pattern_span span;

	(void)state;
	assert_int_equal(find("b+", 0, STR("aabbc"), &span), PATTERN_MATCH);
	assert_int_equal(span.start, 2);
	assert_int_equal(span.end, 4);
	assert_int_equal(find("b+", 0, STR(""), &span), PATTERN_NO_MATCH);
}

static void test_characters_and_bytes(void **state)
{
	struct pattern_span span;

	(void)state;
	assert_int_equal(find("^.$", 0, STR("\xc3\xa9"), &span), PATTERN_MATCH);
	assert_int_equal(find("^.$", PATTERN_BYTES, STR("\xc3\xa9"), &span), PATTERN_NO_MATCH);
	assert_int_equal(find("\\xff", PATTERN_BYTES, STR("a\xff"), &span), PATTERN_MATCH);
}

static void test_broken_utf8_hides_nothing_behind_it(void **state)
{
	struct pattern_span span;

	(void)state;
	assert_int_equal(find("bother", 0, STR("\xff\xc3 sorry to \xed\xa0\x80 bother"), &span), PATTERN_MATCH);
}

static void test_negated_escapes_know_all_characters(void **state)
{
	static const char *const patterns[] = {"\\S.bc", "\\Wabc",  "\\Dabc",     "[^x]abc",
					       ".abc",   "\\S+abc", "\\W{1,2}abc"};
	static const char *const texts[] = {"c,Abb cc\xd1\x8f"
					    "abcaa",
					    "xx \xd1\x8f"
					    "abc",
					    "- \xe9\x80\xa3"
					    "abc"};
	struct pattern_span span;

	(void)state;
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
		for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
			if (find(patterns[i], 0, str_of(texts[j]), &span) != PATTERN_MATCH)
				fail_msg("%s does not find %s", patterns[i], texts[j]);
}

static void test_starts_between_two_places(void **state)
{
	const struct pattern_subject text = {STR("\xd1\x8f call \xd1\x8f call"), true};
	struct pattern *pattern = compile("\\S call", 0);
	struct pattern_span span;

	(void)state;
	/* From inside a character: the next one is where it begins. */
	assert_int_equal(pattern_find(pattern, text, 1, scratch, &span), PATTERN_MATCH);
	assert_int_equal(span.start, 8);
	assert_int_equal(pattern_find_between(pattern, text, 1, 8, scratch, &span), PATTERN_MATCH);
	assert_int_equal(span.start, 8);
	assert_int_equal(pattern_find_between(pattern, text, 1, 7, scratch, &span), PATTERN_NO_MATCH);
	assert_int_equal(pattern_find_between(pattern, text, 0, 0, scratch, &span), PATTERN_MATCH);
	assert_int_equal(pattern_find_between(pattern, text, 9, 99, scratch, &span), PATTERN_NO_MATCH);
	pattern_destroy(pattern);
}

static void test_lines(void **state)
{
	struct pattern_span span;

	(void)state;
	assert_int_equal(find("^b$", PATTERN_LINES, STR("a\nb\nc"), &span), PATTERN_MATCH);
	assert_int_equal(find("^b$", 0, STR("a\nb\nc"), &span), PATTERN_NO_MATCH);
}

static void test_bad_patterns_say_where(void **state)
{
	struct pattern *pattern;
	struct pattern_error error;

	(void)state;
	assert_int_equal(pattern_compile(STR("ab(c"), 0, &pattern, &error), STATUS_BAD_INPUT);
	assert_int_equal(error.offset, 4);
	assert_non_null(strstr(error.text, "parenthes"));
	assert_int_equal(pattern_compile(STR("a\\C"), 0, &pattern, &error), STATUS_BAD_INPUT);
	assert_null(pattern);
}

static void test_patterns_that_match_nothing_are_known(void **state)
{
	struct pattern *empty = compile("a*", 0);
	struct pattern *full = compile("a+", 0);

	(void)state;
	assert_true(pattern_matches_empty(empty));
	assert_false(pattern_matches_empty(full));
	pattern_destroy(empty);
	pattern_destroy(full);
}

static void test_exponential_patterns_give_up(void **state)
{
	int64_t start = clock_monotonic_ns();
	struct pattern_span span;

	(void)state;
	assert_int_equal(find("(a+)+$", 0, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"), &span), PATTERN_GAVE_UP);
	assert_true(clock_monotonic_ns() - start < INT64_C(2000000000));
}

/* What patterns may cost, whatever they are: PCRE2's limits hold for each start alone. */
static void test_limits_of_a_search(void **state)
{
	static const char *const patterns[] = {
	    "b[a-z]+[a-z]+[a-z]+[0-9]",  /* steps */
	    "^b(?:(((a))|((b))))*[0-9]", /* depth, and memory: a frame for each round */
	    "^b(a(?1)?b?)*[0-9]"         /* recursion */
	};
	char text[4000];
	struct pattern_span span;

	(void)state;
	memset(text, 'a', sizeof text);
	text[0] = 'b';
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		struct pattern *pattern = compile(patterns[i], 0);
		struct pattern_subject subject = {{text, i ? sizeof text : 600}, false};

		assert_int_equal(pattern_find(pattern, subject, 0, scratch, &span), PATTERN_GAVE_UP);
		pattern_destroy(pattern);
	}
}

/* A search whose every start is dear, and within PCRE2's limits: hours without a budget. */
static void test_budget_ends_a_search(void **state)
{
	const size_t size = 1024 * 1024;
	char *text = malloc(size);
	struct pattern *pattern = compile("[a-z]+[a-z]+[0-9]", 0);
	struct pattern *plain = compile("zz", 0);
	struct pattern_span span;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', size);
	for (int valid = 0; valid <= 1; valid++) {
		struct pattern_subject subject = {{text, size}, valid};
		int64_t start = clock_thread_cpu_ns();

		pattern_scratch_set_budget(scratch, 20 * INT64_C(1000000));
		assert_false(pattern_scratch_is_spent(scratch, clock_monotonic_ns()));
		assert_int_equal(pattern_find(pattern, subject, 0, scratch, &span), PATTERN_GAVE_UP);
		assert_true(pattern_scratch_is_spent(scratch, clock_monotonic_ns()));
		assert_true(clock_thread_cpu_ns() - start < INT64_C(2000000000));
	}
	pattern_scratch_set_budget(scratch, 20 * INT64_C(1000000));
	assert_int_equal(pattern_find(plain, (struct pattern_subject){{text, size}, true}, 0, scratch, &span),
			 PATTERN_NO_MATCH);
	pattern_destroy(pattern);
	pattern_destroy(plain);
	free(text);
	teardown(NULL);
	setup(NULL);
}

/* What is put around a pattern for the budget's sake changes nothing about it. */
static void test_watched_patterns_mean_the_same(void **state)
{
	static const struct {
		const char *pattern, *text;
		size_t start, end;
	} cases[] = {
	    {"a+|b+", "xxbb", 2, 4},      {"^a+$", "aa", 0, 2},
	    {"\\Qa+b", "xa+b", 1, 4},     {"(?x) a+ # comment", "caa", 1, 3},
	    {"(*COMMIT)b+", "abb", 1, 3}, {"(a)+\\1", "aaa", 0, 3},
	    {"(?i)A{2}", "xAa", 1, 3},    {"x(?R)?y+", "xxyy", 1, 4},
	};
	struct pattern_span span;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum pattern_result result = find(cases[i].pattern, 0, str_of(cases[i].text), &span);

		if (cases[i].end ? result != PATTERN_MATCH || span.start != cases[i].start || span.end != cases[i].end
				 : result != PATTERN_NO_MATCH)
			fail_msg("%s in %s: %d, %zu to %zu", cases[i].pattern, cases[i].text, result, span.start,
				 span.end);
	}
}

static char *filled(size_t size)
{
	char *text = malloc(size + 1);

	assert_non_null(text);
	for (size_t i = 0; i < size; i++)
		text[i] = i % 7 == 6 ? ' ' : 'x';
	text[size] = '\0';
	return text;
}

static void test_long_texts_are_searched_to_their_end(void **state)
{
	const size_t size = 300 * 1024;
	char *text = filled(size);
	struct pattern_span span;

	(void)state;
	/* At every place around the first joint of two blocks, and at the very end. */
	for (size_t at = 14 * 1024; at < 17 * 1024; at += 13) {
		memcpy(text + at, " sorry to bother ", 17);
		assert_int_equal(find("sorry to bother", 0, (struct str){text, size}, &span), PATTERN_MATCH);
		assert_int_equal(span.start, at + 1);
		assert_int_equal(span.end, at + 16);
		memset(text + at, 'x', 17);
	}
	memcpy(text + size - 5, "final", 5);
	assert_int_equal(find("final$", 0, (struct str){text, size}, &span), PATTERN_MATCH);
	assert_int_equal(find("\\Axxx", 0, (struct str){text, size}, &span), PATTERN_MATCH);
	assert_int_equal(span.start, 0);
	assert_int_equal(find("x$", 0, (struct str){text, size}, &span), PATTERN_NO_MATCH);
	free(text);
}

static void test_blocks_are_cut_between_characters(void **state)
{
	const size_t size = 120 * 1024;
	char *text = malloc(size + 1);
	struct pattern_span span;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < size; i += 3)
		memcpy(text + i, "\xe3\x81\x94", 3);
	memcpy(text + size - 6, "\xe9\x80\xa3\xe7\xb5\xa1", 6);
	assert_int_equal(find("連絡", 0, (struct str){text, size}, &span), PATTERN_MATCH);
	assert_int_equal(span.start, size - 6);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_offsets_are_those_of_the_match),
	    cmocka_unit_test(test_characters_and_bytes),
	    cmocka_unit_test(test_broken_utf8_hides_nothing_behind_it),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_bad_patterns_say_where),
	    cmocka_unit_test(test_patterns_that_match_nothing_are_known),
	    cmocka_unit_test(test_exponential_patterns_give_up),
	    cmocka_unit_test(test_limits_of_a_search),
	    cmocka_unit_test(test_budget_ends_a_search),
	    cmocka_unit_test(test_watched_patterns_mean_the_same),
	    cmocka_unit_test(test_long_texts_are_searched_to_their_end),
	    cmocka_unit_test(test_blocks_are_cut_between_characters),
	    cmocka_unit_test(test_starts_between_two_places),
	    cmocka_unit_test(test_negated_escapes_know_all_characters),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
