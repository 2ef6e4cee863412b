/* Aliases in virtual(5) form: one mailbox by another name, but no lists. */
#include "memory/alias.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void check(const struct alias_map *map, const char *mailbox, const char *expected)
{
	struct arena *arena = arena_create(0);
	struct str found = alias_map_follow(map, str_of(mailbox), arena);

	if (!str_equal(found, str_of(expected)))
		fail_msg("%s gave %.*s", mailbox, STR_ARGS(found));
	arena_destroy(arena);
}

static void test_aliases_are_followed(void **state)
{
	static const char text[] = "# ours\n"
				   "Jane.Doe@Ours.test\tjane@ours.test\n"
				   "jd@ours.test jane.doe@ours.test # by way of another\n"
				   "sales@ours.test: jane@ours.test, jo@ours.test\n"
				   "two@ours.test jane@ours.test jo@ours.test\n"
				   "@old.test @ours.test\n"
				   "catch@ours.test @ours.test\n"
				   "ring@ours.test gnir@ours.test\n"
				   "gnir@ours.test ring@ours.test\n"
				   "nothing\n\n";
	char path[] = "/tmp/alias-test-XXXXXX";
	struct error_list errors = error_list_make();
	struct alias_map *map;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(alias_map_read(path, &errors, &map), STATUS_OK);
	unlink(path);
	assert_int_equal(alias_map_count(map), 5);
	check(map, "jane.doe@ours.test", "jane@ours.test");
	check(map, "jd@ours.test", "jane@ours.test");
	check(map, "jd@old.test", "jane@ours.test");
	check(map, "sales@ours.test", "sales@ours.test");
	check(map, "two@ours.test", "two@ours.test");
	check(map, "catch@ours.test", "catch@ours.test");
	check(map, "else@far.test", "else@far.test");
	/* A ring ends somewhere. */
	check(map, "ring@ours.test", "gnir@ours.test");
	alias_map_destroy(map);
	check(NULL, "a@b.test", "a@b.test");
	assert_int_equal(alias_map_read("/nowhere/aliases", &errors, &map), STATUS_NOT_FOUND);
	error_list_free(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_aliases_are_followed)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
