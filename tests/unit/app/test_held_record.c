/* What is held is noted, and the record of a daemon that runs for years does not grow for ever. */
#include "app/held_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { LINE_BYTES = 20000, LINES = 200, BYTES_MAX = 1024 * 1024 + 2 * LINE_BYTES };

static void test_it_rotates(void **state)
{
	char directory[] = "/tmp/held-record-XXXXXX", path[64], old[64];
	char *line = calloc(1, LINE_BYTES);
	struct stat info;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/held", directory);
	snprintf(old, sizeof old, "%s/held.old", directory);
	memset(line, 'x', LINE_BYTES - 1);
	held_record_open(directory);
	for (int i = 0; i < LINES; i++)
		held_record_add(str_of(line));
	assert_int_equal(stat(path, &info), 0);
	assert_in_range(info.st_size, LINE_BYTES, BYTES_MAX);
	assert_int_equal(stat(old, &info), 0);
	assert_in_range(info.st_size, 1024 * 1024, BYTES_MAX);
	unlink(path);
	unlink(old);
	rmdir(directory);
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_it_rotates)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
