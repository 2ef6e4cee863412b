/* What is old is erased by a clock that nobody has just set. */
#include "memory/steady_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { HOUR = 3600, DAY = 24 * HOUR };

static const int64_t start = 1800000000;

static void test_the_wall_clock_at_first(void **state)
{
	struct steady_clock clock = {0};

	(void)state;
	assert_int_equal(steady_clock_now(&clock, start, 100), start);
	assert_int_equal(steady_clock_now(&clock, start + 60, 160), start + 60);
}

/* A clock that is slowed, or set by a few seconds, is followed, however far it goes by and by. */
static void test_small_corrections_are_followed(void **state)
{
	struct steady_clock clock = {0};

	(void)state;
	for (int64_t i = 0; i < 100; i++)
		assert_int_equal(steady_clock_now(&clock, start + i * 500, 100 + i), start + i * 500);
}

static void test_a_step_and_back_erases_nothing(void **state)
{
	struct steady_clock clock = {0};
	const int64_t steps[] = {3650 * (int64_t)DAY, -3650 * (int64_t)DAY, HOUR, -start};

	(void)state;
	steady_clock_now(&clock, start, 100);
	for (int64_t i = 0; i < 4; i++) {
		for (int64_t seconds = 1; seconds < HOUR; seconds += 60) {
			int64_t monotonic = 100 + i * HOUR + seconds;

			assert_int_equal(steady_clock_now(&clock, start + i * HOUR + seconds + steps[i], monotonic),
					 start + i * HOUR + seconds);
		}
		assert_int_equal(steady_clock_now(&clock, start + (i + 1) * HOUR, 100 + (i + 1) * HOUR),
				 start + (i + 1) * HOUR);
	}
}

/* Two steps begin the hour anew. */
static void test_a_step_that_lasts_is_believed(void **state)
{
	struct steady_clock clock = {0};

	(void)state;
	steady_clock_now(&clock, start, 100);
	assert_int_equal(steady_clock_now(&clock, start + DAY + 1, 101), start + 1);
	assert_int_equal(steady_clock_now(&clock, start + 9 * DAY + HOUR, 100 + HOUR), start + HOUR);
	assert_int_equal(steady_clock_now(&clock, start + 9 * DAY + HOUR + 2, 102 + HOUR), start + HOUR + 2);
	assert_int_equal(steady_clock_now(&clock, start + 9 * DAY + 2 * HOUR, 100 + 2 * HOUR),
			 start + 9 * DAY + 2 * HOUR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_wall_clock_at_first),
	    cmocka_unit_test(test_small_corrections_are_followed),
	    cmocka_unit_test(test_a_step_and_back_erases_nothing),
	    cmocka_unit_test(test_a_step_that_lasts_is_believed),
	};

	return cmocka_run_group_tests_name("steady clock", tests, NULL, NULL);
}
