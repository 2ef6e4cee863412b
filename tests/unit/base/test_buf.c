/* Bytes that grow, on the heap and in an arena. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void fill_and_check(struct arena *arena)
{
	struct buf buf = buf_make(arena);

	assert_int_equal(buf_str(&buf).n, 0);
	assert_non_null(buf_str(&buf).p);
	for (int i = 0; i < 1000; i++)
		buf_add_format(&buf, "%d,", i);
	assert_false(buf_failed(&buf));
	assert_int_equal(buf.n, 10 * 2 + 90 * 3 + 900 * 4);
	assert_memory_equal(buf.p, "0,1,2,3,", 8);
	assert_int_equal(buf.p[buf.n], '\0');
	buf_clear(&buf);
	buf_add_str(&buf, STR("x"));
	buf_add_byte(&buf, '\0');
	buf_add_text(&buf, "y");
	assert_int_equal(buf.n, 3);
	buf_free(&buf);
	assert_int_equal(buf.n, 0);
}

static void test_growing(void **state)
{
	struct arena *arena = arena_create(128);

	(void)state;
	fill_and_check(NULL);
	fill_and_check(arena);
	arena_destroy(arena);
}

static void test_a_failure_sticks(void **state)
{
	struct buf buf = buf_make(NULL);

	(void)state;
	buf_add_text(&buf, "kept");
	assert_false(buf_reserve(&buf, SIZE_MAX - 2));
	assert_true(buf_failed(&buf));
	buf_add_text(&buf, " more");
	assert_string_equal(buf_str(&buf).p, "kept");
	buf_free(&buf);
}

static void test_utf8(void **state)
{
	struct buf buf = buf_make(NULL);

	(void)state;
	buf_add_utf8(&buf, 'a');
	buf_add_utf8(&buf, 0xe9);
	buf_add_utf8(&buf, 0x20ac);
	buf_add_utf8(&buf, 0x1f600);
	buf_add_utf8(&buf, 0xd800);
	buf_add_utf8(&buf, 0x110000);
	assert_string_equal(buf_str(&buf).p, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd");
	buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_growing),
	    cmocka_unit_test(test_a_failure_sticks),
	    cmocka_unit_test(test_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
