/* The index of templates: finds what is alike, forgets what is removed, stays right while it grows and shrinks. */
#include "memory/template_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 3000 };

static uint32_t random_state = 1;

static unsigned char next_byte(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return (unsigned char)(random_state >> 24);
}

static struct sketch random_sketch(void)
{
	struct sketch sketch = {.words = 60};

	for (size_t i = 0; i < SKETCH_VALUES; i++)
		sketch.value[i] = next_byte();
	return sketch;
}

/* About 60 % of the values stay, whole bands among them. */
static struct sketch variant(const struct sketch *of)
{
	struct sketch sketch = *of;

	for (size_t i = 0; i < SKETCH_VALUES; i++)
		if (next_byte() < 100)
			sketch.value[i] = next_byte();
	return sketch;
}

static void test_variants_are_found_among_many(void **state)
{
	struct template_index *index = template_index_create();
	struct sketch *sketches = calloc(MANY, sizeof *sketches);
	struct template_match matches[TEMPLATE_MATCHES_MAX];
	unsigned int found = 0;

	(void)state;
	assert_int_equal(template_index_find(index, &sketches[0], matches), 0);
	for (uint64_t i = 0; i < MANY; i++) {
		sketches[i] = random_sketch();
		assert_true(template_index_add(index, i + 1, &sketches[i]));
	}
	assert_int_equal(template_index_count(index), MANY);
	for (uint64_t i = 0; i < MANY; i++) {
		struct sketch other = variant(&sketches[i]);

		assert_int_equal(template_index_find(index, &sketches[i], matches), 1);
		assert_int_equal(matches[0].id, i + 1);
		found += template_index_find(index, &other, matches) == 1 && matches[0].id == i + 1;
	}
	assert_true(found > MANY * 99 / 100);
	/* Every second one goes, and comes again under another id. */
	for (uint64_t i = 0; i < MANY; i += 2)
		template_index_remove(index, i + 1, &sketches[i]);
	assert_int_equal(template_index_count(index), MANY / 2);
	for (uint64_t i = 0; i < MANY; i++)
		assert_int_equal(template_index_find(index, &sketches[i], matches), i % 2);
	for (uint64_t i = 0; i < MANY; i += 2)
		assert_true(template_index_add(index, i + 1 + MANY, &sketches[i]));
	for (uint64_t i = 0; i < MANY; i++) {
		assert_int_equal(template_index_find(index, &sketches[i], matches), 1);
		assert_int_equal(matches[0].id, i % 2 ? i + 1 : i + 1 + MANY);
	}
	template_index_clear(index);
	assert_int_equal(template_index_count(index), 0);
	assert_int_equal(template_index_find(index, &sketches[1], matches), 0);
	template_index_destroy(index);
	free(sketches);
}

static void test_the_most_similar_comes_first(void **state)
{
	struct template_index *index = template_index_create();
	struct template_match matches[TEMPLATE_MATCHES_MAX];
	struct sketch sketch = random_sketch();

	(void)state;
	for (uint64_t i = 1; i <= 9; i++) {
		struct sketch other = sketch;

		for (size_t k = 0; k < i * 8; k++)
			other.value[k] = (unsigned char)~other.value[k];
		assert_true(template_index_add(index, 10 - i, &other));
	}
	assert_int_equal(template_index_find(index, &sketch, matches), TEMPLATE_MATCHES_MAX);
	for (uint64_t i = 0; i < TEMPLATE_MATCHES_MAX; i++)
		assert_int_equal(matches[i].id, 9 - i);
	/* What is not there is removed without harm. */
	template_index_remove(index, 77, &sketch);
	assert_int_equal(template_index_count(index), 9);
	template_index_destroy(index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_variants_are_found_among_many),
	    cmocka_unit_test(test_the_most_similar_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
