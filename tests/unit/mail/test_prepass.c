#include "mail/prepass.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <gmime/gmime.h>
#include <stdlib.h>

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

static const struct str mixed = STR("multipart/mixed; boundary=\"b\"");

/* How many parts GMime makes of what the pre-pass lets through; no part may be beyond the limit. */
static size_t parts_of(GMimeObject *object)
{
	size_t count = 0;

	if (GMIME_IS_MESSAGE_PART(object)) {
		GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));

		return 1 + (message ? parts_of(g_mime_message_get_mime_part(message)) : 0);
	}
	if (!GMIME_IS_MULTIPART(object))
		return 1;
	for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); i++)
		count += parts_of(g_mime_multipart_get_part(GMIME_MULTIPART(object), i));
	return count + 1;
}

static size_t gmime_parts(struct str body, struct str type, void **state)
{
	struct buf text = buf_make(*state);
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeObject *object;
	size_t count;

	buf_add_format(&text, "Content-Type: %.*s\n\n", STR_ARGS(type));
	buf_add_str(&text, body);
	stream = g_mime_stream_mem_new_with_buffer(text.p, text.n);
	parser = g_mime_parser_new_with_stream(stream);
	object = g_mime_parser_construct_part(parser, NULL);
	count = object ? parts_of(object) : 0;
	if (object)
		g_object_unref(object);
	g_object_unref(parser);
	g_object_unref(stream);
	return count;
}

static void test_ordinary_mail_passes_whole(void **state)
{
	struct str body =
	    STR("preamble\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nx\r\n"
		"-- \r\nsignature\r\n--------\r\n--c--\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n"
		"\r\nz\r\n--b--\r\nepilogue\r\n");
	uint32_t hit = 0;

	assert_int_equal(prepass_length(body, mixed, &mail_limits_default, *state, &hit), body.n);
	assert_int_equal(hit, 0);
}

static void test_too_many_parts(void **state)
{
	struct mail_limits limits = mail_limits_default;
	struct buf body = buf_make(*state);
	uint32_t hit = 0;
	size_t n;

	limits.mime_parts = 10;
	for (int i = 0; i < 100; i++)
		buf_add_text(&body, "--b\n\nx\n");
	n = prepass_length(buf_str(&body), mixed, &limits, *state, &hit);
	assert_int_equal(hit, MAIL_LIMIT_MIME_PARTS);
	assert_int_equal(n, 10 * 7);
}

static void test_too_deep(void **state)
{
	struct mail_limits limits = mail_limits_default;
	struct buf body = buf_make(*state);
	uint32_t hit = 0;
	size_t n;

	limits.mime_depth = 5;
	for (int i = 0; i < 100; i++)
		buf_add_format(
		    &body, "--%.*s\nContent-Type: multipart/mixed;\n\tboundary=%.*s\n\n", i + 1,
		    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
		    "bbbbbbbbbbb",
		    i + 2,
		    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
		    "bbbbbbbbbbb");
	n = prepass_length(buf_str(&body), mixed, &limits, *state, &hit);
	assert_int_equal(hit, MAIL_LIMIT_MIME_DEPTH);
	assert_true(gmime_parts(str_sub(buf_str(&body), 0, n), mixed, state) <= 6);
}

static void test_nested_messages_count(void **state)
{
	struct mail_limits limits = mail_limits_default;
	struct buf body = buf_make(*state);
	uint32_t hit = 0;

	limits.mime_depth = 5;
	for (int i = 0; i < 100; i++)
		buf_add_text(&body, "Content-Type: message/rfc822\n\n");
	assert_true(prepass_length(buf_str(&body), STR("message/rfc822"), &limits, *state, &hit) < 300);
	assert_int_equal(hit, MAIL_LIMIT_MIME_DEPTH);
}

static void test_part_headers_are_bounded(void **state)
{
	struct buf body = buf_make(*state);
	uint32_t hit = 0;
	size_t n;

	buf_add_text(&body, "--b\n\nfirst\n--b\n");
	for (int i = 0; i < 10000; i++)
		buf_add_text(&body, "A: b\n");
	n = prepass_length(buf_str(&body), mixed, &mail_limits_default, *state, &hit);
	assert_int_equal(hit, MAIL_LIMIT_HEADERS);
	assert_int_equal(n, 11);
}

static void test_guess(void **state)
{
	struct str boundary;

	(void)state;
	assert_true(prepass_guess_boundary(STR("x\n-- \nsig\n--=_1\r\nContent-Type: text/plain\r\n\r\n"), &boundary));
	assert_true(str_equal(boundary, STR("=_1")));
	assert_false(prepass_guess_boundary(STR("-- \nContent is king\n--x\nno"), &boundary));
}

static unsigned int next_random(unsigned int *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

/* Whatever the structure, GMime never sees more parts than the limit. */
static void test_never_more_than_the_limit(void **state)
{
	static const char *const pieces[] = {
	    "--b\n",
	    "--b--\n",
	    "--c\r\n",
	    "--c--\n",
	    "--b \n",
	    "--bc\n",
	    "\n",
	    "x\n",
	    "Content-Type: message/rfc822\n",
	    "Content-Type: multipart/mixed; boundary=c\n",
	    "Content-Type: multipart/mixed;\n boundary=\"b\"\n",
	    "content-type : (x) multipart/digest; boundary*0=\"b\"; boundary*1=c\n",
	    "Subject: x\n",
	    "--",
	    "garbage\n",
	};
	struct mail_limits limits = mail_limits_default;
	unsigned int seed = 3;

	limits.mime_parts = 6;
	limits.mime_depth = 4;
	for (int round = 0; round < 3000; round++) {
		struct buf body = buf_make(*state);
		uint32_t hit = 0;
		size_t n;

		for (int i = 0; i < 40; i++)
			buf_add_text(&body, pieces[next_random(&seed) % (sizeof pieces / sizeof *pieces)]);
		n = prepass_length(buf_str(&body), mixed, &limits, *state, &hit);
		assert_true(n <= body.n);
		if (gmime_parts(str_sub(buf_str(&body), 0, n), mixed, state) > 2 * limits.mime_parts + 2)
			fail_msg("too many parts in:\n%.*s", (int)n, body.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_ordinary_mail_passes_whole, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_too_many_parts, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_too_deep, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_nested_messages_count, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_part_headers_are_bounded, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_guess, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_never_more_than_the_limit, make_arena, drop_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
