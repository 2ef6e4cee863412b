#include "mail/view.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>

static int make_arena(void **state)
{
	g_mime_init();
	*state = arena_create(0);
	return *state == NULL;
}

static int drop_arena(void **state)
{
	arena_destroy(*state);
	return 0;
}

static const char text[] =
    "Hi Sam,\n\nI’m sоrry to bother you. We build websites for bakeries.\n\nWould Tuesday suit you?\n\n"
    "Best regards,\nPat Doyle\n\n"
    "On Mon, 3 Mar 2025 at 10:12, Sam Hill <sam@example.org> wrote:\n> see https://example.org/old\n";

static struct address pat = {{"Pat “Patty” Doyle", 21}, {"pat@sender.example", 18}, {"pat", 3}, {"sender.example", 14}};
static struct address sam = {{"Sam Hill", 8}, {"sam@example.org", 15}, {"sam", 3}, {"example.org", 11}};
static const struct link links[] = {{STR("https://click.example/x"), STR("bakery.com")}};
static const struct header headers[] = {
    {STR("X-Mailer"), STR(" SequenceMate\r\n\t4.2 ")},
    {STR("Subject"), STR("=?utf-8?q?W=C3=B6rter?=")},
    {STR("x-mailer"), STR(" =?utf-8?q?Zw=C3=96?= Eins")},
};

static struct message message_of(struct arena *arena)
{
	return (struct message){
	    .arena = arena,
	    .headers = {headers, 3},
	    .subject = STR("A QUICK Question"),
	    .from = {&pat, 1},
	    .to = {&sam, 1},
	    .text = STR(text),
	    .links = links,
	    .link_count = 1,
	};
}

static void expect(struct views *views, enum view_kind kind, const char *header, const char *expected)
{
	const struct view *view = views_get(views, kind, str_of(header));

	assert_string_equal(view->text.p, expected);
	assert_int_equal(view->text.n, strlen(expected));
	assert_ptr_equal(view, views_get(views, kind, str_of(header)));
}

static void test_each_view(void **state)
{
	struct message message = message_of(*state);
	struct views *views = views_create(&message, &mail_limits_default);

	assert_non_null(views);
	expect(views, VIEW_SUBJECT, "", "a quick question");
	expect(views, VIEW_FROM_NAME, "", "pat \"patty\" doyle");
	expect(views, VIEW_OPENER, "",
	       "i'm sorry to bother you. we build websites for bakeries. would tuesday suit you?");
	expect(views, VIEW_BODY, "",
	       "hi sam, i'm sorry to bother you. we build websites for bakeries. would tuesday suit you?");
	expect(views, VIEW_CLOSING, "",
	       "i'm sorry to bother you. we build websites for bakeries. would tuesday suit you?");
	expect(views, VIEW_SIGNATURE, "", "best regards, pat doyle");
	expect(views, VIEW_LINKS, "", "click.example/x\nexample.org/old");
	expect(views, VIEW_HEADER, "X-MAILER", "sequencemate 4.2\nzwo eins");
	expect(views, VIEW_RAW_HEADER, "X-Mailer", "SequenceMate 4.2\n=?utf-8?q?Zw=C3=96?= Eins");
	expect(views, VIEW_HEADER, "X-None", "");
	assert_true(str_find(views_get(views, VIEW_TEXT, STR(""))->text, 0, STR("> see https")) != STR_NONE);
	assert_int_equal(views_body_words(views), 16);
	assert_false(views_failed(views));
	assert_true(message.facts.link_mismatch);
	assert_false(message.facts.quoted_only);
	assert_int_equal(message.facts.limits, 0);
}

static void expect_evidence(struct views *views, enum view_kind kind, const char *header, const char *phrase,
			    const char *expected)
{
	const struct view *view = views_get(views, kind, str_of(header));
	size_t at = str_find(view->text, 0, str_of(phrase));
	struct str evidence;

	assert_true(at != STR_NONE);
	evidence = view_evidence(view, at, at + strlen(phrase));
	assert_int_equal(evidence.n, strlen(expected));
	assert_memory_equal(evidence.p, expected, evidence.n);
}

static void test_evidence_is_what_the_author_typed(void **state)
{
	struct message message = message_of(*state);
	struct views *views = views_create(&message, &mail_limits_default);

	expect_evidence(views, VIEW_OPENER, "", "i'm sorry", "I’m sоrry");
	expect_evidence(views, VIEW_BODY, "", "hi sam", "Hi Sam,");
	expect_evidence(views, VIEW_CLOSING, "", "suit you", "suit you?");
	expect_evidence(views, VIEW_SIGNATURE, "", "regards", "regards,");
	expect_evidence(views, VIEW_TEXT, "", "bother", "bother");
	expect_evidence(views, VIEW_SUBJECT, "", "quick", "QUICK");
	expect_evidence(views, VIEW_HEADER, "x-mailer", "zwo", "ZwÖ");
	expect_evidence(views, VIEW_RAW_HEADER, "x-mailer", "Mate 4", "Mate 4");
	expect_evidence(views, VIEW_LINKS, "", "example.org/o", "example.org/o");
}

static void test_limits(void **state)
{
	struct mail_limits limits = mail_limits_default;
	struct message message = message_of(*state);
	struct views *views;

	limits.view_words = 5;
	limits.links = 1;
	views = views_create(&message, &limits);
	expect(views, VIEW_TEXT, "", "hi sam, i'm sorry to");
	expect(views, VIEW_OPENER, "", "i'm sorry to");
	assert_int_equal(message.facts.limits, MAIL_LIMIT_VIEW_WORDS);
	expect(views, VIEW_LINKS, "", "click.example/x");
	assert_int_equal(message.facts.limits, MAIL_LIMIT_VIEW_WORDS | MAIL_LIMIT_LINKS);
}

static void test_empty_message(void **state)
{
	struct message message = {.arena = *state, .text = {"", 0}, .subject = {"", 0}};
	struct views *views = views_create(&message, &mail_limits_default);

	for (int kind = 0; kind < VIEW_KINDS; kind++)
		expect(views, (enum view_kind)kind, "x", "");
	assert_int_equal(views_body_words(views), 0);
	assert_false(views_failed(views));
}

static void test_names(void **state)
{
	enum view_kind kind;
	struct str header;

	(void)state;
	for (int i = 0; i < VIEW_HEADER; i++) {
		assert_true(view_kind_parse(str_of(view_kind_name((enum view_kind)i)), &kind, &header));
		assert_int_equal(kind, i);
	}
	assert_true(view_kind_parse(STR("header:X-Mailer"), &kind, &header));
	assert_int_equal(kind, VIEW_HEADER);
	assert_true(str_equal(header, STR("X-Mailer")));
	assert_true(view_kind_parse(STR("raw:Received"), &kind, &header));
	assert_int_equal(kind, VIEW_RAW_HEADER);
	assert_false(view_kind_parse(STR("header"), &kind, &header));
	assert_false(view_kind_parse(STR("raw:"), &kind, &header));
	assert_false(view_kind_parse(STR("header:a b"), &kind, &header));
	assert_false(view_kind_parse(STR("subject:x"), &kind, &header));
	assert_false(view_kind_parse(STR("bodies"), &kind, &header));
	assert_null(view_kind_name(VIEW_KINDS));
}

static void expect_example(void **state, enum view_kind kind, const char *example, const char *expected)
{
	struct view view;

	assert_int_equal(view_of_text(kind, str_of(example), *state, &view), STATUS_OK);
	assert_string_equal(view.text.p, expected);
}

static void test_examples_of_rules(void **state)
{
	expect_example(state, VIEW_OPENER, "Hi Sam, SORRY\nto bother", "hi sam, sorry to bother");
	expect_example(state, VIEW_RAW_HEADER, "As Is", "As Is");
	expect_example(state, VIEW_LINKS, "https://Calendar.example/Pat?x=1", "calendar.example/Pat");
	expect_example(state, VIEW_LINKS, "t.strk01.unknown/Open", "t.strk01.unknown/Open");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_each_view, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_evidence_is_what_the_author_typed, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_limits, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_empty_message, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_names, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_examples_of_rules, make_arena, drop_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
