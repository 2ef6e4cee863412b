/* Memory that is freed as a whole. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_blocks_are_aligned_and_separate(void **state)
{
	struct arena *arena = arena_create(64);
	char *a, *b;

	(void)state;
	assert_non_null(arena);
	a = arena_alloc(arena, 3);
	b = arena_alloc(arena, 5);
	assert_int_equal((uintptr_t)a % _Alignof(max_align_t), 0);
	assert_int_equal((uintptr_t)b % _Alignof(max_align_t), 0);
	memset(a, 'a', 3);
	memset(b, 'b', 5);
	assert_int_equal(a[2], 'a');
	arena_destroy(arena);
}

static void test_a_block_may_be_larger_than_a_chunk(void **state)
{
	struct arena *arena = arena_create(64);
	char *large = arena_alloc(arena, 100000);

	(void)state;
	assert_non_null(large);
	memset(large, 1, 100000);
	assert_true(arena_used(arena) >= 100000);
	arena_reset(arena);
	assert_int_equal(arena_used(arena), 0);
	assert_non_null(arena_alloc(arena, 10));
	arena_destroy(arena);
}

static void test_absurd_sizes_fail_and_do_no_harm(void **state)
{
	struct arena *arena = arena_create(0);

	(void)state;
	assert_false(arena_failed(arena));
	assert_null(arena_alloc(arena, SIZE_MAX));
	assert_true(arena_failed(arena));
	assert_null(arena_alloc(arena, SIZE_MAX - 64));
	assert_null(arena_calloc(arena, SIZE_MAX / 2, 3));
	assert_null(arena_strndup(arena, "", SIZE_MAX));
	assert_string_equal(arena_strdup(arena, "still fine"), "still fine");
	/* Whoever asks at the end learns of it, until the arena is used for something else. */
	assert_true(arena_failed(arena));
	arena_reset(arena);
	assert_false(arena_failed(arena));
	arena_destroy(arena);
	arena_destroy(NULL);
}

static void test_copies_and_zeroes(void **state)
{
	struct arena *arena = arena_create(0);
	int *zeros = arena_calloc(arena, 10, sizeof *zeros);

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_int_equal(zeros[i], 0);
	assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(arena, NULL, 0), "");
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_blocks_are_aligned_and_separate),
	    cmocka_unit_test(test_a_block_may_be_larger_than_a_chunk),
	    cmocka_unit_test(test_absurd_sizes_fail_and_do_no_harm),
	    cmocka_unit_test(test_copies_and_zeroes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
