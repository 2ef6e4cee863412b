/* Trouble is spoken of once a minute, and its end once. */
#include "memory/notice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char last[600];
static unsigned int count;

static void receive(void *context, enum severity severity, const char *text)
{
	(void)context, (void)severity;
	snprintf(last, sizeof last, "%s", text);
	count++;
}

static void test_one_line_a_minute(void **state)
{
	struct notices notices;

	(void)state;
	notices_init(&notices, receive, NULL);
	notices_settle(&notices, NOTICE_LOOK_UP, "nothing was wrong");
	assert_int_equal(count, 0);
	for (int i = 0; i < 100; i++)
		notices_post(&notices, NOTICE_LOOK_UP, SEVERITY_ERROR, "down %d", i);
	assert_int_equal(count, 1);
	assert_string_equal(last, "down 0");
	notices_post(&notices, NOTICE_LEARN, SEVERITY_ERROR, "another kind");
	assert_int_equal(count, 2);
	notices_post(&notices, NOTICE_EVENT, SEVERITY_ERROR, "an event");
	notices_post(&notices, NOTICE_EVENT, SEVERITY_ERROR, "an event");
	assert_int_equal(count, 4);
	for (int i = 0; i < 3; i++)
		notices_settle(&notices, NOTICE_LOOK_UP, "up again");
	assert_int_equal(count, 5);
	assert_string_equal(last, "up again");
	/* Down and up again within the minute: not a word. */
	notices_post(&notices, NOTICE_LOOK_UP, SEVERITY_ERROR, "down");
	notices_settle(&notices, NOTICE_LOOK_UP, "up again");
	assert_int_equal(count, 5);
	/* A minute later what was held back is counted. */
	notices.quiet_until[NOTICE_LOOK_UP] = 1;
	notices_post(&notices, NOTICE_LOOK_UP, SEVERITY_ERROR, "down");
	assert_non_null(strstr(last, "100 times more"));
	notices_destroy(&notices);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_line_a_minute)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
