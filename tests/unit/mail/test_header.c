#include "mail/header.h"

#include "mail/charset.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>

struct block {
	struct header_list list;
	size_t body;
	uint32_t limits;
};

static struct block read_block(void **state, struct str raw)
{
	struct block block = {.limits = 0};

	assert_int_equal(header_block_read(raw, &mail_limits_default, *state, &block.list, &block.body, &block.limits),
			 STATUS_OK);
	return block;
}

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

static void assert_str(struct str s, const char *expected)
{
	assert_int_equal(s.n, strlen(expected));
	assert_memory_equal(s.p, expected, s.n);
}

static void test_fields_and_body(void **state)
{
	struct str raw =
	    STR("From x@y Mon Jan 1\nSubject:one\r\nX-Folded: a\r\n\tb\r\n \r\nName : v\r\nEmpty:\r\n\r\nbody");
	struct block block = read_block(state, raw);

	assert_int_equal(block.list.count, 4);
	assert_str(block.list.items[0].name, "Subject");
	assert_str(block.list.items[0].raw, "one");
	assert_str(header_unfold(&block.list.items[1], *state), "a b");
	assert_str(block.list.items[2].name, "Name");
	assert_str(block.list.items[2].raw, " v");
	assert_str(block.list.items[3].raw, "");
	assert_str(str_sub(raw, block.body, raw.n), "body");
}

static void test_milter_form(void **state)
{
	struct str raw = STR("Subject:a\n\tb\r\nTo:\tc\r\n\r\nx\r\n");
	struct block block = read_block(state, raw);

	assert_int_equal(block.list.count, 2);
	assert_str(header_unfold(&block.list.items[0], *state), "a b");
	assert_str(str_sub(raw, block.body, raw.n), "x\r\n");
}

/* As Postfix: a line that is no field ends the header and belongs to the body. */
static void test_garbage_ends_the_header(void **state)
{
	struct str raw = STR("Subject: a\nthis is prose\nTo: b\n\nx"), nul = STR("A: b\nC\0: d\n\n");
	struct block block = read_block(state, raw);

	assert_int_equal(block.list.count, 1);
	assert_str(str_sub(raw, block.body, 13), "this is prose");
	assert_int_equal(read_block(state, nul).list.count, 1);
	assert_int_equal(read_block(state, STR(" leading blank: x\n\n")).list.count, 0);
	assert_int_equal(read_block(state, STR("")).list.count, 0);
	assert_int_equal(read_block(state, STR("Only: header")).body, 12);
}

static void test_all_instances_are_found(void **state)
{
	struct block block = read_block(state, STR("subject: a\nFrom: b\nSUBJECT: c\n\n"));
	size_t position = 0;

	assert_str(str_trim(header_next(&block.list, STR("Subject"), &position)->raw), "a");
	assert_str(str_trim(header_next(&block.list, STR("Subject"), &position)->raw), "c");
	assert_null(header_next(&block.list, STR("Subject"), &position));
	assert_null(header_first(&block.list, STR("To")));
}

static void test_limits(void **state)
{
	struct mail_limits limits = mail_limits_default;
	struct str raw = STR("A: 1\nB: 2\nC: 3333333333\n\nbody");
	struct block block = {.limits = 0};

	limits.headers = 2;
	header_block_read(raw, &limits, *state, &block.list, &block.body, &block.limits);
	assert_int_equal(block.list.count, 2);
	assert_int_equal(block.limits, MAIL_LIMIT_HEADERS);
	assert_str(str_sub(raw, block.body, 4), "body");
	limits.headers = 9;
	limits.header_bytes = 14;
	block.limits = 0;
	header_block_read(raw, &limits, *state, &block.list, &block.body, &block.limits);
	assert_int_equal(block.limits, MAIL_LIMIT_HEADER_BYTES);
	assert_str(block.list.items[2].raw, " 333");
	assert_str(str_sub(raw, block.body, 4), "body");
}

static void expect_decoded(void **state, const char *name, struct str raw, const char *text)
{
	const struct header header = {.name = str_of(name), .raw = raw};

	assert_str(header_decode(&header, *state), text);
}

static void test_encoded_words(void **state)
{
	expect_decoded(state, "Subject", STR(" =?utf-8?q?J=C3=BCrgen_M=C3=BCller?="), "Jürgen Müller");
	expect_decoded(state, "Subject", STR(" =?UTF-8?B?w6k=?=\r\n =?UTF-8?B?w6k=?= x"), "éé x");
	expect_decoded(state, "Subject", STR("=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?= split"), "€ split");
	expect_decoded(state, "Subject", STR("=?utf-8?B?4oI=?= =?utf-8?B?rA==?="), "€");
	expect_decoded(state, "Subject", STR("=?gb2312?B?xOO6ww==?= =?iso-8859-1?q?=E9?="), "你好é");
	expect_decoded(state, "Subject", STR("a=?utf-8?q?=C3=A9?=b"), "aéb");
	expect_decoded(state, "Subject", STR("=?utf-8?Q?with a blank?= rest"), "with a blank rest");
	expect_decoded(state, "Subject", STR("=?utf-8*de?q?Gr=C3=BC=C3=9Fe?="), "Grüße");
	expect_decoded(state, "Subject", STR("=?iso-8859-1?q?caf=C3=A9?="), "café");
	expect_decoded(state, "Subject", STR("=?iso-2022-jp?B?GyRCRnxLXDhsGyhC?="), "日本語");
	expect_decoded(state, "Subject", STR("=?nonsense?q?caf=E9?="), "café");
	expect_decoded(state, "Subject", STR("=?utf-8?x?abc?= =?utf-8?q?open"), "=?utf-8?x?abc?= =?utf-8?q?open");
}

static void test_encoded_line_ends_are_blanks(void **state)
{
	expect_decoded(state, "Subject", STR("=?utf-8?q?a=0D=0ABcc:_x?="), "a  Bcc: x");
}

static void test_raw_8bit(void **state)
{
	expect_decoded(state, "Subject", STR(" caf\xc3\xa9 "), "café");
	expect_decoded(state, "Subject", STR(" caf\xe9"), "café");
	expect_decoded(state, "Subject", STR("a\0b"), "ab");
}

static void test_rfc2231(void **state)
{
	const struct header broken = {STR("Content-Disposition"),
				      STR("inline; filename*=iso-2022-jp''%1B%24B%46%FF%4B")};

	expect_decoded(state, "Content-Disposition",
		       STR(" attachment; filename*0*=utf-8''%E2%82%AC%20; filename*1=\"rates.txt\""),
		       "attachment; filename=€ rates.txt");
	expect_decoded(state, "Content-Type", STR("text/plain; charset=utf-8"), "text/plain; charset=utf-8");
	assert_true(utf8_valid(header_decode(&broken, *state)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_fields_and_body, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_milter_form, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_garbage_ends_the_header, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_all_instances_are_found, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_limits, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_encoded_words, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_encoded_line_ends_are_blanks, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_raw_8bit, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_rfc2231, make_arena, drop_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
