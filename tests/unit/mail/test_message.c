#include "mail/message.h"

#include "base/buf.h"
#include "mail/charset.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static struct message parse_with(struct arena *arena, struct str raw, const struct mail_limits *limits)
{
	struct message message;
	size_t end = 0;

	assert_int_equal(message_parse(raw, limits, arena, &message), STATUS_OK);
	assert_true(utf8_valid(message.text));
	for (size_t i = 0; i < message.span_count; i++) {
		assert_true(message.spans[i].start >= end && message.spans[i].end > message.spans[i].start);
		end = message.spans[i].end;
		assert_true(end <= message.text.n);
	}
	return message;
}

static struct message parse(struct arena *arena, struct str raw)
{
	return parse_with(arena, raw, &mail_limits_default);
}

static void expect_text(struct str raw, const char *text)
{
	struct arena *arena = arena_create(0);
	struct message message = parse(arena, raw);

	if (!str_equal(str_trim(message.text), str_of(text)))
		fail_msg("text is: %.*s", STR_ARGS(message.text));
	arena_destroy(arena);
}

static struct message_facts facts_of(struct str raw)
{
	struct arena *arena = arena_create(0);
	struct message_facts facts = parse(arena, raw).facts;

	arena_destroy(arena);
	return facts;
}

static void test_plain(void **state)
{
	struct arena *arena = arena_create(0);
	struct message message = parse(
	    arena,
	    STR("From:Sam Hill <sam@Example.org>\r\nTo:a@x.example,\n\tb@y.example\r\nCc:c@z.example\r\n"
		"Reply-To:r@x.example\r\nSubject:Hello\r\nSubject:again\r\nMessage-ID: <1@x>\r\n\r\nHi\r\nthere\r\n"));

	(void)state;
	assert_true(str_equal(message.subject, STR("Hello again")));
	assert_int_equal(message.from.count, 1);
	assert_true(str_equal(message.from.items[0].domain, STR("example.org")));
	assert_int_equal(message.to.count, 2);
	assert_int_equal(message.cc.count, 1);
	assert_int_equal(message.reply_to.count, 1);
	assert_true(str_equal(message.message_id, STR("1@x")));
	assert_true(str_equal(message.text, STR("Hi\nthere\n")));
	assert_int_equal(message.facts.limits, 0);
	arena_destroy(arena);
}

static void test_odd_inputs(void **state)
{
	(void)state;
	expect_text(STR(""), "");
	expect_text(STR("\n"), "");
	expect_text(STR("no header at all\nsecond line\n"), "no header at all\nsecond line");
	expect_text(STR("Subject: x\n"), "");
	expect_text(STR("Content-Type: nonsense\n\nstill text"), "still text");
	expect_text(STR("Content-Type: text\n\nstill text"), "still text");
	expect_text(STR("Content-Type: text/plain; charset\n\nstill \xe9"), "still é");
	expect_text(STR("Content-Transfer-Encoding: x-nothing\n\nstill text"), "still text");
	expect_text(STR("\n\0a\0b\r\nc\rd\n"), "ab\nc\nd");
}

static void test_transfer_encodings(void **state)
{
	(void)state;
	expect_text(STR("Content-Transfer-Encoding: quoted-printable\n\nH=C3=A9llo =\nworld=21\n"), "Héllo world!");
	expect_text(STR("Content-Transfer-Encoding: BASE64\n\nSMOpbGxv\r\nIHdvcmxk\r\n"), "Héllo world");
	expect_text(STR("Content-Transfer-Encoding: base64\n\nThis is not base64 at all, is it?\n"),
		    "This is not base64 at all, is it?");
	expect_text(
	    STR("Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: 8bit\n\n\xf0\xd2\xc9\xd7\xc5\xd4\n"),
	    "Привет");
	expect_text(STR("Content-Type: text/plain; charset=\"ISO-2022-JP\"\n\n\x1b$BF|K\\\x1b(B\n"), "日本");
	expect_text(STR("Content-Type: text/plain; charset=utf-16le\nContent-Transfer-Encoding: base64\n\naABpAA==\n"),
		    "hi");
}

static void test_flowed(void **state)
{
	(void)state;
	expect_text(STR("Content-Type: text/plain; format=flowed\r\n\r\nOne long \r\nline.\r\n> quoted \r\n> text\r\n"
			" From here\r\n-- \r\nSam\r\n"),
		    "One long line.\n> quoted text\nFrom here\n-- \nSam");
	expect_text(STR("Content-Type: text/plain; format=flowed; delsp=yes\n\n日本 \n語\n"), "日本語");
	expect_text(STR("Content-Type: text/plain\n\nNot flowed \nline\n"), "Not flowed \nline");
}

static void test_wrongly_typed_text(void **state)
{
	(void)state;
	expect_text(STR("Content-Type: application/octet-stream\n\nplain words\n"), "plain words");
	expect_text(STR("Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n"
			"PGh0bWw+PGI+Ym9sZDwvYj4gd29yZHM8L2h0bWw+\n"),
		    "bold words");
	expect_text(STR("\n<html><body><p>html words</p></body></html>"), "html words");
	expect_text(STR("Content-Type: text/plain\nContent-Disposition: attachment; filename=mail.txt\n\nalone\n"),
		    "alone");
	expect_text(
	    STR("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/octet-stream; name=a.txt\n\n"
		"named text\n--b--\n"),
	    "named text");
	expect_text(STR("Content-Type: image/png\n\n\x89PNG words\n"), "");
	expect_text(STR("Content-Type: text/plain\nContent-Type: text/html\n\n<b>tags</b>\n"), "tags");
	expect_text(STR("Content-Type: text/enriched\n\n<bold>Hi</bold> a<<b<param>x</param>\nc\n\nd\n"),
		    "Hi a<b c\nd");
}

static void test_attachments(void **state)
{
	struct str raw =
	    STR("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nwords\n--b\n"
		"Content-Type: text/plain\nContent-Disposition: attachment; filename=x.txt\n\nfile words\n--b\n"
		"Content-Type: text/plain\nContent-Disposition: inline\n\nfooter\n--b--\n");

	(void)state;
	expect_text(raw, "words\n\n\f\nfooter");
	assert_true(facts_of(raw).has_attachment);
	assert_true(facts_of(STR("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\n"
				 "Content-Type: application/pdf; name*=utf-8''a.pdf\n\nx\n--b--\n"))
			.has_attachment);
	assert_false(facts_of(STR("Content-Type: multipart/signed; boundary=b\n\n--b\n\nx\n--b\n"
				  "Content-Type: application/pgp-signature; name=signature.asc\n\nx\n--b--\n"))
			 .has_attachment);
	assert_false(facts_of(STR("Content-Type: multipart/related; boundary=b\n\n--b\n\nx\n--b\n"
				  "Content-Type: image/png; name=logo.png\nContent-ID: <logo>\n\nx\n--b--\n"))
			 .has_attachment);
}

#define ALTERNATIVES(plain, html)                                                                                  \
	STR("Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n" plain \
	    "\r\n--b\r\nContent-Type: text/html\r\n\r\n" html "\r\n--b--\r\n")

static void test_alternatives(void **state)
{
	struct str same = ALTERNATIVES("Hi Sam,\r\n\r\nhow are you?", "<p>Hi Sam,</p><p>how <b>are</b> you?</p>");
	struct str empty = ALTERNATIVES("", "<p>Hi Sam</p>");
	struct str note = ALTERNATIVES("Please use a reader that shows HTML.", "<p>Dear Sam, may I introduce us?</p>");
	struct str differ = ALTERNATIVES("The garden is open.", "<p>Buy fifty leads from our agency.</p>");

	(void)state;
	expect_text(same, "Hi Sam,\n\nhow are you?");
	assert_false(facts_of(same).parts_differ);
	expect_text(empty, "Hi Sam");
	assert_false(facts_of(empty).parts_differ);
	expect_text(note, "Dear Sam, may I introduce us?");
	assert_false(facts_of(note).parts_differ);
	expect_text(differ, "The garden is open.\n\n\f\nBuy fifty leads from our agency.");
	assert_true(facts_of(differ).parts_differ);
}

/* What is in the HTML alone is seen even when the plain text is taken. */
static void test_html_is_read_beside_plain(void **state)
{
	struct arena *arena = arena_create(0);
	struct message message =
	    parse(arena, ALTERNATIVES("Hi Sam, see our page", "<p>Hi Sam, see our <a href='http://a.example/'>page</a>"
							      "<img src='http://t.example/1' width=1 height=1>"));

	(void)state;
	assert_true(str_equal(str_trim(message.text), STR("Hi Sam, see our page")));
	assert_int_equal(message.link_count, 1);
	assert_true(message.facts.tracking_pixel);
	arena_destroy(arena);
}

/* The spans of an alternative that was taken out go with it; those behind move up. */
static void test_spans_move_with_the_text(void **state)
{
	struct arena *arena = arena_create(0);
	struct message message = parse(
	    arena,
	    STR("Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nThis needs HTML\n"
		"--b\nContent-Type: text/html\n\n<p>Yes, we will come on Tuesday.</p><blockquote type=cite>No?"
		"</blockquote>\n--b--\n"));

	(void)state;
	assert_int_equal(message.span_count, 1);
	assert_int_equal(message.spans[0].role, TEXT_QUOTE);
	assert_true(str_equal(
	    str_sub(message.text, message.spans[0].start, message.spans[0].end - message.spans[0].start), STR("No?")));
	arena_destroy(arena);
}

static void test_nested(void **state)
{
	(void)state;
	expect_text(
	    STR("Content-Type: multipart/mixed; boundary=\"a b\"\r\n\r\npreamble\r\n--a b\r\n"
		"Content-Type: multipart/related; boundary=c\r\n\r\n--c\r\n"
		"Content-Type: multipart/alternative; boundary=d\r\n\r\n--d\r\n\r\none\r\n--d\r\n"
		"Content-Type: text/html\r\n\r\n<p>one</p>\r\n--d--\r\n--c--\r\n--a b\r\n\r\ntwo\r\n--a b--\r\nepilogue"),
	    "one\n\n\f\ntwo");
}

static void test_forwarded_message(void **state)
{
	struct arena *arena = arena_create(0);
	struct message message = parse(
	    arena, STR("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nFYI\n--b\nContent-Type: message/rfc822\n\n"
		       "From: =?utf-8?q?J=C3=B6?= <j@x.example>\nSubject: Offer\nContent-Type: text/html\n\n"
		       "<p>Buy <blockquote type=cite>now</blockquote></p>\n--b\n\nfooter\n--b--\n"));
	struct text_span span = message.spans[0];
	struct str forwarded;

	(void)state;
	assert_int_equal(span.role, TEXT_FORWARD);
	assert_true(str_starts(message.text, STR("FYI\n")));
	forwarded = str_sub(message.text, span.start, message.spans[message.span_count - 1].end - span.start);
	assert_true(str_find(forwarded, 0, STR("Jö")) != STR_NONE);
	assert_true(str_find(forwarded, 0, STR("Subject: Offer")) != STR_NONE);
	assert_true(str_find(forwarded, 0, STR("now")) != STR_NONE);
	assert_true(str_find(forwarded, 0, STR("footer")) == STR_NONE);
	arena_destroy(arena);
}

static void test_report(void **state)
{
	struct arena *arena = arena_create(0);
	struct message message =
	    parse(arena, STR("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n"
			     "Could not be delivered.\n--b\nContent-Type: message/delivery-status\n\n"
			     "Reporting-MTA: dns; x.example\n\nAction: failed\n--b--\n"));

	(void)state;
	assert_true(message.facts.automatic);
	assert_int_equal(message.span_count, 1);
	assert_int_equal(message.spans[0].role, TEXT_FORWARD);
	assert_true(str_starts(message.text, STR("Could not be delivered.")));
	arena_destroy(arena);
}

static void test_wrong_boundary(void **state)
{
	(void)state;
	expect_text(
	    STR("Content-Type: multipart/mixed; boundary=wrong\n\n--right\nContent-Type: text/html\n\n<b>words</b>\n"
		"--right--\n"),
	    "words");
	expect_text(STR("Content-Type: multipart/mixed\n\n--right\nContent-Type: text/plain\n\nwords\n--right--\n"),
		    "words");
	expect_text(STR("Subject: x\n\n--b\nContent-Type: text/plain\n\nwords\n--b--\n"), "words");
	expect_text(STR("Content-Type: multipart/mixed; boundary=b\n\njust words\n"), "just words");
	expect_text(STR("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nnever closed"),
		    "never closed");
}

static void test_encrypted_and_calendar(void **state)
{
	(void)state;
	assert_true(facts_of(STR("Content-Type: multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--\n")).encrypted);
	assert_true(facts_of(STR("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx")).encrypted);
	assert_false(facts_of(STR("Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nx")).encrypted);
	assert_true(facts_of(STR("\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n")).encrypted);
	assert_true(facts_of(STR("Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n")).calendar);
}

struct fact_case {
	const char *header;
	bool list, bulk, automatic, unsubscribe, reply;
};

static void test_header_facts(void **state)
{
	static const struct fact_case cases[] = {
	    {"List-Id: <x.example.org>", true, false, false, false, false},
	    {"List-Post: <mailto:x@example.org>", true, false, false, false, false},
	    {"List-Post: NO", false, false, false, false, false},
	    {"List-Unsubscribe: <https://x.example/>", false, false, false, true, false},
	    {"List-Unsubscribe-Post: List-Unsubscribe=One-Click", false, true, false, false, false},
	    {"Sender: owner-talk@example.org", true, false, false, false, false},
	    {"Sender: \"talk\" <talk-bounces@example.org>", true, false, false, false, false},
	    {"Sender: sam@example.org", false, false, false, false, false},
	    {"Precedence: list", true, true, false, false, false},
	    {"Precedence: bulk", false, true, false, false, false},
	    {"Precedence: first-class", false, false, false, false, false},
	    {"X-Mailman-Version: 2.1", true, false, false, false, false},
	    {"Feedback-ID: a:b", false, true, false, false, false},
	    {"X-Mailgun-Sid: x", false, true, false, false, false},
	    {"X-SES-Outgoing: x", false, true, false, false, false},
	    {"Auto-Submitted: auto-replied", false, false, true, false, false},
	    {"Auto-Submitted: no", false, false, false, false, false},
	    {"X-GitHub-Reason: mention", false, false, true, false, false},
	    {"X-Auto-Response-Suppress: All", false, false, false, false, false},
	    {"X-Cron-Env: <LANG=C>", false, false, true, false, false},
	    {"In-Reply-To: <1@x>", false, false, false, false, true},
	    {"Subject: RE: offer", false, false, false, false, true},
	    {"Subject: [list] Re[2]: offer", false, false, false, false, true},
	    {"Subject: AW: Angebot", false, false, false, false, true},
	    {"Subject: =?utf-8?q?=E5=9B=9E=E5=A4=8D=EF=BC=9A?=x", false, false, false, false, true},
	    {"Subject: Regarding: x", false, false, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf raw = buf_make(NULL);
		struct message_facts facts;

		buf_add_format(&raw, "%s\r\n\r\nx\r\n", cases[i].header);
		facts = facts_of(buf_str(&raw));
		if (facts.list != cases[i].list || facts.bulk != cases[i].bulk ||
		    facts.automatic != cases[i].automatic || facts.has_unsubscribe != cases[i].unsubscribe ||
		    facts.reply != cases[i].reply)
			fail_msg("%s", cases[i].header);
		buf_free(&raw);
	}
}

static void test_limits(void **state)
{
	struct mail_limits limits = mail_limits_default;
	struct arena *arena = arena_create(0);
	struct message message;

	(void)state;
	limits.scan_bytes = 10;
	message = parse_with(arena, STR("A: b\n\n0123456789abc"), &limits);
	assert_int_equal(message.facts.limits, MAIL_LIMIT_SCAN_BYTES);
	assert_true(str_equal(message.text, STR("0123456789")));
	limits = mail_limits_default;
	limits.decoded_bytes = 4;
	message = parse_with(arena, STR("Content-Transfer-Encoding: base64\n\nSMOpbGxvIHdvcmxk\n"), &limits);
	assert_int_equal(message.facts.limits, MAIL_LIMIT_DECODED_BYTES);
	assert_true(str_equal(message.text, STR("Hél")));
	limits = mail_limits_default;
	limits.mime_parts = 2;
	message = parse_with(
	    arena, STR("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b\n\nthree\n--b--\n"),
	    &limits);
	assert_int_equal(message.facts.limits, MAIL_LIMIT_MIME_PARTS);
	assert_true(str_find(message.text, 0, STR("two")) != STR_NONE);
	assert_true(str_find(message.text, 0, STR("three")) == STR_NONE);
	limits = mail_limits_default;
	limits.time_ms = 0;
	message = parse_with(arena, STR("\nwords"), &limits);
	assert_int_equal(message.facts.limits, MAIL_LIMIT_TIME);
	arena_destroy(arena);
}

static unsigned int next_random(unsigned int *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

/* Flipped, cut and doubled bytes of a message that has a little of everything never break anything. */
static void test_mutations(void **state)
{
	static const char sample[] =
	    "From: =?utf-8?q?J=C3=BC?= <a@b.example>\r\nSubject: =?iso-2022-jp?B?GyRCRnxLXBsoQg==?=\r\n"
	    "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n"
	    "--c\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\n\r\nHi \r\n> Sam\r\n--c\r\n"
	    "Content-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "<style>.x{display:none}</style><p class=3Dx>hid=C4=E3den</p><a href=3D'http://x.example'>Hi</a>&#847;&zwnj;\r\n"
	    "--c--\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	    "SMOpbGxvIHdvcmxk\r\n--b--\r\n";
	unsigned int seed = 11;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct arena *arena = arena_create(0);
		size_t n = sizeof sample - 1;
		char *copy = malloc(n);

		assert_non_null(copy);
		memcpy(copy, sample, n);
		for (unsigned int i = next_random(&seed) % 8; i > 0; i--)
			copy[next_random(&seed) % n] = (char)next_random(&seed);
		if (round % 3 == 0)
			n = next_random(&seed) % n;
		parse(arena, (struct str){copy, n});
		free(copy);
		arena_destroy(arena);
	}
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
	    cmocka_unit_test(test_plain),
	    cmocka_unit_test(test_odd_inputs),
	    cmocka_unit_test(test_transfer_encodings),
	    cmocka_unit_test(test_flowed),
	    cmocka_unit_test(test_wrongly_typed_text),
	    cmocka_unit_test(test_attachments),
	    cmocka_unit_test(test_alternatives),
	    cmocka_unit_test(test_html_is_read_beside_plain),
	    cmocka_unit_test(test_spans_move_with_the_text),
	    cmocka_unit_test(test_nested),
	    cmocka_unit_test(test_forwarded_message),
	    cmocka_unit_test(test_report),
	    cmocka_unit_test(test_wrong_boundary),
	    cmocka_unit_test(test_encrypted_and_calendar),
	    cmocka_unit_test(test_header_facts),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
