/* Field names are counted whatever their case and order, and however many there are. */
#include "milter/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void add(struct tally *tally, const char *name)
{
	assert_true(tally_add(tally, str_of(name)));
}

static void test_names_are_counted_without_case(void **state)
{
	struct arena *arena = arena_create(0);
	struct tally tally = tally_make(arena);
	const struct tally_entry *entries;
	size_t count;

	(void)state;
	add(&tally, "X-B");
	add(&tally, "X-A");
	add(&tally, "x-b");
	add(&tally, "X-AB");
	add(&tally, "x-a");
	add(&tally, "X-B");
	entries = tally_entries(&tally, &count);
	assert_int_equal(count, 3);
	assert_true(str_equal_nocase(entries[0].name, STR("X-A")));
	assert_int_equal(entries[0].count, 2);
	assert_true(str_equal_nocase(entries[1].name, STR("X-AB")));
	assert_int_equal(entries[1].count, 1);
	assert_true(str_equal_nocase(entries[2].name, STR("X-B")));
	assert_int_equal(entries[2].count, 3);
	arena_destroy(arena);
}

static void test_empty_and_added_later(void **state)
{
	struct arena *arena = arena_create(0);
	struct tally tally = tally_make(arena);
	size_t count;

	(void)state;
	tally_entries(&tally, &count);
	assert_int_equal(count, 0);
	add(&tally, "X-B");
	tally_entries(&tally, &count);
	add(&tally, "X-A");
	add(&tally, "X-B");
	assert_int_equal(tally_entries(&tally, &count)[1].count, 2);
	assert_int_equal(count, 2);
	arena_destroy(arena);
}

static void test_a_flood(void **state)
{
	struct arena *arena = arena_create(0);
	struct tally tally = tally_make(arena);
	const struct tally_entry *entries;
	char name[32];
	size_t count;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		snprintf(name, sizeof name, "X-%c%d", i % 2 ? 'a' : 'A', i % 5000 / 2);
		add(&tally, name);
	}
	entries = tally_entries(&tally, &count);
	assert_int_equal(count, 2500);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(entries[i].count, 40);
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names_are_counted_without_case),
	    cmocka_unit_test(test_empty_and_added_later),
	    cmocka_unit_test(test_a_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
