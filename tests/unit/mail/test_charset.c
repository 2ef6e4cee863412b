#include "mail/charset.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static int make_arena(void **state)
{
	*state = arena_create(0);
	return *state == NULL;
}

static int drop_arena(void **state)
{
	arena_destroy(*state);
	return 0;
}

static void expect(void **state, struct str bytes, const char *charset, const char *text)
{
	struct str out;

	assert_int_equal(charset_to_utf8(bytes, str_of(charset), *state, &out), STATUS_OK);
	assert_int_equal(out.n, strlen(text));
	assert_memory_equal(out.p, text, out.n);
}

static void test_valid_utf8_is_believed(void **state)
{
	struct str bytes = STR("caf\xc3\xa9"), out;

	expect(state, bytes, "iso-8859-1", "café");
	expect(state, bytes, "us-ascii", "café");
	expect(state, bytes, "no-such-charset", "café");
	expect(state, STR("\xef\xbb\xbfhello"), "", "hello");
	assert_int_equal(charset_to_utf8(bytes, STR("utf-8"), *state, &out), STATUS_OK);
	assert_ptr_equal(out.p, bytes.p);
}

static void test_label_counts_for_the_rest(void **state)
{
	expect(state, STR("caf\xe9 \x93x\x94"), "iso-8859-1", "café “x”");
	expect(state, STR("caf\xe9"), "", "café");
	expect(state, STR("caf\xe9"), "x-unknown", "café");
	expect(state, STR("\xcf\xf0\xe8\xe2\xe5\xf2"), "windows-1251", "Привет");
	expect(state, STR("\xf0\xd2\xc9\xd7\xc5\xd4"), "\"KOI8-R\"", "Привет");
	expect(state, STR("\xc4\xe3\xba\xc3\x81\x30\x86\x37"), "gb2312", "你好¿");
	expect(state, STR("\x93\xfa\x96\x7b"), "Shift_JIS", "日本");
	expect(state, STR("\xa4\xe9\xa4\xe5"), "big5", "日文");
	expect(state, STR("\xc7\xd1\xb1\xdb"), "ks_c_5601-1987", "한글");
	expect(state, STR("za\xbf\xf3\xb3\xe6"), "ISO_8859-2", "zażółć");
}

static void test_seven_bit_encodings(void **state)
{
	expect(state, STR("\x1b$BF|K\\\x1b(B!"), "ISO-2022-JP", "日本!");
	expect(state, STR("plain"), "iso-2022-jp", "plain");
	expect(state, STR("Hi +AOk-!"), "utf-7", "Hi é!");
	expect(state, STR("1 < 2"), "UTF-7", "1 < 2");
}

static void test_utf16(void **state)
{
	expect(state, STR("\xff\xfeh\0i\0"), "", "hi");
	expect(state, STR("\0h\0i\0!\0\xe9"), "utf-16be", "hi!é");
	expect(state, STR("h\0e\0l\0l\0o\0"), "", "hello");
	expect(state, STR("plain"), "utf-16", "plain");
}

static void test_damaged_text(void **state)
{
	expect(state, STR("caf\xc3\xa9 \xc3"), "utf-8", "café \xef\xbf\xbd");
	expect(state, STR("caf\xc3\xa9 \xe2\x82"), "iso-8859-1", "café \xef\xbf\xbd");
	expect(state, STR("a\0b"), "", "ab");
	expect(state, STR("\xe9\xe9\xe9\xe9"), "utf-8", "éééé");
	expect(state, STR("\xff\xff"), "gb18030", "\xef\xbf\xbd\xef\xbf\xbd");
}

/* Any bytes under any label give valid UTF-8. */
static void test_always_valid(void **state)
{
	static const char *const labels[] = {"",       "utf-8",        "gb18030",    "iso-2022-jp", "utf-7",
					     "utf-16", "shift_jis",    "cp037",      "iso-2022-kr", "big5",
					     "euc-jp", "windows-1252", "iso-8859-16"};
	unsigned int seed = 7;

	for (int round = 0; round < 4000; round++) {
		char bytes[64];
		size_t n = (size_t)(round % 64);
		struct str out;

		for (size_t i = 0; i < n; i++) {
			seed = seed * 1103515245u + 12345u;
			bytes[i] = (char)(seed >> 16);
			if (seed & 0x40000000)
				bytes[i] = (char)(bytes[i] & 0x7f);
		}
		assert_int_equal(charset_to_utf8((struct str){bytes, n}, str_of(labels[round % 13]), *state, &out),
				 STATUS_OK);
		assert_true(utf8_valid(out));
	}
}

static void test_sequences(void **state)
{
	(void)state;
	assert_int_equal(utf8_sequence(STR("\xf0\x9f\x98\x80")), 4);
	assert_int_equal(utf8_sequence(STR("\xed\xa0\x80")), 0);
	assert_int_equal(utf8_sequence(STR("\xc0\x80")), 0);
	assert_int_equal(utf8_sequence(STR("\xf4\x90\x80\x80")), 0);
	assert_int_equal(utf8_ascii_run(STR("twelve bytes\xc3\xa9")), 12);
	assert_false(utf8_valid(STR("a\0b")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_valid_utf8_is_believed, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_label_counts_for_the_rest, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_seven_bit_encodings, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_utf16, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_damaged_text, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_always_valid, make_arena, drop_arena),
	    cmocka_unit_test(test_sequences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
