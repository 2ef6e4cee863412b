/* A name is said once a day, and strangers cannot make it more. */
#include "app/once_a_day.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const int64_t noon = INT64_C(20000) * 86400 + 43200;

static void test_each_name_once_and_again_tomorrow(void **state)
{
	static struct once_a_day said = {.lock = PTHREAD_MUTEX_INITIALIZER};

	(void)state;
	assert_true(once_a_day(&said, STR("email_new_01"), noon));
	assert_false(once_a_day(&said, STR("email_new_01"), noon + 60));
	assert_true(once_a_day(&said, STR("email_new_02"), noon + 60));
	assert_true(once_a_day(&said, STR("email_new_01"), noon + 86400));
}

static void test_a_flood_of_names_ends(void **state)
{
	static struct once_a_day said = {.lock = PTHREAD_MUTEX_INITIALIZER};
	unsigned int count = 0;
	char name[200];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof name, "%0190d", i);
		count += once_a_day(&said, str_of(name), noon);
		snprintf(name, sizeof name, "name_%d", i);
		count += once_a_day(&said, str_of(name), noon);
	}
	assert_int_equal(count, ONCE_A_DAY_NAMES);
	assert_true(once_a_day(&said, STR("name_1"), noon + 86400));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_name_once_and_again_tomorrow),
	    cmocka_unit_test(test_a_flood_of_names_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
