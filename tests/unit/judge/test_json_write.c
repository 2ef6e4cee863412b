/* What is written is JSON, whatever bytes are in it, and says what was meant. */
#include "judge/json_write.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_commas_and_nesting(void **state)
{
	struct buf out = buf_make(NULL);

	(void)state;
	json_open(&out, '{');
	json_member(&out, "a", "x");
	json_name(&out, "list");
	json_open(&out, '[');
	json_number(&out, 1);
	json_open(&out, '{');
	json_close(&out, '}');
	json_open(&out, '{');
	json_name(&out, "n");
	json_literal(&out, "null");
	json_close(&out, '}');
	json_text(&out, STR("[{:"));
	json_number(&out, -20);
	json_close(&out, ']');
	json_name(&out, "empty");
	json_open(&out, '[');
	json_close(&out, ']');
	json_close(&out, '}');
	assert_string_equal(buf_str(&out).p, "{\"a\":\"x\",\"list\":[1,{},{\"n\":null},\"[{:\",-20],\"empty\":[]}");
	buf_free(&out);
}

static void test_every_character_comes_back(void **state)
{
	char text[256];
	struct str all = {text, 0};
	struct buf out = buf_make(NULL);
	json_t *read;

	(void)state;
	for (int c = 1; c < 128; c++)
		text[all.n++] = (char)c;
	for (const char *p = "é€😀"; *p; p++)
		text[all.n++] = *p;
	text[all.n] = '\0';
	json_open(&out, '[');
	json_text(&out, all);
	json_close(&out, ']');
	read = json_loads(buf_str(&out).p, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(read);
	assert_string_equal(json_string_value(json_array_get(read, 0)), text);
	json_decref(read);
	buf_free(&out);
}

static void test_what_is_not_utf8_is_escaped(void **state)
{
	static const struct str bad[] = {STR_INIT("a\xff\"\x80z"), STR_INIT("\xed\xa0\x80"), STR_INIT("\xc0\x80"),
					 STR_INIT("cut \xe2\x82")};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct buf out = buf_make(NULL);
		json_t *read;

		json_text(&out, bad[i]);
		read = json_loads(buf_str(&out).p, JSON_DECODE_ANY, NULL);
		assert_non_null(read);
		assert_non_null(strstr(json_string_value(read), "\\x"));
		json_decref(read);
		buf_free(&out);
	}
}

static void test_numbers(void **state)
{
	static const double scores[] = {0, 6.2, 5, -0.5, -3.25, 12.34, 0.05, 100, 6.199999, -0.001};
	struct buf out = buf_make(NULL);

	(void)state;
	json_open(&out, '[');
	for (size_t i = 0; i < sizeof scores / sizeof *scores; i++)
		json_score(&out, scores[i]);
	json_number(&out, INT64_MIN);
	json_number(&out, INT64_MAX);
	json_close(&out, ']');
	assert_string_equal(buf_str(&out).p, "[0.0,6.2,5.0,-0.5,-3.25,12.34,0.05,100.0,6.2,0.0,-9223372036854775808,"
					     "9223372036854775807]");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_commas_and_nesting),
	    cmocka_unit_test(test_every_character_comes_back),
	    cmocka_unit_test(test_what_is_not_utf8_is_escaped),
	    cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
