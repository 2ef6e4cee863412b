/* LinkedIn's streams by headers and links; all headers are our own writing. */
#include "engine/linkedin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { HEADERS_MAX = 8 };

static struct arena *arena;
static struct header headers[HEADERS_MAX];
static struct address from;
static struct address reply_to;
static struct link links[2];
static struct message message;

static int setup(void **state)
{
	(void)state;
	arena = arena_create(0);
	message = (struct message){.arena = arena, .headers = {.items = headers}};
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static void add_header(const char *name, const char *value)
{
	assert_true(message.headers.count < HEADERS_MAX);
	headers[message.headers.count++] = (struct header){str_of(name), str_of(value)};
}

static void set_from(const char *display, const char *local, const char *domain)
{
	from = (struct address){.display = str_of(display), .local = str_of(local), .domain = str_of(domain)};
	message.from = (struct address_list){&from, 1};
}

static void add_link(const char *target)
{
	links[message.link_count++] = (struct link){.target = str_of(target)};
	message.links = links;
}

static void is(enum linkedin_stream expected)
{
	struct linkedin_finding finding = linkedin_classify(&message, true);

	assert_string_equal(fact_value_name(FACT_LINKEDIN, finding.stream), fact_value_name(FACT_LINKEDIN, expected));
	assert_true(finding.claimed);
	/* Without proof the same message is nothing at all. */
	assert_int_equal(linkedin_classify(&message, false).stream, LINKEDIN_NONE);
}

static void test_invitation_by_class_and_template(void **state)
{
	(void)state;
	set_from("Pat Doe", "invitations", "linkedin.com");
	add_header("X-LinkedIn-Class", " INVITE-MBR");
	is(LINKEDIN_INVITATION);
	headers[0].raw = STR(" EMAIL-DEFAULT");
	add_header("x-linkedin-template", " email_m2m_invite_single_01\r\n");
	is(LINKEDIN_INVITATION);
	assert_true(str_equal(linkedin_classify(&message, true).template_name, STR("email_m2m_invite_single_01")));
	assert_false(linkedin_classify(&message, true).template_new);
}

static void test_guest_invitation(void **state)
{
	(void)state;
	set_from("Pat Doe", "invitations", "linkedin.com");
	add_header("X-LinkedIn-Template", "invite_guest_59");
	is(LINKEDIN_GUEST_INVITATION);
	message.headers.count = 0;
	add_link("https://www.linkedin.com/e/v2?e=1&ek=invite_guest&sharedKey=x&invitationId=5");
	is(LINKEDIN_GUEST_INVITATION);
}

static void test_invitation_by_its_button(void **state)
{
	(void)state;
	set_from("Pat Doe", "invitations", "linkedin.com");
	is(LINKEDIN_UNKNOWN);
	add_link("https://www.linkedin.com/comm/people/invite-accept?mboxid=1&sharedKey=a&invitationId=2");
	is(LINKEDIN_INVITATION);
}

static void test_a_button_elsewhere_is_no_invitation(void **state)
{
	(void)state;
	set_from("Pat Doe", "invitations", "linkedin.com");
	add_link("https://linkedin.com.example.net/comm/people/invite-accept?sharedKey=a&invitationId=2");
	is(LINKEDIN_UNKNOWN);
}

static void test_acceptance_is_no_invitation(void **state)
{
	(void)state;
	set_from("Pat Doe via LinkedIn", "invitations", "linkedin.com");
	is(LINKEDIN_ACCEPTANCE);
	add_header("X-LinkedIn-Template", "accept_invite_04");
	is(LINKEDIN_ACCEPTANCE);
	add_header("X-LinkedIn-Class", "INVITE-MBR");
	is(LINKEDIN_ACCEPTANCE);
}

static void test_inmail_and_messages(void **state)
{
	(void)state;
	set_from("Pat Doe", "inmail-hit-reply", "linkedin.com");
	is(LINKEDIN_INMAIL);
	set_from("Pat Doe", "hit-reply", "linkedin.com");
	is(LINKEDIN_MESSAGE);
	add_header("X-LinkedIn-Class", "INMAIL");
	is(LINKEDIN_INMAIL);
	headers[0] = (struct header){STR("X-LinkedIn-Template"), STR("email_hire_inmail_initial_single_01")};
	is(LINKEDIN_INMAIL);
	headers[0].raw = STR("email_member_message_v2");
	is(LINKEDIN_MESSAGE);
	headers[0].raw = STR("email_type_messaging_digest");
	is(LINKEDIN_MESSAGE);
}

static void test_an_unknown_sender_with_a_conversation(void **state)
{
	(void)state;
	set_from("Pat Doe", "new-sender", "linkedin.com");
	add_header("X-LinkedIn-Id", "abc");
	add_link("https://www.linkedin.com/comm/messaging/thread/2-abc");
	is(LINKEDIN_UNKNOWN);
	reply_to = (struct address){.domain = STR("reply.linkedin.com")};
	message.reply_to = (struct address_list){&reply_to, 1};
	is(LINKEDIN_MESSAGE);
}

static void test_security_before_everything(void **state)
{
	(void)state;
	set_from("LinkedIn", "security-noreply", "linkedin.com");
	add_header("X-LinkedIn-Class", "INMAIL");
	add_link("https://www.linkedin.com/comm/people/invite-accept?sharedKey=a&invitationId=2");
	is(LINKEDIN_SECURITY);
	set_from("LinkedIn", "messages-noreply", "linkedin.com");
	add_header("X-LinkedIn-Template", "security_password_reset_checkpoint");
	is(LINKEDIN_SECURITY);
	headers[1].raw = STR("email_pin_01");
	is(LINKEDIN_SECURITY);
	headers[1] = (struct header){STR("Feedback-ID"), STR("email_login_alert_01:linkedin")};
	is(LINKEDIN_SECURITY);
}

static void test_short_stems_are_whole_words(void **state)
{
	(void)state;
	set_from("LinkedIn", "messages-noreply", "linkedin.com");
	add_header("X-LinkedIn-Template", "email_opinion_digest_01");
	is(LINKEDIN_DIGEST);
}

static void test_billing_support_and_jobs(void **state)
{
	(void)state;
	set_from("LinkedIn", "billing-noreply", "linkedin.com");
	is(LINKEDIN_BILLING);
	set_from("LinkedIn", "linkedin_support", "cs.linkedin.com");
	is(LINKEDIN_SUPPORT);
	set_from("LinkedIn", "legalnotice", "linkedin.com");
	is(LINKEDIN_SUPPORT);
	set_from("LinkedIn Job Alerts", "jobalerts-noreply", "linkedin.com");
	is(LINKEDIN_JOB);
	set_from("LinkedIn", "messages-noreply", "linkedin.com");
	add_header("X-LinkedIn-Template", "email_jobs_viewed_job_reminder_01");
	is(LINKEDIN_JOB);
	headers[0].raw = STR("jobs_jymbii_digest");
	is(LINKEDIN_JOB);
	headers[0] = (struct header){STR("X-LinkedIn-Class"), STR("SAVEDSEARCH")};
	is(LINKEDIN_JOB);
}

static void test_digests_and_marketing(void **state)
{
	(void)state;
	set_from("LinkedIn", "messages-noreply", "linkedin.com");
	is(LINKEDIN_DIGEST);
	set_from("LinkedIn News", "editors-noreply", "linkedin.com");
	add_header("X-LinkedIn-Template", "email_editorial_suggested_top_conversations_01");
	is(LINKEDIN_DIGEST);
	message.headers.count = 0;
	set_from("LinkedIn", "linkedin", "e.linkedin.com");
	is(LINKEDIN_MARKETING);
}

static void test_template_from_list_unsubscribe(void **state)
{
	(void)state;
	set_from("Pat Doe", "invitations", "linkedin.com");
	add_header("List-Unsubscribe", "<https://www.linkedin.com/e/v2?e=1&t=lun&ek=email_m2m_invite_single_01&li=1>");
	is(LINKEDIN_INVITATION);
	headers[0].raw = STR("<https://www.linkedin.com/x?lipi=urn%3Ali%3Apage%3Aemail_email_hire_inmail_x%3B1>");
	is(LINKEDIN_INMAIL);
	headers[0].raw = STR("<https://www.linkedin.com/x?trk=eml-email_job_alert_digest_01-footer>");
	is(LINKEDIN_JOB);
}

static void test_unknown_templates_are_named_and_left_alone(void **state)
{
	(void)state;
	set_from("LinkedIn", "noreply", "linkedin.com");
	add_header("X-LinkedIn-Template", "email_never_seen_before_01");
	is(LINKEDIN_UNKNOWN);
	assert_true(str_equal(linkedin_classify(&message, true).template_name, STR("email_never_seen_before_01")));
	assert_true(linkedin_classify(&message, true).template_new);
	assert_false(linkedin_classify(&message, false).template_new);
}

static void test_staff_are_people(void **state)
{
	(void)state;
	set_from("Lee Roe", "lroe", "linkedin.com");
	add_header("Message-ID", "<1234@linkedin.biz>");
	add_header("List-Unsubscribe", "<https://lists.example.org/options/dev>");
	is(LINKEDIN_STAFF);
	set_from("LinkedIn", "something-noreply", "linkedin.com");
	is(LINKEDIN_UNKNOWN);
}

static void test_claims_prove_nothing(void **state)
{
	struct linkedin_finding finding;

	(void)state;
	set_from("LinkedIn", "news", "example.com");
	finding = linkedin_classify(&message, false);
	assert_false(finding.claimed);
	add_header("X-LinkedIn-Class", "INMAIL");
	finding = linkedin_classify(&message, false);
	assert_true(finding.claimed);
	assert_int_equal(finding.stream, LINKEDIN_NONE);
	message.headers.count = 0;
	add_header("Return-Path", "<m-abc@bounce.linkedin.com>");
	assert_true(linkedin_classify(&message, false).claimed);
	headers[0].raw = STR("<m-abc@bounce.linkedin.com.example.net>");
	assert_false(linkedin_classify(&message, false).claimed);
}

static void test_a_signature_on_other_peoples_mail(void **state)
{
	(void)state;
	set_from("Pat Doe", "pat", "example.org");
	assert_int_equal(linkedin_classify(&message, true).stream, LINKEDIN_NONE);
	add_header("X-LinkedIn-Class", "INMAIL");
	assert_int_equal(linkedin_classify(&message, true).stream, LINKEDIN_UNKNOWN);
}

static void test_origin_needs_dkim_or_a_confirmed_name(void **state)
{
	const struct str good[] = {{"mailb.linkedin.com", 18}};
	const struct str bad[] = {{"linkedin.com.example.net", 24}, {"notlinkedin.com", 15}};
	struct auth_evidence evidence = {.from = AUTH_NONE};
	struct envelope envelope = {.client_name = STR("mailb-ga.linkedin.com")};

	(void)state;
	assert_false(linkedin_origin_proved(&evidence, NULL));
	assert_true(linkedin_origin_proved(&evidence, &envelope));
	envelope.client_name = STR("linkedin.com.example.net");
	assert_false(linkedin_origin_proved(&evidence, &envelope));
	evidence.dkim_domains = bad;
	evidence.dkim_domain_count = 2;
	assert_false(linkedin_origin_proved(&evidence, &envelope));
	evidence.dkim_domains = good;
	evidence.dkim_domain_count = 1;
	assert_true(linkedin_origin_proved(&evidence, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_invitation_by_class_and_template, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_guest_invitation, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_invitation_by_its_button, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_a_button_elsewhere_is_no_invitation, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_acceptance_is_no_invitation, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_inmail_and_messages, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_an_unknown_sender_with_a_conversation, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_security_before_everything, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_short_stems_are_whole_words, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_billing_support_and_jobs, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_digests_and_marketing, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_template_from_list_unsubscribe, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_unknown_templates_are_named_and_left_alone, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_staff_are_people, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_claims_prove_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_a_signature_on_other_peoples_mail, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_origin_needs_dkim_or_a_confirmed_name, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
