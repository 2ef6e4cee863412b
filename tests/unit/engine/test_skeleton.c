/* Texts without the punctuation that people set or leave out, and the way back. */
#include "engine/skeleton.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_every_byte_that_is_kept_knows_its_place(void **state)
{
	const struct str text = STR("\"Hi,\" she said (don't; ask): no.");
	struct skeleton skeleton = {0};

	(void)state;
	assert_true(skeleton_make(&skeleton, text));
	assert_int_equal(skeleton.text.n, strlen("Hi she said dont ask no."));
	assert_memory_equal(skeleton.text.p, "Hi she said dont ask no.", skeleton.text.n);
	for (size_t i = 0; i < skeleton.text.n; i++)
		assert_int_equal(text.p[skeleton.origins[i]], skeleton.text.p[i]);
	assert_int_equal(skeleton.origins[0], 1);
	skeleton_free(&skeleton);
}

/* "dont" is one word here and two in the original. */
static void test_words_start_where_they_do_in_the_original(void **state)
{
	static const uint32_t starts[] = {0, 3, 8, 11};
	struct skeleton skeleton = {0};

	(void)state;
	assert_true(skeleton_make(&skeleton, STR("'Hi'.she\xc3\xa9" /* no ASCII letter */ "don't")));
	assert_int_equal(skeleton.text.n, strlen("Hi.she..dont"));
	assert_int_equal(skeleton.start_count, 4);
	assert_memory_equal(skeleton.starts, starts, sizeof starts);
	skeleton_free(&skeleton);
}

static void test_one_text_after_another(void **state)
{
	struct skeleton skeleton = {0};

	(void)state;
	assert_true(skeleton_make(&skeleton, STR("")));
	assert_int_equal(skeleton.text.n, 0);
	assert_true(skeleton_make(&skeleton, STR(",;:\"'()")));
	assert_int_equal(skeleton.text.n, 0);
	assert_true(skeleton_make(&skeleton, STR("plain")));
	assert_int_equal(skeleton.origins[4], 4);
	skeleton_free(&skeleton);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_byte_that_is_kept_knows_its_place),
	    cmocka_unit_test(test_words_start_where_they_do_in_the_original),
	    cmocka_unit_test(test_one_text_after_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
