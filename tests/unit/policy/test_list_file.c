/* List files: the good lines are used, the bad ones named with their line. */
#include "policy/list_file.h"

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

static void test_lines(void **state)
{
	struct list_line line;

	(void)state;
	assert_null(list_line_read(STR("  jane@example.org\t# a friend\r"), &line));
	assert_true(str_equal(line.entry, STR("jane@example.org")));
	assert_int_equal(line.until, 0);
	assert_null(list_line_read(STR("alice until 1970-01-11 # holiday mailing"), &line));
	assert_true(str_equal(line.entry, STR("alice")));
	assert_int_equal(line.until, 10);
	assert_null(list_line_read(STR("   # nothing"), &line));
	assert_int_equal(line.entry.n, 0);
	assert_non_null(list_line_read(STR("jane doe"), &line));
	assert_non_null(list_line_read(STR("jane until tomorrow"), &line));
	assert_non_null(list_line_read(STR("jane until 2026-02-31"), &line));
	assert_non_null(list_line_read(STR("jane untilly 2026-02-01"), &line));
}

static enum status read_list(const char *text, const char *entry, struct arena *arena, struct error_list *errors,
			     struct matcher **ret_matcher)
{
	char path[] = "/tmp/list-test-XXXXXX";
	int fd = mkstemp(path);
	struct str entries[] = {str_of(path), str_of(entry)};
	const struct list_source source = {
	    .entries = entries, .count = 2, .name = "allow", .path = "/nowhere/coldshoulder.conf", .line = 7};
	enum status status;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	status = list_source_read(&source, arena, errors, ret_matcher);
	unlink(path);
	return status;
}

static void test_good_lines_are_used_and_bad_ones_named(void **state)
{
	struct arena *arena = arena_create(0);
	struct error_list errors = error_list_make();
	struct matcher *matcher;

	(void)state;
	assert_int_equal(read_list("\xef\xbb\xbfgood.example\n\n# comment\nbad line\nlast@good2.example",
				   "inline.example", arena, &errors, &matcher),
			 STATUS_OK);
	assert_int_equal(errors.error_count, 0);
	assert_int_equal(errors.warning_count, 1);
	assert_non_null(strstr(error_at(&errors, 0)->where, ":4"));
	assert_non_null(strstr(error_at(&errors, 0)->what, "bad line"));
	assert_int_equal(matcher_find(matcher, STR("x@good.example"), 1, NULL), MATCH_DOMAIN);
	assert_int_equal(matcher_find(matcher, STR("last@good2.example"), 1, NULL), MATCH_ADDRESS);
	assert_int_equal(matcher_find(matcher, STR("x@inline.example"), 1, NULL), MATCH_DOMAIN);
	error_list_free(&errors);
	arena_destroy(arena);
}

static void test_a_wrong_file_does_not_flood(void **state)
{
	struct arena *arena = arena_create(0);
	struct error_list errors = error_list_make();
	struct matcher *matcher;
	char text[4000] = "";

	(void)state;
	for (int i = 0; i < 500; i++)
		strcat(text, "a b\n");
	assert_int_equal(read_list(text, "x.example", arena, &errors, &matcher), STATUS_OK);
	assert_int_equal(errors.warning_count, 21);
	assert_non_null(strstr(error_at(&errors, 20)->what, "480 more"));
	error_list_free(&errors);
	arena_destroy(arena);
}

static void test_a_missing_file_is_an_error_unless_it_may_be(void **state)
{
	struct arena *arena = arena_create(0);
	struct error_list errors = error_list_make();
	struct str entry = STR("lists/none.list");
	struct list_source source = {
	    .entries = &entry, .count = 1, .name = "block", .path = "/nowhere/coldshoulder.conf", .line = 7};
	struct matcher *matcher;

	(void)state;
	assert_int_equal(list_source_read(&source, arena, &errors, &matcher), STATUS_OK);
	assert_int_equal(errors.error_count, 1);
	assert_non_null(strstr(error_at(&errors, 0)->what, "/nowhere/lists/none.list"));
	assert_non_null(strstr(error_at(&errors, 0)->where, "coldshoulder.conf:7"));
	source.files_may_be_missing = true;
	assert_int_equal(list_source_read(&source, arena, &errors, &matcher), STATUS_OK);
	assert_int_equal(errors.error_count, 1);
	error_list_free(&errors);
	arena_destroy(arena);
}

/* It would wait for a writer for ever. */
static void test_a_fifo_is_refused(void **state)
{
	struct arena *arena = arena_create(0);
	struct error_list errors = error_list_make();
	char path[] = "/tmp/list-test-XXXXXX/fifo", *slash = strrchr(path, '/');
	struct str entry = str_of(path);
	const struct list_source source = {.entries = &entry, .count = 1, .name = "block", .path = "/c", .line = 7};
	struct matcher *matcher;

	(void)state;
	*slash = '\0';
	assert_non_null(mkdtemp(path));
	*slash = '/';
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(list_source_read(&source, arena, &errors, &matcher), STATUS_OK);
	assert_int_equal(errors.error_count, 1);
	unlink(path);
	*slash = '\0';
	rmdir(path);
	error_list_free(&errors);
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_good_lines_are_used_and_bad_ones_named),
	    cmocka_unit_test(test_a_wrong_file_does_not_flood),
	    cmocka_unit_test(test_a_missing_file_is_an_error_unless_it_may_be),
	    cmocka_unit_test(test_a_fifo_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
