/* Sketches: fillings of one template are alike, different texts are not. How well: eval_templates. */
#include "memory/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct key key;

static const char first[] =
    "hi anna, i saw your talk in berlin on 12 may and wanted to ask whether acme is looking for help with "
    "its data pipelines this year. we have built more than 40 of them for firms of your size. could we "
    "talk for ten minutes next week? see www.builder.test or write to sam@builder.test";
static const char second[] =
    "hi boris maria, i saw your talk in lisbon on 3 june and wanted to ask whether globex is looking for "
    "help with its data pipelines this year. we have built more than 55 of them for firms of your size. "
    "could we talk for ten minutes next week? see https://builder.test/x or write to kim@builder.test";
static const char other[] =
    "hello anna, the parcel with your new glasses has arrived at our shop in the station. please come by with "
    "your receipt, monday to friday between nine and six, so that we can fit them to your face. if you "
    "cannot come before the end of the month, call us and we shall send them";

static bool sketch(const char *text, const char *name, uint64_t scope, struct sketch *ret_sketch)
{
	const struct str names[] = {str_of(name), STR("maria")};
	const struct template_text source = {str_of(text), names, 2, scope};

	return template_sketch(&key, &source, ret_sketch);
}

static void test_fillings_are_alike(void **state)
{
	struct sketch a, b, c;

	(void)state;
	assert_true(sketch(first, "anna", 0, &a) && sketch(second, "boris", 0, &b) && sketch(other, "anna", 0, &c));
	assert_true(sketch_similarity(&a, &b) > 0.6);
	assert_true(sketch_same_template(&a, &b));
	assert_true(sketch_similarity(&a, &c) < 0.1);
	assert_false(sketch_same_template(&a, &c));
	assert_true(sketch_similarity(&a, &a) == 1.0);
}

static void test_scopes_are_apart(void **state)
{
	struct sketch a, b;

	(void)state;
	assert_true(sketch(first, "anna", 0, &a) && sketch(first, "anna", 77, &b));
	assert_true(sketch_similarity(&a, &b) < 0.1);
}

static void test_numbers_names_and_links_do_not_count(void **state)
{
	struct sketch a, b;

	(void)state;
	assert_true(sketch(
	    "anna 1 http://a.test/x a@b.test one two three four five six seven eight nine ten eleven twelve "
	    "thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty and thirty and forty and fifty",
	    "anna", 0, &a));
	assert_true(
	    sketch("boris 22.5 www.elsewhere.test c.d@e.test one two three four five six seven eight nine ten eleven "
		   "twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty and thirty and forty "
		   "and fifty",
		   "boris", 0, &b));
	assert_true(sketch_similarity(&a, &b) == 1.0);
}

static void make_words(char *out, size_t size, unsigned int count)
{
	size_t n = 0;

	for (unsigned int i = 0; i < count; i++)
		n += (size_t)snprintf(out + n, size - n, "w%c%c ", 'a' + (int)(i % 26), 'a' + (int)(i / 26));
}

static void test_only_30_to_150_words_are_templates(void **state)
{
	char text[1000];
	struct sketch a;

	(void)state;
	make_words(text, sizeof text, 29);
	assert_false(sketch(text, "x", 0, &a));
	make_words(text, sizeof text, 30);
	assert_true(sketch(text, "x", 0, &a));
	assert_int_equal(a.words, 30);
	make_words(text, sizeof text, 150);
	assert_true(sketch(text, "x", 0, &a));
	make_words(text, sizeof text, 151);
	assert_false(sketch(text, "x", 0, &a));
	assert_false(sketch("", "x", 0, &a));
	assert_false(
	    sketch("- - - - ... !!! ()()( - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -", "x", 0, &a));
}

static void test_scripts_without_blanks(void **state)
{
	/* 36 letters, then twice as many: a word is worth two. */
	static const char japanese[] = "突然のご連絡失礼いたします株式会社の田中と申します御社の採用活動についてご提案";
	char text[600];
	struct sketch a, b;

	(void)state;
	assert_false(sketch(japanese, "x", 0, &a));
	snprintf(text, sizeof text, "%sがございまして弊社のサービスは多くの企業様にご利用いただいております", japanese);
	assert_true(sketch(text, "x", 0, &a));
	snprintf(text, sizeof text, "%sがございまして弊社の製品は多くの企業様にご利用いただいております", japanese);
	assert_true(sketch(text, "x", 0, &b));
	assert_true(sketch_same_template(&a, &b));
}

/* Stored sketches live on: the same text must give the same sketch in every version. */
static void test_sketches_never_change(void **state)
{
	uint32_t sum = 0;
	struct sketch a;

	(void)state;
	assert_true(sketch(first, "anna", 0, &a));
	for (size_t i = 0; i < SKETCH_VALUES; i++)
		sum = sum * 31 + a.value[i];
	assert_int_equal(sum, 0xc03a161c);
}

static int set_up(void **state)
{
	static const unsigned char secret[32] = "template";

	(void)state;
	key_derive(secret, &key);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fillings_are_alike),
	    cmocka_unit_test(test_scopes_are_apart),
	    cmocka_unit_test(test_numbers_names_and_links_do_not_count),
	    cmocka_unit_test(test_only_30_to_150_words_are_templates),
	    cmocka_unit_test(test_scripts_without_blanks),
	    cmocka_unit_test(test_sketches_never_change),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
