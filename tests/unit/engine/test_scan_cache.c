/* What is kept of compiled rules: believed only when it is whole, ours, and of just these rules. */
#include "engine/prefilter.h"
#include "engine/scan_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { HEAD = 80 }; /* of a cache file: magic, size, two hashes */

static const struct str expressions[] = {STR_INIT("sorry (to|for) bother"), STR_INIT("\\bquick (call|chat)\\b"),
					 STR_INIT("[0-9]+"), STR_INIT("unsubscribe")};
enum { EXPRESSIONS = sizeof expressions / sizeof expressions[0] };

static char directory[64];

static int setup(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/cache-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int teardown(void **state)
{
	DIR *entries = opendir(directory);
	const struct dirent *entry;

	(void)state;
	while (entries && (entry = readdir(entries)))
		unlinkat(dirfd(entries), entry->d_name, 0);
	if (entries)
		closedir(entries);
	return rmdir(directory);
}

/* The only file in the directory. */
static void cache_path(char *out, size_t size)
{
	DIR *entries = opendir(directory);
	const struct dirent *entry;
	size_t count = 0;

	assert_non_null(entries);
	while ((entry = readdir(entries)))
		if (entry->d_name[0] != '.') {
			snprintf(out, size, "%s/%s", directory, entry->d_name);
			count++;
		}
	closedir(entries);
	assert_int_equal(count, 1);
}

static void test_the_cache_gives_back_what_was_written(void **state)
{
	struct str data;
	struct stat info;
	char path[512];

	(void)state;
	assert_false(scan_cache_read(directory, STR("key"), &data));
	assert_true(scan_cache_write(directory, STR("key"), STR("data\0more")));
	assert_true(scan_cache_read(directory, STR("key"), &data));
	assert_true(str_equal(data, STR("data\0more")));
	free((char *)data.p);
	assert_false(scan_cache_read(directory, STR("kez"), &data));
	cache_path(path, sizeof path);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_false(scan_cache_write("/nonexistent/directory", STR("key"), STR("data")));
}

/* Changes one byte. */
static void spoil(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	char byte;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void test_spoilt_and_foreign_files_are_ignored(void **state)
{
	struct str data;
	char path[512];

	(void)state;
	assert_true(scan_cache_write(directory, STR("key"), STR("data")));
	cache_path(path, sizeof path);
	assert_int_equal(chmod(path, 0666), 0);
	assert_false(scan_cache_read(directory, STR("key"), &data));
	assert_int_equal(chmod(path, 0600), 0);
	assert_true(scan_cache_read(directory, STR("key"), &data));
	free((char *)data.p);
	spoil(path, 0); /* the magic */
	assert_false(scan_cache_read(directory, STR("key"), &data));
	assert_true(scan_cache_write(directory, STR("key"), STR("data")));
	spoil(path, 20); /* the key's hash */
	assert_false(scan_cache_read(directory, STR("key"), &data));
	assert_true(scan_cache_write(directory, STR("key"), STR("data")));
	spoil(path, HEAD); /* the data */
	assert_false(scan_cache_read(directory, STR("key"), &data));
	assert_true(scan_cache_write(directory, STR("key"), STR("data")));
	assert_int_equal(truncate(path, HEAD + 3), 0);
	assert_false(scan_cache_read(directory, STR("key"), &data));
	assert_int_equal(truncate(path, 3), 0);
	assert_false(scan_cache_read(directory, STR("key"), &data));
}

static bool all_are_wanted(void *context, size_t expression)
{
	(void)context;
	(void)expression;
	return true;
}

/* Which expressions the prefilter lets through. */
static unsigned int candidates(const struct prefilter *prefilter, struct str text)
{
	struct prefilter_scratch *scratch = prefilter_scratch_create();
	const uint32_t *found;
	unsigned int bits = 0;
	size_t count;

	assert_non_null(scratch);
	assert_true(prefilter_scratch_grow(scratch, prefilter));
	assert_true(prefilter_scan(prefilter, text, all_are_wanted, NULL, scratch));
	count = prefilter_candidates(scratch, &found);
	for (size_t i = 0; i < count; i++)
		bits |= 1u << found[i];
	prefilter_scratch_destroy(scratch);
	return bits;
}

static void check_prefilter(const struct str *from, size_t count, unsigned int expected)
{
	struct prefilter *prefilter;

	assert_int_equal(prefilter_create(from, count, false, directory, &prefilter), STATUS_OK);
	assert_int_equal(candidates(prefilter, STR("i am sorry to bother you, a quick chat")), expected);
	assert_int_equal(candidates(prefilter, STR("unsubscribe")), count == EXPRESSIONS ? 12 : 2);
	prefilter_destroy(prefilter);
}

static ino_t file_number(const char *path)
{
	struct stat info;

	assert_int_equal(stat(path, &info), 0);
	return info.st_ino;
}

/* A file that was used stays; one that was not is written anew, aside and renamed. */
static void test_a_prefilter_from_the_cache_is_the_same(void **state)
{
	char path[512];
	ino_t first;

	(void)state;
	check_prefilter(expressions, EXPRESSIONS, 7);
	cache_path(path, sizeof path);
	first = file_number(path);
	check_prefilter(expressions, EXPRESSIONS, 7);
	assert_true(file_number(path) == first);
}

static off_t file_size(const char *path)
{
	struct stat info;

	assert_int_equal(stat(path, &info), 0);
	return info.st_size;
}

static void test_a_spoilt_prefilter_is_made_anew(void **state)
{
	char path[512];
	off_t size;
	ino_t last;

	(void)state;
	check_prefilter(expressions, EXPRESSIONS, 7);
	cache_path(path, sizeof path);
	size = file_size(path);
	for (off_t at = HEAD; at < size; at += size / 7) {
		int held = open(path, O_RDONLY); /* so that its number is not given again */

		last = file_number(path);
		if (at % 2)
			spoil(path, at);
		else
			assert_int_equal(truncate(path, at), 0);
		check_prefilter(expressions, EXPRESSIONS, 7);
		assert_int_equal(file_size(path), size);
		assert_true(file_number(path) != last);
		close(held);
	}
}

/* An entry of other expressions under the name of these; and one that is whole but no prefilter at all. */
static void test_a_foreign_prefilter_is_not_used(void **state)
{
	static const struct str others[] = {STR_INIT("quick chat"), STR_INIT("unsubscribe")};
	char path[512], aside[600];

	(void)state;
	check_prefilter(others, 2, 1);
	cache_path(path, sizeof path);
	snprintf(aside, sizeof aside, "%s/.aside", directory);
	assert_int_equal(rename(path, aside), 0);
	check_prefilter(expressions, EXPRESSIONS, 7);
	cache_path(path, sizeof path);
	assert_int_equal(rename(aside, path), 0);
	check_prefilter(expressions, EXPRESSIONS, 7);
	check_prefilter(expressions, EXPRESSIONS, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_the_cache_gives_back_what_was_written, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_spoilt_and_foreign_files_are_ignored, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_a_prefilter_from_the_cache_is_the_same, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_a_spoilt_prefilter_is_made_anew, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_a_foreign_prefilter_is_not_used, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
