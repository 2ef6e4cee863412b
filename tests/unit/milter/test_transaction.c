/* One message is put together again as it was, up to the limits, and nothing of it is left for the next. */
#include "fake_judge.h"
#include "milter/transaction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct transaction t;

static int set_up(void **state)
{
	(void)state;
	fake_judge_reset();
	t = transaction_make();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	transaction_free(&t);
	return fake_judge.references;
}

static void begin(const char *sender)
{
	transaction_begin(&t, generation_slot_acquire(fake_judge_slot()), sender);
}

static void assert_raw(const char *expected)
{
	struct str raw = transaction_raw(&t);

	assert_int_equal(raw.n, strlen(expected));
	assert_memory_equal(raw.p, expected, raw.n);
}

static void test_message_as_it_was(void **state)
{
	(void)state;
	begin("<a@b.example>");
	transaction_add_recipient(&t, "<c@d.example>");
	transaction_add_recipient(&t, "e@f.example");
	transaction_add_header(&t, "Subject", " one\n\ttwo\r\n three", true);
	transaction_add_header(&t, "X-Tab", "\tx", true);
	transaction_add_header(&t, "X-None", "", true);
	transaction_end_header(&t);
	transaction_end_header(&t);
	assert_true(transaction_add_body(&t, "first\r", 6));
	assert_true(transaction_add_body(&t, "\nsec\0nd", 7));
	assert_int_equal(transaction_raw(&t).n,
			 strlen("Subject: one\r\n\ttwo\r\n three\r\nX-Tab:\tx\r\nX-None:\r\n\r\n") + 13);
	assert_memory_equal(transaction_raw(&t).p,
			    "Subject: one\r\n\ttwo\r\n three\r\nX-Tab:\tx\r\nX-None:\r\n\r\nfirst\r\nsec\0nd",
			    transaction_raw(&t).n);
	assert_true(str_equal(transaction_envelope(&t).sender, STR("a@b.example")));
	assert_int_equal(transaction_envelope(&t).recipient_count, 2);
	assert_true(str_equal(transaction_envelope(&t).recipients[0], STR("c@d.example")));
	assert_int_equal(transaction_failure(&t), STATUS_OK);
}

static void test_without_leading_blanks(void **state)
{
	(void)state;
	begin("");
	transaction_add_header(&t, "Subject ", "one", false);
	assert_raw("Subject: one\r\n\r\n");
	assert_true(transaction_envelope(&t).sender_given);
	assert_int_equal(transaction_envelope(&t).sender.n, 0);
}

static void test_null_sender_is_given(void **state)
{
	(void)state;
	begin("<>");
	assert_true(transaction_envelope(&t).sender_given);
	assert_int_equal(transaction_envelope(&t).sender.n, 0);
}

static void test_body_limit(void **state)
{
	static const char bytes[1001];

	(void)state;
	begin("<>");
	assert_true(transaction_add_body(&t, bytes, 1000));
	assert_int_equal(t.limits, 0);
	assert_false(transaction_add_body(&t, bytes, 1));
	assert_int_equal(t.limits, MAIL_LIMIT_SCAN_BYTES);
	assert_int_equal(transaction_raw(&t).n, 1002);
	begin("<>");
	assert_int_equal(t.limits, 0);
	assert_false(transaction_add_body(&t, bytes, 1001));
	assert_int_equal(transaction_raw(&t).n, 1002);
}

static void test_header_limits(void **state)
{
	char big[4001];

	(void)state;
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	begin("<>");
	transaction_add_header(&t, "Big", big, true);
	assert_int_equal(t.limits, MAIL_LIMIT_HEADER_BYTES);
	transaction_add_header(&t, "Small", " x", true);
	assert_raw("Small: x\r\n\r\n");
	begin("<>");
	for (int i = 0; i < 101; i++)
		transaction_add_header(&t, "A", "", true);
	assert_int_equal(t.limits, MAIL_LIMIT_HEADERS);
	assert_int_equal(t.header_count, 100);
}

static void test_forged_fields_are_counted_beyond_the_limits(void **state)
{
	size_t count;

	(void)state;
	begin("<>");
	for (int i = 0; i < 300; i++)
		transaction_add_header(&t, i % 2 ? "X-Coldshoulder-Class" : "x-coldshoulder-class ", " forged", true);
	transaction_add_header(&t, "X-Coldshoulde", " other", true);
	transaction_add_header(&t, "X-Spam-Flag", " YES", true);
	assert_int_equal(tally_entries(&t.removable, &count)[0].count, 300);
	assert_int_equal(count, 2);
}

static void test_recipient_limit(void **state)
{
	(void)state;
	begin("<>");
	for (int i = 0; i < 101; i++)
		transaction_add_recipient(&t, "<a@b.example>");
	assert_int_equal(transaction_envelope(&t).recipient_count, 100);
	assert_int_equal(t.limits, MAIL_LIMIT_RECIPIENTS);
}

static void test_nothing_is_left_for_the_next(void **state)
{
	(void)state;
	begin("<a@b.example>");
	transaction_add_recipient(&t, "<c@d.example>");
	transaction_add_header(&t, "X-Coldshoulder", " x", true);
	transaction_add_body(&t, "body", 4);
	t.envelope.local_pickup = true;
	begin("<>");
	assert_int_equal(fake_judge.references, 1);
	assert_int_equal(transaction_envelope(&t).recipient_count, 0);
	assert_false(transaction_envelope(&t).local_pickup);
	assert_int_equal(t.removable.entries.count, 0);
	assert_raw("\r\n");
	transaction_reset(&t);
	transaction_reset(&t);
	assert_int_equal(fake_judge.references, 0);
}

static void test_without_a_message_nothing_happens(void **state)
{
	(void)state;
	transaction_add_recipient(&t, "<a@b.example>");
	transaction_add_header(&t, "X-Coldshoulder", " x", true);
	transaction_end_header(&t);
	assert_false(transaction_add_body(&t, "x", 1));
	assert_int_equal(transaction_raw(&t).n, 0);
	assert_int_equal(transaction_failure(&t), STATUS_INTERNAL);
}

static void test_big_buffers_are_given_back(void **state)
{
	static char bytes[600000];

	(void)state;
	fake_config.limits.scan_bytes = sizeof bytes;
	begin("<>");
	transaction_add_body(&t, bytes, sizeof bytes);
	transaction_reset(&t);
	assert_int_equal(t.raw.capacity, 0);
	begin("<>");
	transaction_add_body(&t, bytes, 1000);
	transaction_reset(&t);
	assert_int_not_equal(t.raw.capacity, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_message_as_it_was, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_without_leading_blanks, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_null_sender_is_given, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_body_limit, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_header_limits, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_forged_fields_are_counted_beyond_the_limits, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_recipient_limit, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_nothing_is_left_for_the_next, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_without_a_message_nothing_happens, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_big_buffers_are_given_back, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
