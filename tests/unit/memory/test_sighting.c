/* Sightings: different recipients, senders and domains within a window. */
#include "memory/sighting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_different_ones_are_counted(void **state)
{
	struct sightings sightings = {.count = 0};
	struct sighting_counts counts;

	(void)state;
	assert_true(sightings_add(&sightings, &(struct sighting){1, 10, 100, 1000}));
	assert_true(sightings_add(&sightings, &(struct sighting){2, 10, 100, 2000}));
	assert_true(sightings_add(&sightings, &(struct sighting){2, 11, 100, 3000}));
	assert_false(sightings_add(&sightings, &(struct sighting){2, 11, 100, 3000}));
	assert_true(sightings_add(&sightings, &(struct sighting){2, 11, 100, 3001}));
	assert_int_equal(sightings.count, 3);
	counts = sightings_count(&sightings, 0);
	assert_int_equal(counts.recipients, 2);
	assert_int_equal(counts.senders, 2);
	assert_int_equal(counts.domains, 1);
	counts = sightings_count(&sightings, 2000);
	assert_int_equal(counts.recipients, 1);
	assert_int_equal(sightings_newest(&sightings), 3001);
	assert_true(sightings_forget(&sightings, 11));
	assert_false(sightings_forget(&sightings, 11));
	assert_true(sightings_forget(&sightings, 1));
	assert_int_equal(sightings.count, 1);
}

static void test_the_oldest_gives_way(void **state)
{
	struct sightings sightings = {.count = 0};

	(void)state;
	for (uint32_t i = 0; i < SIGHTINGS_MAX; i++)
		assert_true(sightings_add(&sightings, &(struct sighting){i, i, i, 1000 - i}));
	assert_false(sightings_add(&sightings, &(struct sighting){999, 999, 999, 1}));
	assert_true(sightings_add(&sightings, &(struct sighting){999, 999, 999, 2000}));
	assert_int_equal(sightings_count(&sightings, 0).recipients, SIGHTINGS_MAX);
	assert_int_equal(sightings_count(&sightings, 2000).recipients, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_different_ones_are_counted),
	    cmocka_unit_test(test_the_oldest_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
