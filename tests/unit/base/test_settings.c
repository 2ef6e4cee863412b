/* Files that people write by hand: each slip gets its place and what to do. */
#include "base/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Reads `text` as a file; the first error goes to *ret_error. */
static enum status read_text(const char *text, size_t n, struct error *ret_error)
{
	char path[] = "/tmp/settings-test-XXXXXX";
	struct error_list errors = error_list_make();
	enum status status;
	config_t file;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), (ssize_t)n);
	close(fd);
	config_init(&file);
	status = settings_read(path, &file, &errors);
	memset(ret_error, 0, sizeof *ret_error);
	if (errors.errors.count)
		*ret_error = *error_at(&errors, 0);
	config_destroy(&file);
	error_list_free(&errors);
	unlink(path);
	return status;
}

static void check_hint(const char *text, const char *line, const char *hint)
{
	struct error error;

	assert_int_equal(read_text(text, strlen(text), &error), STATUS_BAD_INPUT);
	if (!strstr(error.hint, hint) || !strstr(error.where, line))
		fail_msg("for <%s>: where=%s hint=%s", text, error.where, error.hint);
}

static void test_syntax_errors_name_the_likely_cause(void **state)
{
	(void)state;
	check_hint("a = ( 1, 2, );\n", ":1", "comma");
	check_hint("a = (\n 1,\n 2,\n);\n", ":4", "comma");
	check_hint("a = ( 1 );\nc = = 2;\n", ":2", "check the brackets");
	check_hint("a = 1\nb = 2;\nc = 'x';\n", ":3", "double quotes");
	check_hint("a = ( { b = 1; }\n { b = 2; } );\n", ":2", "comma");
	check_hint("\xef\xbb\xbf"
		   "a = 1;\n",
		   ":1", "byte order mark");
}

static void test_unreadable_files(void **state)
{
	struct error_list errors = error_list_make();
	struct error error;
	config_t file;

	(void)state;
	config_init(&file);
	assert_int_equal(settings_read("/nonexistent/x.conf", &file, &errors), STATUS_NOT_FOUND);
	assert_int_equal(settings_read("/tmp", &file, &errors), STATUS_BAD_INPUT);
	assert_int_equal(errors.error_count, 2);
	config_destroy(&file);
	error_list_free(&errors);
	assert_int_equal(read_text("a = 1;\0b", 8, &error), STATUS_BAD_INPUT);
	assert_non_null(strstr(error.what, "NUL"));
}

static void test_numbers_sizes_and_times(void **state)
{
	const char *text =
	    "i = 2; f = 2.5; s = \"64K\"; m = \"1M\"; bad = \"1X\"; neg = -1; t = \"500ms\"; d = \"14d\";"
	    "b = \"\"; huge = \"99999999999999999999\";";
	config_t file;
	double number;
	size_t size;
	int64_t ms;

	(void)state;
	config_init(&file);
	assert_int_equal(config_read_string(&file, text), CONFIG_TRUE);
	assert_true(settings_number(config_lookup(&file, "i"), &number) && number == 2.0);
	assert_true(settings_number(config_lookup(&file, "f"), &number) && number == 2.5);
	assert_false(settings_number(config_lookup(&file, "s"), &number));
	assert_true(settings_size(config_lookup(&file, "s"), &size) && size == 65536);
	assert_true(settings_size(config_lookup(&file, "m"), &size) && size == 1048576);
	assert_true(settings_size(config_lookup(&file, "i"), &size) && size == 2);
	assert_false(settings_size(config_lookup(&file, "bad"), &size));
	assert_false(settings_size(config_lookup(&file, "neg"), &size));
	assert_false(settings_size(config_lookup(&file, "b"), &size));
	assert_false(settings_size(config_lookup(&file, "huge"), &size));
	assert_true(settings_duration(config_lookup(&file, "t"), &ms) && ms == 500);
	assert_true(settings_duration(config_lookup(&file, "d"), &ms) && ms == 14LL * 86400000);
	assert_false(settings_duration(config_lookup(&file, "i"), &ms));
	config_destroy(&file);
}

static void test_the_nearest_name(void **state)
{
	static const char *const names[] = {"local_domains", "networks", "socket", NULL};

	(void)state;
	assert_string_equal(settings_nearest("local_domain", names), "local_domains");
	assert_string_equal(settings_nearest("sokcet", names), "socket");
	assert_null(settings_nearest("completely_different", names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_syntax_errors_name_the_likely_cause),
	    cmocka_unit_test(test_unreadable_files),
	    cmocka_unit_test(test_numbers_sizes_and_times),
	    cmocka_unit_test(test_the_nearest_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
