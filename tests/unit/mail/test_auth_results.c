#include "mail/auth_results.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct str our_ids[] = {STR("mx.our.example"), STR("mx2.our.example")};
static const struct auth_settings jobid = {AUTH_MODE_JOBID, our_ids, 2};
static const struct auth_settings stripped = {AUTH_MODE_STRIPPED, our_ids, 2};
static const struct auth_settings off = {AUTH_MODE_OFF, our_ids, 2};

struct outcome {
	enum auth_result from;
	bool forged;
	size_t dkim_domains;
	bool linkedin;
};

/* Reads a message with these headers, queue id 4ABC. */
static struct outcome outcome_of(const struct auth_settings *settings, const char *from, const char *headers)
{
	struct arena *arena = arena_create(0);
	struct auth_evidence evidence;
	struct outcome outcome;
	struct message message;
	char raw[4000];

	snprintf(raw, sizeof raw, "%s%s\r\nbody\r\n", headers, from);
	assert_int_equal(message_parse(str_of(raw), &mail_limits_default, arena, &message), STATUS_OK);
	assert_int_equal(auth_results_read(&message, settings, STR("4ABC"), &evidence), STATUS_OK);
	outcome = (struct outcome){evidence.from, evidence.forged, evidence.dkim_domain_count,
				   auth_dkim_passed(&evidence, STR("linkedin.com"))};
	arena_destroy(arena);
	return outcome;
}

static void expect(const char *headers, enum auth_result from)
{
	struct outcome outcome = outcome_of(&stripped, "From: a@example.org\r\n", headers);

	if (outcome.from != from)
		fail_msg("%s gives %d", headers, (int)outcome.from);
	assert_false(outcome.forged);
}

static void test_results(void **state)
{
	(void)state;
	expect("Authentication-Results: mx.our.example; dmarc=pass header.from=example.org\r\n", AUTH_PASS);
	expect("Authentication-Results: MX.our.example; dmarc=Pass (p=none) header.from=Example.ORG\r\n", AUTH_PASS);
	expect("Authentication-Results: mx.our.example; dmarc=fail header.from=example.org\r\n", AUTH_FAIL);
	expect("Authentication-Results: mx.our.example; dmarc=pass header.from=other.example\r\n", AUTH_NONE);
	expect("Authentication-Results: mx.our.example; dkim=pass header.d=example.org\r\n", AUTH_PASS);
	expect("Authentication-Results: mx.our.example; dkim=pass header.i=@mail.example.org\r\n", AUTH_PASS);
	expect("Authentication-Results: mx.our.example; dkim=pass header.d=other.example\r\n", AUTH_NONE);
	expect("Authentication-Results: mx.our.example; dkim=pass header.d=notexample.org\r\n", AUTH_NONE);
	expect("Authentication-Results: mx.our.example; dkim=pass header.d=org\r\n", AUTH_NONE);
	expect("Authentication-Results: mx.our.example; dkim=fail header.d=example.org\r\n", AUTH_FAIL);
	expect("Authentication-Results: mx.our.example; dkim=fail header.d=list.example\r\n", AUTH_NONE);
	expect("Authentication-Results: mx.our.example; spf=pass smtp.mailfrom=b@bounce.example.org\r\n", AUTH_PASS);
	expect("Authentication-Results: mx.our.example; spf=pass smtp.mailfrom=example.org\r\n", AUTH_PASS);
	expect("Authentication-Results: mx.our.example; spf=pass smtp.helo=example.org\r\n", AUTH_NONE);
	expect("Authentication-Results: mx.our.example; spf=fail smtp.mailfrom=example.org\r\n", AUTH_NONE);
	expect("Authentication-Results: mx.our.example; none\r\n", AUTH_NONE);
	expect("Authentication-Results: other.example; dmarc=pass header.from=example.org\r\n", AUTH_NONE);
	expect("", AUTH_NONE);
}

static void test_precedence(void **state)
{
	(void)state;
	expect(
	    "Authentication-Results: mx.our.example; dkim=pass header.d=example.org; dmarc=fail header.from=example.org\r\n",
	    AUTH_FAIL);
	expect(
	    "Authentication-Results: mx.our.example; dkim=fail header.d=example.org; spf=pass smtp.mailfrom=example.org\r\n",
	    AUTH_PASS);
	expect("Authentication-Results: mx.our.example; dkim=pass header.d=example.org\r\n"
	       "Authentication-Results: mx2.our.example; dmarc=pass header.from=example.org\r\n",
	       AUTH_PASS);
}

static void test_syntax(void **state)
{
	(void)state;
	expect("Authentication-Results: (a (nested; \\) comment)) mx.our.example (x) 1;\r\n"
	       "\tdkim = pass (\"2048-bit key\") reason=\"good; signature\" header.i=@other.example\r\n"
	       "\theader . d=\"example.org\" ; spf=none\r\n",
	       AUTH_PASS);
	expect("Authentication-Results: \"mx.our.example\"; dkim/1=pass header.d=example.org\r\n", AUTH_PASS);
	expect("Authentication-Results: mx.our.example 2; dkim=pass header.d=example.org\r\n", AUTH_NONE);
	expect("Authentication-Results: mx.our.example; x=\"; dkim=pass header.d=example.org\"\r\n", AUTH_NONE);
	expect("Authentication-Results: mx.our.example; x=(; dkim=pass header.d=example.org\r\n", AUTH_NONE);
	expect("Authentication-Results: mx.our.example; dkim=pass reason=\"dmarc=fail\" header.d=example.org;;\r\n",
	       AUTH_PASS);
	expect("Authentication-Results:\r\n", AUTH_NONE);
	expect("Authentication-Results: ;;;===\"\r\n", AUTH_NONE);
}

static void test_several_from_are_none(void **state)
{
	static const char good[] = "Authentication-Results: mx.our.example; dmarc=pass header.from=example.org\r\n";

	(void)state;
	assert_int_equal(outcome_of(&stripped, "From: a@example.org, b@example.org\r\n", good).from, AUTH_NONE);
	assert_int_equal(outcome_of(&stripped, "From: a@example.org\r\nFrom: b@evil.example\r\n", good).from,
			 AUTH_NONE);
	assert_int_equal(outcome_of(&stripped, "", good).from, AUTH_NONE);
}

static void test_jobid(void **state)
{
	static const char from[] = "From: a@example.org\r\n";
	struct outcome outcome;

	(void)state;
	outcome = outcome_of(&jobid, from,
			     "Authentication-Results: mx.our.example/4ABC; dmarc=pass header.from=example.org\r\n");
	assert_int_equal(outcome.from, AUTH_PASS);
	assert_false(outcome.forged);
	outcome =
	    outcome_of(&jobid, from, "Authentication-Results: mx.our.example; dmarc=pass header.from=example.org\r\n");
	assert_int_equal(outcome.from, AUTH_NONE);
	assert_true(outcome.forged);
	outcome = outcome_of(&jobid, from,
			     "Authentication-Results: mx.our.example/4XYZ; dmarc=pass header.from=example.org\r\n");
	assert_int_equal(outcome.from, AUTH_NONE);
	assert_true(outcome.forged);
	outcome =
	    outcome_of(&jobid, from, "Authentication-Results: other.example/4ABC; dkim=pass header.d=example.org\r\n");
	assert_int_equal(outcome.from, AUTH_NONE);
	assert_false(outcome.forged);
}

/* A forged copy above the genuine header neither counts nor hides it. */
static void test_forged_copies(void **state)
{
	struct outcome outcome =
	    outcome_of(&jobid, "From: a@linkedin.com\r\n",
		       "Authentication-Results: mx.our.example; dkim=pass header.d=linkedin.com\r\n"
		       "Authentication-Results: mx.our.example/4ABC; dkim=fail header.d=linkedin.com\r\n"
		       "Authentication-Results : (x) mx.our.example; dkim=pass header.d=linkedin.com\r\n");

	(void)state;
	assert_int_equal(outcome.from, AUTH_FAIL);
	assert_true(outcome.forged);
	assert_false(outcome.linkedin);
	assert_int_equal(outcome.dkim_domains, 0);
}

static void test_off(void **state)
{
	struct outcome outcome =
	    outcome_of(&off, "From: a@example.org\r\n",
		       "Authentication-Results: mx.our.example; dmarc=pass header.from=example.org\r\n");

	(void)state;
	assert_int_equal(outcome.from, AUTH_NONE);
	assert_false(outcome.forged);
	assert_int_equal(outcome.dkim_domains, 0);
}

static void test_dkim_domains(void **state)
{
	struct outcome outcome =
	    outcome_of(&stripped, "From: a@example.org\r\n",
		       "Authentication-Results: mx.our.example; dkim=pass header.d=MailB.LinkedIn.com;"
		       " dkim=pass header.i=x@esp.example; dkim=fail header.d=third.example\r\n");

	(void)state;
	assert_int_equal(outcome.dkim_domains, 2);
	assert_true(outcome.linkedin);
	outcome = outcome_of(&stripped, "From: a@example.org\r\n",
			     "Authentication-Results: mx.our.example; dkim=pass header.d=notlinkedin.com\r\n");
	assert_false(outcome.linkedin);
}

static int start(void **state)
{
	(void)state;
	message_library_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_results), cmocka_unit_test(test_precedence),
	    cmocka_unit_test(test_syntax),  cmocka_unit_test(test_several_from_are_none),
	    cmocka_unit_test(test_jobid),   cmocka_unit_test(test_forged_copies),
	    cmocka_unit_test(test_off),     cmocka_unit_test(test_dkim_domains),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
