/* The key file: made once, never open to others, and everything depends on it. */
#include "memory/key.h"

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

static char directory[] = "/tmp/key-test-XXXXXX";
static char path[64];

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof path, "%s/key", directory);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	rmdir(directory);
	return 0;
}

static enum status read_key(bool create, struct key *ret_key)
{
	struct error_list errors = error_list_make();
	enum status status = key_read(path, create, &errors, ret_key);

	/* Whoever has to mend it is told what is wrong and what to do. */
	assert_int_equal(errors.error_count, status == STATUS_OK ? 0 : 1);
	if (status != STATUS_OK)
		assert_true(error_at(&errors, 0)->hint[0] && error_at(&errors, 0)->what[0]);
	error_list_free(&errors);
	return status;
}

static void write_file(const char *text, mode_t mode)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	fputs(text, stream);
	fclose(stream);
	assert_int_equal(chmod(path, mode), 0);
}

static void test_a_key_is_made_once(void **state)
{
	struct key first, again;
	struct stat info;

	(void)state;
	unlink(path);
	assert_int_equal(read_key(false, &first), STATUS_NOT_FOUND);
	assert_int_equal(read_key(true, &first), STATUS_OK);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(info.st_size, 65);
	assert_int_equal(read_key(true, &again), STATUS_OK);
	assert_memory_equal(&first, &again, sizeof first);
}

static void test_an_unfit_key_is_refused(void **state)
{
	static const char good[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
	struct key key;

	(void)state;
	write_file(good, 0600);
	assert_int_equal(read_key(true, &key), STATUS_OK);
	write_file(good, 0640);
	assert_int_equal(read_key(true, &key), STATUS_PERMISSION);
	write_file("0011\n", 0600);
	assert_int_equal(read_key(true, &key), STATUS_BAD_INPUT);
	write_file("", 0600);
	assert_int_equal(read_key(true, &key), STATUS_BAD_INPUT);
	write_file("zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n", 0600);
	assert_int_equal(read_key(true, &key), STATUS_BAD_INPUT);
	write_file("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00\n", 0600);
	assert_int_equal(read_key(true, &key), STATUS_BAD_INPUT);
}

static void test_hashes_depend_on_key_and_use(void **state)
{
	const unsigned char one[32] = {1}, two[32] = {2};
	struct key a, b;

	(void)state;
	key_derive(one, &a);
	key_derive(two, &b);
	assert_true(a.fingerprint != b.fingerprint);
	assert_true(key_hash(&a, KEY_MAILBOX, STR("x@y")) == key_hash(&a, KEY_MAILBOX, STR("x@y")));
	assert_true(key_hash(&a, KEY_MAILBOX, STR("x@y")) != key_hash(&b, KEY_MAILBOX, STR("x@y")));
	assert_true(key_hash(&a, KEY_MAILBOX, STR("x@y")) != key_hash(&a, KEY_DOMAIN, STR("x@y")));
	assert_true(key_hash(&a, KEY_MAILBOX, STR("x@y")) != key_hash(&a, KEY_MAILBOX, STR("x@z")));
	/* Stored data lives on: the derivation must never change. */
	assert_true(key_hash(&a, KEY_MAILBOX, STR("jane@example.org")) == UINT64_C(0x90cff93db2660f45));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_key_is_made_once),
	    cmocka_unit_test(test_an_unfit_key_is_refused),
	    cmocka_unit_test(test_hashes_depend_on_key_and_use),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
