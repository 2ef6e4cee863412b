#include "mail/alternative.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>

static void expect(const char *first, const char *second, enum alternative expected)
{
	struct arena *arena = arena_create(0);

	assert_non_null(arena);
	if (alternative_compare(str_of(first), str_of(second), STR("Logo of Example Garden Tools Limited"), arena) !=
	    expected)
		fail_msg("wrong for:\n%s\nand:\n%s", first, second);
	arena_destroy(arena);
}

static void test_same(void **state)
{
	(void)state;
	expect("Hi Sam,\nhow are you?", "hi sam , How are you", ALTERNATIVE_SAME);
	expect("See our page <https://example.org/x?y=z> today", "See our page today", ALTERNATIVE_SAME);
	expect("[image: Logo]\nHi Sam", "Hi Sam", ALTERNATIVE_SAME);
	expect("Logo of Example Garden Tools Limited\nHi Sam, here is the list", "Hi Sam, here is the list",
	       ALTERNATIVE_SAME);
	expect("naïve café", "Naïve\xc2\xa0 café", ALTERNATIVE_SAME);
	expect("突然のご連絡失礼いたします", "突然のご連絡、失礼いたします。", ALTERNATIVE_SAME);
}

static void test_different(void **state)
{
	(void)state;
	expect("Hi Sam", "Buy our leads", ALTERNATIVE_DIFFERENT);
	expect("今日は会議があります", "弊社のサービスをご紹介します", ALTERNATIVE_DIFFERENT);
	expect("Hi Sam, here is the list", "Logo of Example Garden Tools Limited. Hi Sam, here is the list",
	       ALTERNATIVE_DIFFERENT);
	expect("word", "word and", ALTERNATIVE_DIFFERENT);
}

/* A pitch among many harmless words that both have is still a statement of its own. */
static void test_an_added_sentence_is_different(void **state)
{
	static const char common[] =
	    "The committee met on Tuesday and agreed that the garden should be open during the summer months. "
	    "Volunteers water the beds in turn, the list hangs beside the shed, and children may pick the berries "
	    "that grow along the southern fence as long as somebody who knows the plants goes with them. Please "
	    "return the tools, close the gate, and tell the treasurer when seeds or pots have to be bought again.";
	char pitched[1000];

	(void)state;
	snprintf(pitched, sizeof pitched,
		 "%s Our agency guarantees fifty qualified prospects monthly for your sales team.", common);
	expect(common, common, ALTERNATIVE_SAME);
	expect(common, pitched, ALTERNATIVE_DIFFERENT);
	expect(pitched, common, ALTERNATIVE_DIFFERENT);
}

static void test_empty(void **state)
{
	(void)state;
	expect("", "Hi Sam", ALTERNATIVE_FIRST_EMPTY);
	expect(" \n--\n", "Hi Sam", ALTERNATIVE_FIRST_EMPTY);
	expect("Hi Sam", "", ALTERNATIVE_SECOND_EMPTY);
	expect(
	    "https://x.example/1\nunsubscribe",
	    "Have you seen this? There is a minty oil that has helped thousands of adults to sleep well in only a few days",
	    ALTERNATIVE_FIRST_EMPTY);
	expect("Your mail client does not support HTML.", "Dear Sam, let me introduce our agency",
	       ALTERNATIVE_FIRST_EMPTY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same),
	    cmocka_unit_test(test_different),
	    cmocka_unit_test(test_an_added_sentence_is_different),
	    cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
