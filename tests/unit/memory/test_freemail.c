/* Free-mail domains: the shipped list, one's own, and what lies below them. */
#include "memory/freemail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_the_shipped_list_knows_the_large_ones(void **state)
{
	const struct str extra[] = {STR("Our-Freemail.test"), STR(".dotted.test")};
	struct error_list errors = error_list_make();
	struct freemail *freemail;

	(void)state;
	assert_int_equal(freemail_read(SOURCE_DIR "/conf/lists/freemail.txt", extra, 2, &errors, &freemail), STATUS_OK);
	assert_true(freemail_count(freemail) > 500);
	assert_true(freemail_contains(freemail, STR("gmail.com")));
	assert_true(freemail_contains(freemail, STR("GMX.de")));
	assert_true(freemail_contains(freemail, STR("our-freemail.test")));
	assert_true(freemail_contains(freemail, STR("dotted.test")));
	assert_true(freemail_contains(freemail, STR("mail.web.de")));
	assert_false(freemail_contains(freemail, STR("notgmail.com")));
	assert_false(freemail_contains(freemail, STR("example.org")));
	assert_false(freemail_contains(freemail, STR("com")));
	assert_false(freemail_contains(freemail, STR("")));
	freemail_destroy(freemail);
	error_list_free(&errors);
}

/* A list that is not there must not make every user of a free-mail domain a friend. */
static void test_without_a_list_nothing_is_a_company(void **state)
{
	struct error_list errors = error_list_make();
	struct freemail *freemail;

	(void)state;
	assert_int_equal(freemail_read("/nowhere/list", NULL, 0, &errors, &freemail), STATUS_NOT_FOUND);
	assert_int_equal(errors.error_count, 1);
	assert_true(freemail_contains(NULL, STR("example.org")));
	error_list_free(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_shipped_list_knows_the_large_ones),
	    cmocka_unit_test(test_without_a_list_nothing_is_a_company),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
