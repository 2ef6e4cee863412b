/* Replies: right class, printable, short lines, percent signs doubled, and never the sender's words. */
#include "milter/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_create(0);
	return arena ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct reply make(enum direction direction, enum action action, enum mail_class mail_class, const char *text)
{
	const struct decision decision = {
	    .direction = direction,
	    .outcome = {.action = action, .mail_class = mail_class},
	    .verdict = {.reply = text},
	    .sender = STR("eve@sender.example"),
	};
	struct reply reply;

	assert_int_equal(reply_make(&decision, arena, &reply), STATUS_OK);
	return reply;
}

static void test_codes(void **state)
{
	struct reply reply = make(DIRECTION_INBOUND, ACTION_REJECT, CLASS_COLD, NULL);

	(void)state;
	assert_string_equal(reply.code, "550");
	assert_string_equal(reply.enhanced, "5.7.1");
	reply = make(DIRECTION_INBOUND, ACTION_TEMPFAIL, CLASS_COLD, "never for ever");
	assert_string_equal(reply.code, "451");
	assert_string_equal(reply.enhanced, "4.7.1");
	assert_null(strstr(reply.lines[0], "never for ever"));
}

static void test_every_class_has_its_text(void **state)
{
	(void)state;
	for (int direction = DIRECTION_INBOUND; direction <= DIRECTION_INTERNAL; direction++) {
		for (int action = ACTION_TEMPFAIL; action <= ACTION_REJECT; action += ACTION_REJECT - ACTION_TEMPFAIL) {
			for (int mail_class = 0; mail_class < CLASS_COUNT; mail_class++) {
				struct reply reply = make((enum direction)direction, (enum action)action,
							  (enum mail_class)mail_class, NULL);

				assert_true(strlen(reply.lines[0]) > 20);
				assert_null(strstr(reply.lines[0], "eve"));
			}
		}
	}
}

static void test_text_of_a_rule(void **state)
{
	struct reply reply = make(DIRECTION_INBOUND, ACTION_REJECT, CLASS_COLD,
				  "  Write\n\tto us:\r\n 100% by post. Gr\xc3\xbc\xc3\x9f"
				  "e\x01 ");

	(void)state;
	assert_string_equal(reply.lines[0], "Write to us: 100%% by post. Gr????e?");
	assert_null(reply.lines[1]);
	reply = make(DIRECTION_INBOUND, ACTION_REJECT, CLASS_COLD, " \n ");
	assert_true(strlen(reply.lines[0]) > 20);
}

static size_t break_lines(const char *text, const char *lines[REPLY_LINES_MAX])
{
	size_t count = 0;

	assert_int_equal(reply_break_lines(&text, 1, arena, lines), STATUS_OK);
	while (count < REPLY_LINES_MAX && lines[count])
		count++;
	return count;
}

static void test_long_text_is_broken(void **state)
{
	const char *lines[REPLY_LINES_MAX];
	char text[5001];

	(void)state;
	for (size_t i = 0; i < sizeof text - 1; i++)
		text[i] = i % 10 == 9 ? ' ' : '%';
	text[sizeof text - 1] = '\0';
	assert_int_equal(break_lines(text, lines), REPLY_LINES_MAX);
	for (size_t i = 0; i < REPLY_LINES_MAX; i++) {
		size_t n = strlen(lines[i]);

		assert_in_range(n, 1, 2 * REPLY_LINE_BYTES);
		assert_true(n <= 980);
		assert_true(lines[i][0] == '%' && lines[i][n - 1] == '%');
	}
}

static void test_word_longer_than_a_line(void **state)
{
	const char *lines[REPLY_LINES_MAX];
	char text[1001];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_int_equal(break_lines(text, lines), 3);
	assert_int_equal(strlen(lines[0]), REPLY_LINE_BYTES);
	assert_int_equal(strlen(lines[1]), REPLY_LINE_BYTES);
	assert_int_equal(strlen(lines[2]), 200);
}

static void test_every_text_has_its_own_line(void **state)
{
	const char *const texts[] = {"One.", " ", "Two.", "Three."};
	const char *lines[REPLY_LINES_MAX];

	(void)state;
	assert_int_equal(reply_break_lines(texts, 4, arena, lines), STATUS_OK);
	assert_string_equal(lines[1], "Two.");
	assert_string_equal(lines[2], "Three.");
	assert_null(lines[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_codes, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_every_class_has_its_text, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_text_of_a_rule, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_long_text_is_broken, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_word_longer_than_a_line, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_every_text_has_its_own_line, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
