/* Literals in texts: libhs and the trie give the same answers, and the cache is never trusted blindly. */
#include "engine/literal.h"
#include "engine/literal_cache.h"
#include "engine/literal_hs.h"
#include "engine/literal_trie.h"

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

static const struct literal words[] = {
    {STR_INIT("a"), 0, false},      {STR_INIT("ab"), 1, false},
    {STR_INIT("abc"), 2, false},    {STR_INIT("b"), 3, false},
    {STR_INIT("bother"), 4, false}, {STR_INIT("her"), 5, false},
    {STR_INIT("other"), 6, false},  {STR_INIT("\xd0\xb7\xd0\xb0"), 7, false},
};
static const struct literal start_words[] = {
    {STR_INIT("b"), 10, false},     {STR_INIT("bo"), 11, true},  {STR_INIT("both"), 12, true},
    {STR_INIT("bother"), 13, true}, {STR_INIT("her"), 14, true},
};
enum {
	WORDS = sizeof words / sizeof words[0],
	START_WORDS = sizeof start_words / sizeof start_words[0],
	FOUND_MAX = 64
};

static char directory[64];

struct findings {
	struct {
		size_t word;
		size_t end;
	} items[FOUND_MAX];
	size_t count;
	size_t stop_after;
};

static int setup(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/literal-XXXXXX");
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

static bool note(void *context, size_t word, size_t end)
{
	struct findings *findings = context;

	assert_true(findings->count < FOUND_MAX);
	findings->items[findings->count].word = word;
	findings->items[findings->count++].end = end;
	return findings->count != findings->stop_after;
}

static int by_place(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(size_t) * 2);
}

static struct findings scan(const struct literal_matcher *matcher, const char *text)
{
	static const uint32_t starts[] = {0, 4};
	const struct literal_text literal_text = {str_of(text), starts, *text ? 2 : 0};
	struct literal_scratch *scratch = NULL;
	struct findings findings = {.count = 0};

	assert_true(literal_scratch_grow(&scratch, matcher));
	assert_true(literal_scan(matcher, &literal_text, scratch, note, &findings));
	literal_scratch_destroy(scratch);
	qsort(findings.items, findings.count, sizeof findings.items[0], by_place);
	return findings;
}

static struct findings scan_trie(const char *text)
{
	struct literal_trie *trie;
	struct findings findings = {.count = 0};

	assert_int_equal(literal_trie_create(words, WORDS, &trie), STATUS_OK);
	for (size_t i = 0; text[i]; i++)
		assert_true(literal_trie_walk(trie, str_of(text), i, note, &findings));
	literal_trie_destroy(trie);
	qsort(findings.items, findings.count, sizeof findings.items[0], by_place);
	return findings;
}

static void test_every_occurrence_is_found(void **state)
{
	static const char *const texts[] = {"", "bother", "abcab", "mother and brother \xd0\xb7\xd0\xb0 \xd0", "xyz"};
	static const size_t expected[] = {0, 4, 7, 7, 0};
	struct literal_matcher *matcher;

	(void)state;
	assert_int_equal(literal_matcher_create(words, WORDS, NULL, &matcher), STATUS_OK);
	for (size_t i = 0; i < 5; i++) {
		struct findings found = scan(matcher, texts[i]);
		struct findings again = scan_trie(texts[i]);

		assert_int_equal(found.count, expected[i]);
		assert_int_equal(again.count, expected[i]);
		assert_memory_equal(found.items, again.items, found.count * sizeof found.items[0]);
	}
	literal_matcher_destroy(matcher);
}

/* Starts are told to be at 0 and 4. */
static void test_some_words_are_found_at_starts_alone(void **state)
{
	struct literal_matcher *matcher;

	(void)state;
	assert_int_equal(literal_matcher_create(start_words, START_WORDS, NULL, &matcher), STATUS_OK);
	assert_int_equal(scan(matcher, "bother").count, 4);     /* b, bo, both, bother */
	assert_int_equal(scan(matcher, "bot bother").count, 6); /* b twice, bo twice, both, bother */
	assert_int_equal(scan(matcher, "both her").count, 3);   /* b, bo, both: her is not at 4 */
	assert_int_equal(scan(matcher, "bobbothe").count, 4);   /* b three times, bo */
	literal_matcher_destroy(matcher);
}

static void test_a_scan_can_be_stopped(void **state)
{
	struct literal_matcher *matcher;
	struct literal_scratch *scratch = NULL;
	struct findings findings = {.stop_after = 2};
	const struct literal_text text = {STR("abcabc"), NULL, 0};

	(void)state;
	assert_int_equal(literal_matcher_create(words, WORDS, NULL, &matcher), STATUS_OK);
	assert_true(literal_scratch_grow(&scratch, matcher));
	assert_false(literal_scan(matcher, &text, scratch, note, &findings));
	assert_int_equal(findings.count, 2);
	literal_scratch_destroy(scratch);
	literal_matcher_destroy(matcher);
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
	assert_false(literal_cache_read(directory, STR("key"), &data));
	assert_true(literal_cache_write(directory, STR("key"), STR("data\0more")));
	assert_true(literal_cache_read(directory, STR("key"), &data));
	assert_true(str_equal(data, STR("data\0more")));
	free((char *)data.p);
	assert_false(literal_cache_read(directory, STR("kez"), &data));
	cache_path(path, sizeof path);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_false(literal_cache_write("/nonexistent/directory", STR("key"), STR("data")));
}

static void spoil(const char *path, off_t at, char byte)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void test_spoilt_and_foreign_files_are_ignored(void **state)
{
	struct str data;
	char path[512];

	(void)state;
	assert_true(literal_cache_write(directory, STR("key"), STR("data")));
	cache_path(path, sizeof path);
	assert_int_equal(chmod(path, 0666), 0);
	assert_false(literal_cache_read(directory, STR("key"), &data));
	assert_int_equal(chmod(path, 0600), 0);
	assert_true(literal_cache_read(directory, STR("key"), &data));
	free((char *)data.p);
	spoil(path, 0, 'X'); /* the magic */
	assert_false(literal_cache_read(directory, STR("key"), &data));
	assert_true(literal_cache_write(directory, STR("key"), STR("data")));
	spoil(path, 24, 'X'); /* the key */
	assert_false(literal_cache_read(directory, STR("key"), &data));
	assert_true(literal_cache_write(directory, STR("key"), STR("data")));
	assert_int_equal(truncate(path, 29), 0);
	assert_false(literal_cache_read(directory, STR("key"), &data));
	assert_int_equal(truncate(path, 3), 0);
	assert_false(literal_cache_read(directory, STR("key"), &data));
}

static void test_a_matcher_from_the_cache_is_the_same(void **state)
{
	char version[32];
	char path[512];
	struct literal_matcher *matcher;

	(void)state;
	if (!literal_hs_library(version, sizeof version))
		skip();
	for (int round = 0; round < 3; round++) {
		assert_int_equal(literal_matcher_create(words, WORDS, directory, &matcher), STATUS_OK);
		assert_int_equal(scan(matcher, "bother").count, 4);
		literal_matcher_destroy(matcher);
		cache_path(path, sizeof path);
		if (round == 1) /* in the database: it is compiled anew */
			spoil(path, 400, '!');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_occurrence_is_found),
	    cmocka_unit_test(test_some_words_are_found_at_starts_alone),
	    cmocka_unit_test(test_a_scan_can_be_stopped),
	    cmocka_unit_test_setup_teardown(test_the_cache_gives_back_what_was_written, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_spoilt_and_foreign_files_are_ignored, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_a_matcher_from_the_cache_is_the_same, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
