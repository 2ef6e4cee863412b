/* The callbacks against a stand-in for libmilter: failures of every kind, and events that come in the wrong order. */
#include "fake_judge.h"
#include "fake_milter.h"
#include "milter/callback.h"
#include "milter/session.h"

#include <libmilter/mfdef.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { OFFER_ACTIONS = 0x1ff, OFFER_PROTOCOL = 0x1fffff };

static struct callback_state state_of_all;
static struct smfiDesc calls;
static struct smfi_str ctx;
static unsigned long actions, protocol;
static int opened, closed, decided, failed;
static enum status failed_why;
static char failed_step[64], failed_queue_id[64], failed_answer[16];

/* Allocations are counted, and from number `allocation_fails` on all fail; 0: none. */
static long allocations, allocation_fails;

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);

static bool refused(void)
{
	allocations++;
	return allocation_fails && allocations >= allocation_fails;
}

void *__wrap_malloc(size_t n)
{
	return refused() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
	return refused() ? NULL : __real_calloc(count, n);
}

void *__wrap_realloc(void *p, size_t n)
{
	return refused() ? NULL : __real_realloc(p, n);
}

static void on_opened(void *context)
{
	(void)context;
	opened++;
}

static void on_closed(void *context)
{
	(void)context;
	closed++;
}

static void on_decided(void *context, const struct generation *generation, const struct decision *decision,
		       const struct envelope *envelope)
{
	assert_non_null(generation);
	(void)context;
	(void)decision;
	(void)envelope;
	decided++;
}

static void on_failed(void *context, struct str queue_id, enum status why, const char *step, const char *answer)
{
	(void)context;
	failed++;
	failed_why = why;
	snprintf(failed_step, sizeof failed_step, "%s", step);
	snprintf(failed_queue_id, sizeof failed_queue_id, "%.*s", STR_ARGS(queue_id));
	snprintf(failed_answer, sizeof failed_answer, "%s", answer);
}

static void negotiate(unsigned long offered_actions, unsigned long offered_protocol)
{
	unsigned long unused_2, unused_3;

	assert_int_equal(calls.xxfi_negotiate(&ctx, offered_actions, offered_protocol, 0, 0, &actions, &protocol,
					      &unused_2, &unused_3),
			 SMFIS_CONTINUE);
}

static int set_up(void **state)
{
	(void)state;
	fake_judge_reset();
	state_of_all = (struct callback_state){
	    .slot = fake_judge_slot(),
	    .observer = {.decided = on_decided,
			 .failed = on_failed,
			 .session_opened = on_opened,
			 .session_closed = on_closed},
	};
	calls = callback_table(&state_of_all);
	ctx = fake_milter_make();
	opened = closed = decided = failed = 0;
	failed_step[0] = failed_queue_id[0] = failed_answer[0] = '\0';
	allocations = allocation_fails = 0;
	negotiate(OFFER_ACTIONS, OFFER_PROTOCOL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	allocation_fails = 0;
	calls.xxfi_close(&ctx);
	calls.xxfi_close(&ctx);
	assert_null(ctx.private_data);
	assert_int_equal(opened, closed);
	assert_int_equal(atomic_load(&state_of_all.running), 0);
	assert_int_equal(atomic_load(&state_of_all.sessions), 0);
	assert_int_equal(atomic_load(&state_of_all.transactions), 0);
	assert_int_equal(atomic_load(&state_of_all.in_data), 0);
	return fake_judge.references;
}

static sfsistat mail(const char *sender)
{
	char *arguments[] = {(char *)sender, NULL};

	return calls.xxfi_envfrom(&ctx, arguments);
}

static sfsistat rcpt(const char *recipient)
{
	char *arguments[] = {(char *)recipient, NULL};

	return calls.xxfi_envrcpt(&ctx, arguments);
}

static sfsistat header(const char *name, const char *value)
{
	return calls.xxfi_header(&ctx, (char *)name, (char *)value);
}

static sfsistat body(const char *text)
{
	return calls.xxfi_body(&ctx, (unsigned char *)text, strlen(text));
}

static bool fits(void)
{
	const struct session *session = ctx.private_data;

	return !session || transaction_failure(&session->transaction) == STATUS_OK;
}

/* A message up to its end; every step must say "go on", aloud or not. */
static void send_message(void)
{
	assert_int_equal(mail("<a@b.example>"), SMFIS_CONTINUE);
	rcpt("<c@d.example>");
	header("X-Coldshoulder", " forged");
	header("Subject", " x");
	calls.xxfi_eoh(&ctx);
	/* The rest of a message that cannot be kept is not wanted. */
	assert_int_equal(body("text\r\n"), allocation_fails && !fits() ? SMFIS_SKIP : SMFIS_CONTINUE);
}

static void test_steps_without_reply(void **state)
{
	(void)state;
	assert_int_equal(calls.xxfi_connect(&ctx, (char *)"x.example", NULL), SMFIS_NOREPLY);
	assert_int_equal(calls.xxfi_helo(&ctx, (char *)"x.example"), SMFIS_NOREPLY);
	assert_int_equal(mail("<>"), SMFIS_CONTINUE);
	assert_int_equal(rcpt("<a@b.example>"), SMFIS_NOREPLY);
	assert_int_equal(calls.xxfi_data(&ctx), SMFIS_NOREPLY);
	assert_int_equal(atomic_load(&state_of_all.in_data), 1);
	assert_int_equal(header("A", " b"), SMFIS_NOREPLY);
	assert_int_equal(calls.xxfi_eoh(&ctx), SMFIS_NOREPLY);
	assert_int_equal(body("x"), SMFIS_CONTINUE);
	assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_CONTINUE);
}

static void test_steps_with_replies(void **state)
{
	(void)state;
	negotiate(0x3f, 0x7f & ~(unsigned long)SMFIP_NR_HDR);
	assert_int_equal(protocol, 0);
	assert_int_equal(calls.xxfi_connect(&ctx, (char *)"x.example", NULL), SMFIS_CONTINUE);
	assert_int_equal(calls.xxfi_helo(&ctx, (char *)"x.example"), SMFIS_CONTINUE);
	assert_int_equal(mail("<>"), SMFIS_CONTINUE);
	assert_int_equal(rcpt("<a@b.example>"), SMFIS_CONTINUE);
	assert_int_equal(calls.xxfi_data(&ctx), SMFIS_CONTINUE);
	assert_int_equal(header("A", " b"), SMFIS_CONTINUE);
	assert_int_equal(calls.xxfi_eoh(&ctx), SMFIS_CONTINUE);
	assert_int_equal(body("x"), SMFIS_CONTINUE);
	assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_CONTINUE);
}

static void test_macros_asked_for_only_when_offered(void **state)
{
	(void)state;
	assert_non_null(strstr(ctx.symbol_lists, "{client_resolve}"));
	assert_non_null(strstr(ctx.symbol_lists, "{auth_authen}"));
	ctx.symbol_lists[0] = '\0';
	negotiate(OFFER_ACTIONS & ~SMFIF_SETSYMLIST, OFFER_PROTOCOL);
	assert_string_equal(ctx.symbol_lists, "");
}

static void test_envelope_and_message_reach_the_judge(void **state)
{
	(void)state;
	fake_milter_macro(&ctx, "i", "4LATE");
	send_message();
	rcpt("<e@f.example>");
	calls.xxfi_eom(&ctx);
	assert_string_equal(fake_judge.sender, "a@b.example");
	assert_string_equal(fake_judge.queue_id, "4LATE");
	assert_int_equal(fake_judge.recipient_count, 2);
	assert_string_equal(fake_judge.raw, "X-Coldshoulder: forged\r\nSubject: x\r\n\r\ntext\r\n");
	assert_int_equal(decided, 1);
}

static void test_skip_only_when_agreed(void **state)
{
	char big[2000];

	(void)state;
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	mail("<>");
	assert_int_equal(body(big), SMFIS_SKIP);
	calls.xxfi_eom(&ctx);
	assert_int_equal(fake_judge.limits, MAIL_LIMIT_SCAN_BYTES);
	negotiate(OFFER_ACTIONS, OFFER_PROTOCOL & ~(unsigned long)SMFIP_SKIP);
	mail("<>");
	assert_int_equal(body(big), SMFIS_CONTINUE);
}

static void test_judge_fails(void **state)
{
	(void)state;
	fake_judge.status = STATUS_NO_MEMORY;
	fake_milter_macro(&ctx, "i", "4FAIL");
	send_message();
	assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_CONTINUE);
	assert_int_equal(failed, 1);
	assert_int_equal(failed_why, STATUS_NO_MEMORY);
	assert_string_equal(failed_step, "judge");
	assert_string_equal(failed_queue_id, "4FAIL");
	assert_string_equal(failed_answer, "accept");
	assert_int_equal(ctx.edit_count, 1);
	assert_int_equal(ctx.edits[0].kind, 'm');
	assert_string_equal(ctx.edits[0].name, "X-Coldshoulder");
}

static void test_judge_fails_outbound(void **state)
{
	(void)state;
	fake_judge.status = STATUS_NO_MEMORY;
	fake_milter_macro(&ctx, "{auth_authen}", "alice");
	send_message();
	assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_CONTINUE);
	assert_int_equal(ctx.edit_count, 0);
}

/* Each class of failure has its own setting, and the other's changes nothing. */
static void test_a_failure_is_answered_as_configured(void **state)
{
	static const struct {
		enum status status;
		enum failure set;
		sfsistat answer;
	} cases[] = {
	    {STATUS_NO_MEMORY, FAILURE_MEMORY, SMFIS_TEMPFAIL},  {STATUS_NO_MEMORY, FAILURE_INTERNAL, SMFIS_CONTINUE},
	    {STATUS_INTERNAL, FAILURE_INTERNAL, SMFIS_TEMPFAIL}, {STATUS_INTERNAL, FAILURE_MEMORY, SMFIS_CONTINUE},
	    {STATUS_IO, FAILURE_INTERNAL, SMFIS_TEMPFAIL},       {STATUS_IO, FAILURE_STORE, SMFIS_CONTINUE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool put_off = cases[i].answer == SMFIS_TEMPFAIL;

		fake_judge_reset();
		fake_judge.status = cases[i].status;
		fake_config.failure.tempfail[cases[i].set] = true;
		ctx.reply[0] = '\0';
		send_message();
		assert_int_equal(calls.xxfi_eom(&ctx), cases[i].answer);
		assert_string_equal(failed_answer, put_off ? "tempfail" : "accept");
		assert_int_equal(strncmp(ctx.reply, "451 4.3.0 ", 10) == 0, put_off);
		assert_int_equal(failed, (int)i + 1);
	}
}

/* Memory that ran out so early that there is no session is answered as configured too. */
static void test_a_failure_before_the_session(void **state)
{
	(void)state;
	fake_config.failure.tempfail[FAILURE_MEMORY] = true;
	calls.xxfi_close(&ctx);
	allocations = 0;
	allocation_fails = 1;
	assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_TEMPFAIL);
	assert_int_equal(failed_why, STATUS_NO_MEMORY);
	assert_int_equal(strncmp(ctx.reply, "451 4.3.0 ", 10), 0);
	fake_config.failure.tempfail[FAILURE_MEMORY] = false;
	assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_CONTINUE);
	assert_int_equal(failed, 2);
}

static void tag_with_two_headers(void)
{
	fake_judge.decision.outcome.action = ACTION_TAG;
	fake_judge.headers[0] = (struct decision_header){"X-Coldshoulder", "one"};
	fake_judge.headers[1] = (struct decision_header){"X-Coldshoulder-Class", "two"};
	fake_judge.header_count = 2;
}

static void test_edits_fail_one_after_another(void **state)
{
	(void)state;
	tag_with_two_headers();
	fake_judge.decision.outcome.action = ACTION_QUARANTINE;
	for (int n = 0; n <= 4; n++) {
		ctx.edits_until_failure = n;
		ctx.edit_count = 0;
		failed = 0;
		send_message();
		assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_CONTINUE);
		assert_int_equal(failed, n < 4);
	}
	assert_int_equal(ctx.edits[0].kind, 'q');
}

static void test_headers_in_order(void **state)
{
	(void)state;
	tag_with_two_headers();
	send_message();
	calls.xxfi_eom(&ctx);
	assert_int_equal(ctx.edit_count, 3);
	assert_string_equal(ctx.edits[1].name, "X-Coldshoulder-Class");
	assert_string_equal(ctx.edits[1].value, " two");
	assert_int_equal(ctx.edits[1].index, 1);
	assert_string_equal(ctx.edits[2].name, "X-Coldshoulder");
	assert_int_equal(ctx.edits[2].index, 1);
}

static void test_reply_belongs_to_its_answer(void **state)
{
	(void)state;
	fake_judge.decision.outcome.action = ACTION_REJECT;
	fake_judge.decision.verdict.reply = "Not today";
	send_message();
	assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_REJECT);
	assert_string_equal(ctx.reply, "550 5.7.1 Not today");
	fake_judge.decision.outcome.action = ACTION_TEMPFAIL;
	send_message();
	assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_TEMPFAIL);
	assert_int_equal(strncmp(ctx.reply, "451 4.7.1 ", 10), 0);
	fake_judge.decision.outcome.action = ACTION_DISCARD;
	send_message();
	assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_DISCARD);
	assert_int_equal(ctx.edit_count, 0);
}

/* SMFIC_QUIT_NC: the MTA goes on with another connection, and what was negotiated stays. */
static void test_a_connection_without_negotiation(void **state)
{
	(void)state;
	tag_with_two_headers();
	calls.xxfi_close(&ctx);
	assert_null(ctx.private_data);
	calls.xxfi_connect(&ctx, (char *)"x", NULL);
	assert_non_null(ctx.private_data);
	send_message();
	assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_CONTINUE);
	assert_int_equal(failed, 0);
	assert_int_equal(ctx.edit_count, 3);
}

static void test_events_without_a_session(void **state)
{
	(void)state;
	calls.xxfi_close(&ctx);
	assert_null(ctx.private_data);
	assert_int_equal(calls.xxfi_helo(&ctx, (char *)"x"), SMFIS_CONTINUE);
	assert_int_equal(mail(""), SMFIS_CONTINUE);
	assert_int_equal(rcpt(""), SMFIS_CONTINUE);
	assert_int_equal(calls.xxfi_data(&ctx), SMFIS_CONTINUE);
	assert_int_equal(header("A", ""), SMFIS_CONTINUE);
	assert_int_equal(calls.xxfi_eoh(&ctx), SMFIS_CONTINUE);
	assert_int_equal(body("x"), SMFIS_CONTINUE);
	assert_int_equal(calls.xxfi_abort(&ctx), SMFIS_CONTINUE);
	assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_CONTINUE);
	assert_int_equal(failed, 1);
}

static void test_end_without_mail(void **state)
{
	(void)state;
	assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_CONTINUE);
	assert_int_equal(failed_why, STATUS_INTERNAL);
	assert_int_equal(fake_judge.judged, 0);
}

static void test_activity_is_counted_once(void **state)
{
	(void)state;
	send_message();
	header("B", " c");
	assert_int_equal(atomic_load(&state_of_all.transactions), 1);
	assert_int_equal(atomic_load(&state_of_all.in_data), 1);
	mail("<again@b.example>");
	assert_int_equal(atomic_load(&state_of_all.transactions), 1);
	assert_int_equal(atomic_load(&state_of_all.in_data), 0);
	calls.xxfi_abort(&ctx);
	calls.xxfi_abort(&ctx);
	assert_int_equal(atomic_load(&state_of_all.transactions), 0);
	header("C", " after the abort");
	assert_int_equal(atomic_load(&state_of_all.in_data), 0);
}

static void test_refusing_and_stopping(void **state)
{
	(void)state;
	send_message();
	atomic_store(&state_of_all.refusing, true);
	assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_CONTINUE);
	assert_int_equal(decided, 1);
	assert_int_equal(mail("<>"), SMFIS_TEMPFAIL);
	assert_int_equal(strncmp(ctx.reply, "451 4.3.2 ", 10), 0);
	atomic_store(&state_of_all.refusing, false);
	send_message();
	atomic_store(&state_of_all.stopping, true);
	assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_TEMPFAIL);
	assert_int_equal(decided, 1);
}

/* Whichever allocation fails, mail goes through, the failure is told, and nothing is lost or kept. */
static void test_every_allocation_fails_once(void **state)
{
	long needed;

	(void)state;
	tag_with_two_headers();
	calls.xxfi_close(&ctx);
	allocations = 0;
	negotiate(OFFER_ACTIONS, OFFER_PROTOCOL);
	calls.xxfi_connect(&ctx, (char *)"x.example", NULL);
	send_message();
	calls.xxfi_eom(&ctx);
	needed = allocations;
	assert_true(needed > 5);
	for (long n = 1; n <= needed; n++) {
		allocation_fails = 0;
		calls.xxfi_close(&ctx);
		ctx.edit_count = 0;
		failed = 0;
		allocations = 0;
		allocation_fails = n;
		negotiate(OFFER_ACTIONS, OFFER_PROTOCOL);
		calls.xxfi_connect(&ctx, (char *)"x.example", NULL);
		send_message();
		assert_int_equal(calls.xxfi_eom(&ctx), SMFIS_CONTINUE);
		/* A client name that could not be kept is the only loss that nobody is told about. */
		if (ctx.edit_count < 3)
			assert_true(failed > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_steps_without_reply, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_steps_with_replies, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_macros_asked_for_only_when_offered, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_envelope_and_message_reach_the_judge, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_skip_only_when_agreed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_judge_fails, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_judge_fails_outbound, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_failure_is_answered_as_configured, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_failure_before_the_session, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_edits_fail_one_after_another, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_headers_in_order, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_reply_belongs_to_its_answer, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_connection_without_negotiation, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_events_without_a_session, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_end_without_mail, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_activity_is_counted_once, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_refusing_and_stopping, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_every_allocation_fails_once, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
