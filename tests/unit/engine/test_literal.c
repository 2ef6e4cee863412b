/* Literals in texts: libhs and the trie give the same answers, and nothing is believed that was not written so. */
#include "engine/literal.h"
#include "engine/literal_hs.h"
#include "engine/literal_trie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct literal words[] = {
    {STR_INIT("a"), 0, false},      {STR_INIT("ab"), 1, false},
    {STR_INIT("abc"), 2, false},    {STR_INIT("b"), 3, false},
    {STR_INIT("bother"), 4, false}, {STR_INIT("her"), 5, false},
    {STR_INIT("other"), 6, false},  {STR_INIT("\xd0\xb7\xd0\xb0"), 7, false},
};
static const struct literal start_words[] = {
    {STR_INIT("b"), 10, false},     {STR_INIT("bo"), 11, true},  {STR_INIT("both"), 12, true},
    {STR_INIT("bother"), 13, true}, {STR_INIT("her"), 14, true},
};
enum {
	WORDS = sizeof words / sizeof words[0],
	START_WORDS = sizeof start_words / sizeof start_words[0],
	FOUND_MAX = 64
};

/* What was written, for as long as it is used. */
struct prepared {
	struct buf tables;
	struct buf database;
	struct literal_matcher *matcher;
};

struct findings {
	struct {
		size_t word;
		size_t end;
	} items[FOUND_MAX];
	size_t count;
	size_t stop_after;
};

static bool note(void *context, size_t word, size_t end)
{
	struct findings *findings = context;

	assert_true(findings->count < FOUND_MAX);
	findings->items[findings->count].word = word;
	findings->items[findings->count++].end = end;
	return findings->count != findings->stop_after;
}

static int by_place(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(size_t) * 2);
}

static struct findings scan(const struct literal_matcher *matcher, const char *text)
{
	static const uint32_t starts[] = {0, 4};
	const struct literal_text literal_text = {str_of(text), starts, *text ? 2 : 0};
	struct literal_scratch *scratch = NULL;
	struct findings findings = {.count = 0};

	assert_true(literal_scratch_grow(&scratch, matcher));
	assert_true(literal_scan(matcher, &literal_text, scratch, note, &findings));
	literal_scratch_destroy(scratch);
	qsort(findings.items, findings.count, sizeof findings.items[0], by_place);
	return findings;
}

static struct prepared prepare(const struct literal *from, size_t count)
{
	struct prepared prepared = {.tables = buf_make(NULL), .database = buf_make(NULL)};
	struct packed packed;

	assert_int_equal(literal_matcher_write(from, count, &prepared.tables, &prepared.database), STATUS_OK);
	packed = packed_open(buf_str(&prepared.tables));
	assert_int_equal(literal_matcher_open(&packed, buf_str(&prepared.database), &prepared.matcher), STATUS_OK);
	return prepared;
}

static void discard(struct prepared *prepared)
{
	literal_matcher_destroy(prepared->matcher);
	buf_free(&prepared->tables);
	buf_free(&prepared->database);
}

static struct findings scan_trie(const char *text)
{
	struct buf tables = buf_make(NULL);
	struct literal_trie *trie;
	struct packed packed;
	struct findings findings = {.count = 0};

	assert_int_equal(literal_trie_write(words, WORDS, &tables), STATUS_OK);
	packed = packed_open(buf_str(&tables));
	assert_int_equal(literal_trie_open(&packed, &trie), STATUS_OK);
	for (size_t i = 0; text[i]; i++)
		assert_true(literal_trie_walk(trie, str_of(text), i, note, &findings));
	literal_trie_destroy(trie);
	buf_free(&tables);
	qsort(findings.items, findings.count, sizeof findings.items[0], by_place);
	return findings;
}

static void test_every_occurrence_is_found(void **state)
{
	static const char *const texts[] = {"", "bother", "abcab", "mother and brother \xd0\xb7\xd0\xb0 \xd0", "xyz"};
	static const size_t expected[] = {0, 4, 7, 7, 0};
	struct prepared prepared;

	(void)state;
	prepared = prepare(words, WORDS);
	for (size_t i = 0; i < 5; i++) {
		struct findings found = scan(prepared.matcher, texts[i]);
		struct findings again = scan_trie(texts[i]);

		assert_int_equal(found.count, expected[i]);
		assert_int_equal(again.count, expected[i]);
		assert_memory_equal(found.items, again.items, found.count * sizeof found.items[0]);
	}
	discard(&prepared);
}

/* Starts are told to be at 0 and 4. */
static void test_some_words_are_found_at_starts_alone(void **state)
{
	struct prepared prepared;

	(void)state;
	prepared = prepare(start_words, START_WORDS);
	assert_int_equal(scan(prepared.matcher, "bother").count, 4);     /* b, bo, both, bother */
	assert_int_equal(scan(prepared.matcher, "bot bother").count, 6); /* b twice, bo twice, both, bother */
	assert_int_equal(scan(prepared.matcher, "both her").count, 3);   /* b, bo, both: her is not at 4 */
	assert_int_equal(scan(prepared.matcher, "bobbothe").count, 4);   /* b three times, bo */
	discard(&prepared);
}

static void test_a_scan_can_be_stopped(void **state)
{
	struct prepared prepared;
	struct literal_scratch *scratch = NULL;
	struct findings findings = {.stop_after = 2};
	const struct literal_text text = {STR("abcabc"), NULL, 0};

	(void)state;
	prepared = prepare(words, WORDS);
	assert_true(literal_scratch_grow(&scratch, prepared.matcher));
	assert_false(literal_scan(prepared.matcher, &text, scratch, note, &findings));
	assert_int_equal(findings.count, 2);
	literal_scratch_destroy(scratch);
	discard(&prepared);
}

static void test_no_words_are_found_nowhere(void **state)
{
	struct prepared prepared;

	(void)state;
	prepared = prepare(words, 0);
	assert_int_equal(scan(prepared.matcher, "bother").count, 0);
	discard(&prepared);
}

/* However short it is cut, nothing is opened and nothing is read behind its end. */
static void test_what_was_cut_is_not_opened(void **state)
{
	struct buf tables = buf_make(NULL), database = buf_make(NULL);
	struct literal_matcher *matcher;

	(void)state;
	assert_int_equal(literal_matcher_write(words, WORDS, &tables, &database), STATUS_OK);
	for (size_t n = 0; n < tables.n; n++) {
		char *cut = malloc(n + 1);
		struct packed packed;

		assert_non_null(cut);
		memcpy(cut, tables.p, n);
		packed = packed_open((struct str){cut, n});
		assert_int_equal(literal_matcher_open(&packed, buf_str(&database), &matcher), STATUS_BAD_INPUT);
		assert_null(matcher);
		free(cut);
	}
	buf_free(&tables);
	buf_free(&database);
}

static void test_a_spoilt_database_is_not_opened(void **state)
{
	struct buf tables = buf_make(NULL), database = buf_make(NULL);
	struct literal_matcher *matcher;
	struct packed packed;

	(void)state;
	assert_int_equal(literal_matcher_write(words, WORDS, &tables, &database), STATUS_OK);
	if (!database.n) {
		buf_free(&tables);
		skip();
	}
	database.p[database.n / 2] ^= 1;
	packed = packed_open(buf_str(&tables));
	assert_int_equal(literal_matcher_open(&packed, buf_str(&database), &matcher), STATUS_BAD_INPUT);
	assert_null(matcher);
	buf_free(&tables);
	buf_free(&database);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_occurrence_is_found),
	    cmocka_unit_test(test_some_words_are_found_at_starts_alone),
	    cmocka_unit_test(test_a_scan_can_be_stopped),
	    cmocka_unit_test(test_no_words_are_found_nowhere),
	    cmocka_unit_test(test_what_was_cut_is_not_opened),
	    cmocka_unit_test(test_a_spoilt_database_is_not_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
