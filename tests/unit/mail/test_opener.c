#include "mail/opener.h"

#include "mail/author.h"
#include "mail/greeting.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
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

static struct address sam = {{"Sam Hill", 8}, {"sam.hill@example.org", 20}, {"sam.hill", 8}, {"example.org", 11}};

static struct excerpt body_of(struct arena *arena, const char *text)
{
	struct message message = {.arena = arena, .text = str_of(text)};
	struct folded *folded = arena_alloc(arena, sizeof *folded);
	struct author author;
	struct excerpt body;

	assert_non_null(folded);
	assert_int_equal(fold_text(message.text, 0, arena, folded), STATUS_OK);
	assert_int_equal(author_divide(&message, folded, arena, &author), STATUS_OK);
	assert_int_equal(excerpt_make(&author.lines, LINE_BODY, LINE_BODY, arena, &body), STATUS_OK);
	return body;
}

static struct folded opener_of(struct arena *arena, const char *text)
{
	struct excerpt body = body_of(arena, text);
	struct names recipients = names_of(&(struct address_list){&sam, 1}, arena);
	struct folded opener;
	size_t first, end;

	opener_find(&body, &recipients, &first, &end);
	assert_int_equal(excerpt_cut(&body, first, end, arena, &opener), STATUS_OK);
	return opener;
}

static void expect(void **state, const char *text, const char *opener)
{
	assert_string_equal(opener_of(*state, text).text.p, opener);
}

static void expect_closing(void **state, const char *text, const char *expected)
{
	struct excerpt body = body_of(*state, text);
	struct folded closing;
	size_t first, end;

	closing_find(&body, 0, body.folded.word_count, &first, &end);
	assert_int_equal(excerpt_cut(&body, first, end, *state, &closing), STATUS_OK);
	assert_string_equal(closing.text.p, expected);
}

static void test_greetings(void **state)
{
	static const char *const greetings[] = {
	    "Hi Sam,\n\n",
	    "Hello Sam Hill\n",
	    "Hey Sam! ",
	    "Hi Sam - ",
	    "Sam,\n\n",
	    "Sam, ",
	    "Good morning, Mr. Hill,\n",
	    "Dear Dr. Hill,\n\n",
	    "Hi\n\n",
	    "To whom it may concern:\n",
	    "Hi Sam ",
	    "Sehr geehrte Frau Dr. Hill,\n\n",
	    "Guten Tag,\n\n",
	    "Liebe Kolleginnen und Kollegen,\n",
	    "Bonjour,\n",
	    "Bonjour Madame, Monsieur,\n\n",
	    "Estimada Sra. Hill:\n\n",
	    "Hola, Sam:\n",
	    "Buongiorno dott. Hill,\n",
	    "Gentile Sam,\n",
	    "Prezado Sam,\n",
	    "Olá Sam, tudo bem? ",
	    "Beste Sam,\n",
	    "Geachte heer Hill,\n",
	    "Dzień dobry,\n",
	    "Szanowna Pani,\n",
	    "Hej Sam!\n",
	    "God morgon Sam,\n",
	    "Merhaba Sam Bey,\n",
	    "Sayın Hill,\n",
	    "Здравствуйте, Анна!\n",
	    "Уважаемый Сэм!\n\n",
	    "株式会社ヒル\n営業部 田中様\n\nいつも大変お世話になっております。\n",
	    "田中様\n\nはじめまして。",
	    "您好！",
	    "王先生，您好：\n",
	    "尊敬的王经理：\n",
	};

	for (size_t i = 0; i < sizeof greetings / sizeof greetings[0]; i++) {
		char text[400];
		struct folded opener;

		snprintf(text, sizeof text, "%sThe tiles came today.", greetings[i]);
		opener = opener_of(*state, text);
		if (!str_ends_nocase(opener.text, STR("the tiles came today.")) || opener.word_count > 6)
			fail_msg("%s gives %s", text, opener.text.p);
	}
}

static void test_what_is_no_greeting(void **state)
{
	expect(state, "Hi, sorry to bother you, but the tiles came.", "sorry to bother you, but the tiles came.");
	expect(state, "Sorry to bother you, Sam, but the tiles came.", "sorry to bother you, sam, but the tiles came.");
	expect(state, "突然のご連絡失礼いたします。\nタイルの件です。",
	       "突然のご連絡失礼いたします。 タイルの件です。");
	expect(state, "冒昧打扰，我们是瓷砖公司。", "冒昧打扰,我们是瓷砖公司。");
	expect(state, "Hi Sam", "hi sam");
}

static void test_pleasantries_do_not_count(void **state)
{
	char text[2000] = "Hi Sam,\n\nI hope this email finds you well. ",
	     expected[2000] = "i hope this email finds you well. ";

	for (int i = 0; i < 6; i++) {
		strcat(text, "The ten words of this sentence are here to count. ");
		strcat(expected, i ? " the ten words of this sentence are here to count."
				   : "the ten words of this sentence are here to count.");
	}
	strcat(text, "This one is too much.");
	expect(state, text, expected);
}

static void test_length(void **state)
{
	char text[4000] = "";

	for (int i = 0; i < 300; i++)
		strcat(text, "word ");
	assert_int_equal(opener_of(*state, text).word_count, 80);
	strcpy(text, "Short. ");
	for (int i = 0; i < 70; i++)
		strcat(text, "word ");
	strcat(text, "end. No more.");
	assert_int_equal(opener_of(*state, text).word_count, 72);
	text[0] = '\0';
	for (int i = 0; i < 60; i++)
		strcat(text, "弊社は瓦を焼く。");
	assert_in_range(opener_of(*state, text).word_count, 100, 125);
}

static void test_sentences(void **state)
{
	expect_closing(state, "One is here. Two costs 3.50 e.g. for Dr. Hill and J. Smith. Is it three? \"Four!\" Five",
		       "is it three? \"four!\" five");
	expect_closing(state, "Intro line\n\n- first point\n- second point\n- third point",
		       "- first point - second point - third point");
	expect_closing(state, "これは一つ。二つ目です！三つ目ですか？四つ目。", "二つ目です!三つ目ですか?四つ目。");
	expect_closing(state, "", "");
	expect_closing(state, "A paragraph without a stop\n\nand another", "a paragraph without a stop and another");
}

static void test_wrapped_lines_go_on(void **state)
{
	expect_closing(
	    state,
	    "First sentence of the mail stands here. Second one is here as well.\n"
	    "This third sentence was wrapped by the program at its seventieth\n"
	    "column, and so was this one. Fourth.",
	    "second one is here as well. this third sentence was wrapped by the program at its seventieth column, "
	    "and so was this one. fourth.");
}

static void test_closing_is_bounded(void **state)
{
	char text[200000] = "";
	size_t n = 0;

	for (int i = 0; i < 20000; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "word ");
	{
		struct excerpt body = body_of(*state, text);
		size_t first, end;

		closing_find(&body, 0, body.folded.word_count, &first, &end);
		assert_int_equal(end - first, 80);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_greetings, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_what_is_no_greeting, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_pleasantries_do_not_count, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_length, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_sentences, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_wrapped_lines_go_on, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_closing_is_bounded, make_arena, drop_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
