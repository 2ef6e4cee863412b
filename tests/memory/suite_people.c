/* Who knows whom, threads, names, and what strangers sent before. */
#include "suite_mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- relationships --- */

static void test_everybody_begins_as_a_stranger(void **state)
{
	struct memory_answer answer = ASK(.from = "ann@acme.test", .to = "jo@ours.test");

	(void)state;
	assert_int_equal(answer.relation, RELATION_STRANGER);
	assert_int_equal(answer.recipient_relations[0], RELATION_STRANGER);
	assert_false(answer.received_before || answer.answered || answer.followup || answer.reply_to_ours ||
		     answer.cc_known || answer.duplicate || answer.bootstrapped);
	assert_int_equal(answer.contacted, 1);
	assert_int_equal(answer.answers + answer.offences, 0);
}

static void test_only_our_writing_makes_a_relationship(void **state)
{
	(void)state;
	DELIVER(.from = "ann@acme.test", .to = "jo@ours.test");
	DELIVER(.from = "ann@acme.test", .to = "jo@ours.test");
	flush();
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_STRANGER);
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test");
	flush();
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_MUTUAL);
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "bea@free.test");
	flush();
	assert_int_equal(relation("bea@free.test", "jo@ours.test"), RELATION_KNOWN);
	DELIVER(.from = "bea@free.test", .to = "jo@ours.test");
	flush();
	assert_int_equal(relation("bea@free.test", "jo@ours.test"), RELATION_MUTUAL);
}

static void test_colleagues_and_companies_are_known_too(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test max@free.test");
	flush();
	assert_int_equal(relation("ann@acme.test", "kim@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("bob@acme.test", "kim@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("max@free.test", "kim@ours.test"), RELATION_KNOWN);
	/* One mailbox of a free-mail domain says nothing of the next. */
	assert_int_equal(relation("eve@free.test", "jo@ours.test"), RELATION_STRANGER);
	assert_int_equal(relation("ann@notacme.test", "jo@ours.test"), RELATION_STRANGER);
	reopen(use_site);
	assert_int_equal(relation("ann@acme.test", "kim@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("bob@acme.test", "kim@ours.test"), RELATION_STRANGER);
	reopen(use_mailbox);
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("ann@acme.test", "kim@ours.test"), RELATION_STRANGER);
}

static void test_each_recipient_has_a_relation_of_their_own(void **state)
{
	struct memory_answer answer;

	(void)state;
	reopen(use_mailbox);
	DELIVER(.outbound = true, .from = "kim@ours.test", .to = "ann@acme.test");
	flush();
	answer = ASK(.from = "ann@acme.test", .to = "jo@ours.test kim@ours.test lee@ours.test");
	assert_int_equal(answer.recipient_relations[0], RELATION_STRANGER);
	assert_int_equal(answer.recipient_relations[1], RELATION_KNOWN);
	assert_int_equal(answer.recipient_relations[2], RELATION_STRANGER);
	assert_int_equal(answer.relation, RELATION_KNOWN);
	/* Outbound it is the farthest that counts. */
	answer = ASK(.outbound = true, .from = "kim@ours.test", .to = "ann@acme.test eve@new.test");
	assert_int_equal(answer.recipient_relations[0], RELATION_KNOWN);
	assert_int_equal(answer.relation, RELATION_STRANGER);
}

static void test_one_mailbox_by_many_spellings(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "Jo+work@Ours.Test", .to = "<J.Smith+news@GoogleMail.com>");
	flush();
	assert_int_equal(relation("jsmith@gmail.com", "jo@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("JSMITH+x@gmail.com", "JO@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("SRS0=Xy9z=QF=gmail.com=j.smith@relay.test", "jo@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("jsmith2@gmail.com", "jo@ours.test"), RELATION_STRANGER);
}

static void test_what_is_not_from_a_person_builds_nothing(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .impersonal = true);
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .blocked = true);
	DELIVER(.from = "bob@list.test", .to = "jo@ours.test", .impersonal = true);
	flush();
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_STRANGER);
	assert_false(ASK(.from = "bob@list.test", .to = "jo@ours.test").received_before);
}

static void test_a_forged_sender_is_unknown(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test");
	flush();
	assert_int_equal(ASK(.from = "ann@acme.test", .to = "jo@ours.test", .auth = AUTH_FAIL).relation,
			 RELATION_UNKNOWN);
	assert_int_equal(ASK(.from = "eve@evil.test", .to = "jo@ours.test", .auth = AUTH_FAIL).relation,
			 RELATION_UNKNOWN);
	DELIVER(.from = "eve@evil.test", .to = "jo@ours.test", .auth = AUTH_FAIL);
	flush();
	assert_false(ASK(.from = "eve@evil.test", .to = "jo@ours.test").received_before);
}

static void test_a_relationship_ends_when_nobody_writes(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .now = now - 729 * DAY);
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "bob@other.test", .now = now - 732 * DAY);
	DELIVER(.from = "eve@new.test", .to = "jo@ours.test", .now = now - 92 * DAY);
	flush();
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("bob@other.test", "jo@ours.test"), RELATION_STRANGER);
	assert_false(ASK(.from = "eve@new.test", .to = "jo@ours.test").received_before);
}

/* --- threads, companions, names --- */

static void test_a_reply_to_us_counts_and_a_mere_re_does_not(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .id = "one@ours.test");
	flush();
	assert_true(
	    ASK(.from = "zoe@far.test", .to = "jo@ours.test", .in_reply_to = " <one@ours.test>\r\n").reply_to_ours);
	assert_true(ASK(.from = "zoe@far.test", .to = "jo@ours.test", .references = "<a@x> <one@ours.test>\r\n <b@x>")
			.reply_to_ours);
	assert_false(ASK(.from = "zoe@far.test", .to = "jo@ours.test", .in_reply_to = "<two@ours.test>",
			 .references = "<a@x> <b@x>")
			 .reply_to_ours);
	assert_false(ASK(.from = "zoe@far.test", .to = "jo@ours.test", .in_reply_to = "one@ours.test").reply_to_ours);
}

static void test_a_friend_in_cc_is_noticed(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test");
	flush();
	assert_true(ASK(.from = "zoe@far.test", .to = "jo@ours.test", .cc = "ann@acme.test").cc_known);
	assert_false(ASK(.from = "zoe@far.test", .to = "jo@ours.test", .cc = "bob@acme.test").cc_known);
	assert_false(ASK(.from = "zoe@far.test", .to = "kim@ours.test", .cc = "ann@acme.test").cc_known);
}

static void test_the_names_of_correspondents_are_known(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .to_name = "Ann B. Le\xc3\xb3n");
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "bob@free.test");
	flush();
	assert_true(ASK(.from = "invitations@linkedin.com", .to = "jo@ours.test", .person = "Ann Leon").person_known);
	assert_true(
	    ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "LEON, Ann via LinkedIn").person_known);
	assert_false(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "Ann").person_known);
	assert_false(ASK(.from = "x@linkedin.com", .to = "kim@ours.test", .person = "Ann Leon").person_known);
	/* A correspondent's own name is learned from their mail, a stranger's is not. */
	DELIVER(.from = "bob@free.test", .name = "Bob Fox", .to = "jo@ours.test");
	DELIVER(.from = "eve@evil.test", .name = "Eve Hill", .to = "jo@ours.test");
	flush();
	assert_true(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "Bob Fox").person_known);
	assert_false(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "Eve Hill").person_known);
}

/* --- what strangers sent before --- */

static void test_followups_are_told_from_conversations(void **state)
{
	struct memory_answer answer;

	(void)state;
	answer = DELIVER(.from = "eve@sales.test", .to = "jo@ours.test");
	assert_false(answer.received_before || answer.followup);
	flush();
	answer = DELIVER(.from = "eve@sales.test", .to = "jo@ours.test", .now = now + 3 * DAY);
	assert_true(answer.received_before && answer.followup && !answer.answered);
	assert_int_equal(answer.relation, RELATION_STRANGER);
	flush();
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "eve@sales.test", .now = now + 4 * DAY);
	flush();
	answer = ASK(.from = "eve@sales.test", .to = "jo@ours.test", .now = now + 5 * DAY);
	assert_true(answer.received_before && answer.answered && !answer.followup);
	assert_int_equal(answer.relation, RELATION_MUTUAL);
}

static void test_quantity_and_quality_of_a_sender(void **state)
{
	struct memory_answer answer;

	(void)state;
	DELIVER(.from = "eve@sales.test", .to = "a@ours.test b@ours.test");
	DELIVER(.from = "eve@sales.test", .to = "b@ours.test");
	flush();
	DELIVER(.from = "eve@sales.test", .to = "c@ours.test");
	flush();
	answer = ASK(.from = "eve@sales.test", .to = "d@ours.test");
	assert_int_equal(answer.contacted, 4);
	assert_int_equal(answer.answers, 0);
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "a@ours.test").contacted, 3);
	DELIVER(.outbound = true, .from = "b@ours.test", .to = "eve@sales.test");
	flush();
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "d@ours.test").answers, 1);
}

static void test_a_retry_is_the_same_message(void **state)
{
	struct memory_answer answer;

	(void)state;
	for (int i = 0; i < 3; i++) {
		answer = DELIVER(.from = "eve@sales.test", .to = "jo@ours.test", .id = "same@sales.test", .text = pitch,
				 .offence = true, .now = now + i * 600);
		assert_false(answer.received_before || answer.followup);
		assert_int_equal(answer.duplicate, i > 0);
		assert_int_equal(answer.offences, 0);
		assert_int_equal(answer.template_seen, 1);
		/* Another message in between changes nothing about the retries. */
		DELIVER(.from = "eve@sales.test", .to = "jo@ours.test", .id = "other@sales.test",
			.now = now + i * 600 + 1);
		flush();
	}
	answer = ASK(.from = "eve@sales.test", .to = "jo@ours.test", .id = "third@sales.test");
	assert_true(answer.received_before);
	assert_int_equal(answer.offences, 1);
	/* To somebody else it is counted for the first time. */
	assert_false(ASK(.from = "eve@sales.test", .to = "kim@ours.test", .id = "same@sales.test").duplicate);
}

static void test_offences_add_up_fade_and_are_forgiven(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		DELIVER(.from = i % 2 ? "eve@sales.test" : "max@sales.test", .to = "jo@ours.test", .offence = true);
	DELIVER(.from = "one@free.test", .to = "jo@ours.test", .offence = true);
	flush();
	/* A company's people share their offences, the users of a free-mail domain do not. */
	assert_int_equal(ASK(.from = "new@sales.test", .to = "kim@ours.test").offences, 3);
	assert_int_equal(ASK(.from = "two@free.test", .to = "kim@ours.test").offences, 0);
	assert_int_equal(ASK(.from = "one@free.test", .to = "kim@ours.test").offences, 1);
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "kim@ours.test", .now = now + 31 * DAY).offences, 2);
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "kim@ours.test", .now = now + 61 * DAY).offences, 1);
	assert_int_equal(ASK(.from = "one@free.test", .to = "kim@ours.test", .now = now + 61 * DAY).offences, 0);
	DELIVER(.outbound = true, .from = "kim@ours.test", .to = "eve@sales.test");
	flush();
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "jo@ours.test").offences, 0);
}

int suite_run_people(const char *name)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_everybody_begins_as_a_stranger),
	    TEST(test_only_our_writing_makes_a_relationship),
	    TEST(test_colleagues_and_companies_are_known_too),
	    TEST(test_each_recipient_has_a_relation_of_their_own),
	    TEST(test_one_mailbox_by_many_spellings),
	    TEST(test_what_is_not_from_a_person_builds_nothing),
	    TEST(test_a_forged_sender_is_unknown),
	    TEST(test_a_relationship_ends_when_nobody_writes),
	    TEST(test_a_reply_to_us_counts_and_a_mere_re_does_not),
	    TEST(test_a_friend_in_cc_is_noticed),
	    TEST(test_the_names_of_correspondents_are_known),
	    TEST(test_followups_are_told_from_conversations),
	    TEST(test_quantity_and_quality_of_a_sender),
	    TEST(test_a_retry_is_the_same_message),
	    TEST(test_offences_add_up_fade_and_are_forgiven),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
