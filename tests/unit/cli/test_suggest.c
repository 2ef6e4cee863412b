#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "cli/suggest_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int setup(void **state)
{
	*state = arena_create(0);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	arena_destroy(*state);
	return 0;
}

struct text {
	struct view view;
	struct suggest_tokens tokens;
};

static struct text read_text(const char *words, struct arena *arena)
{
	struct text text;

	assert_int_equal(view_of_text(VIEW_BODY, str_of(words), arena, &text.view), STATUS_OK);
	assert_true(suggest_tokens_read(&text.view, arena, &text.tokens));
	return text;
}

static const char *token_text(const struct text *text, size_t index, char out[64])
{
	const struct suggest_token *token = &text->tokens.items[index];

	snprintf(out, 64, "%.*s", (int)(token->end - token->start), text->view.text.p + token->start);
	return out;
}

/* What is proposed for `mail` after ham was shown `times`, one phrase a line, the best first. */
static const char *propose(const char *mail, const char *const *ham, const char *name, struct arena *arena)
{
	struct text *text = arena_alloc(arena, sizeof *text);
	struct buf lines = buf_make(arena);
	struct suggest_phrase chosen[20];
	const struct str names[] = {str_of(name)};
	struct suggest_phrases *phrases;
	size_t count;

	*text = read_text(mail, arena);
	phrases = suggest_phrases_create(&text->tokens, names, *name ? 1 : 0, &text->view, arena);
	assert_non_null(phrases);
	for (; *ham; ham++) {
		struct text message = read_text(*ham, arena);

		suggest_phrases_show_ham(phrases, &message.tokens);
	}
	count = suggest_phrases_choose(phrases, chosen, 20);
	for (size_t i = 0; i < count; i++) {
		const struct suggest_token *first = &text->tokens.items[chosen[i].first];

		buf_add_str(&lines,
			    str_sub(text->view.text, first->start, first[chosen[i].count - 1].end - first->start));
		buf_add_byte(&lines, '\n');
	}
	return buf_str(&lines).p;
}

static void test_tokens_leave_punctuation_out(void **state)
{
	struct text text = read_text("Hello, (dear) Friend! It's \xe2\x80\x9cnew\xe2\x80\x9d.", *state);
	char out[64];

	assert_int_equal(text.tokens.count, 5);
	assert_string_equal(token_text(&text, 0, out), "hello");
	assert_string_equal(token_text(&text, 1, out), "dear");
	assert_string_equal(token_text(&text, 3, out), "it's");
	assert_string_equal(token_text(&text, 4, out), "new");
	assert_true(text.tokens.items[2].last);
	assert_false(text.tokens.items[0].last);
	assert_true(text.tokens.items[2].name);
	assert_false(text.tokens.items[3].name);
}

static void test_figures_and_addresses_are_no_letters(void **state)
{
	struct text text = read_text("write 450 times to me@there.example now", *state);

	assert_true(text.tokens.items[0].letters);
	assert_false(text.tokens.items[1].letters);
	assert_false(text.tokens.items[4].letters);
}

static void test_a_blank_line_ends_a_sentence(void **state)
{
	struct text text = read_text("Hello there\n\nwe are\na team", *state);

	assert_true(text.tokens.items[1].last);
	assert_false(text.tokens.items[3].last);
}

static void test_phrases_of_ordinary_mail_are_out(void **state)
{
	static const char *const none[] = {NULL};
	static const char *const ham[] = {"Yesterday everybody doubled their qualified leads, they said.", NULL};
	static const char mail[] = "Everybody doubled their qualified leads.";

	assert_string_not_equal(propose(mail, none, "", *state), "");
	assert_string_equal(propose(mail, ham, "", *state), "");
}

static void test_phrases_do_not_cross_sentences(void **state)
{
	static const char *const none[] = {NULL};
	const char *found = propose("Growing revenue. Booking meetings.", none, "", *state);

	assert_string_equal(found, "");
}

static void test_names_stand_in_no_phrase(void **state)
{
	static const char *const none[] = {NULL};
	static const char mail[] = "please welcome webrankers wherever people gather.";

	assert_non_null(strstr(propose(mail, none, "", *state), "webrankers"));
	assert_null(strstr(propose(mail, none, "webrankers", *state), "webrankers"));
}

static void test_letters_of_unspaced_scripts_make_phrases(void **state)
{
	static const char *const none[] = {NULL};
	const char *found = propose("突然のご連絡失礼いたします。", none, "", *state);

	assert_non_null(strstr(found, "突然のご連"));
}

/* The rule file for `mail`, after ham was shown to the rule. */
static char *write_rule(const char *mail, size_t count, const char *ham, struct arena *arena, size_t *ret_left)
{
	static const struct suggest_heading heading = {"LOCAL_X", "pitch", "de"};
	struct text text = read_text(mail, arena), message = read_text(ham, arena);
	struct suggest_rule *rule = suggest_rule_create(4, arena);
	const struct suggest_phrase phrase = {0, count};
	char *out = NULL;
	size_t size;
	FILE *file = open_memstream(&out, &size);

	assert_non_null(rule);
	assert_non_null(file);
	assert_true(suggest_rule_add(rule, &text.view, &text.tokens, &phrase));
	suggest_rule_show_ham(rule, &message.view, &message.tokens);
	*ret_left = suggest_rule_count(rule, 4);
	suggest_rule_print(file, rule, &heading, 4);
	fclose(file);
	suggest_rule_free(rule);
	return out;
}

static void test_a_rule_keeps_accents_and_brings_examples(void **state)
{
	size_t left;
	char *out = write_rule("Désolé de vous\ndéranger \"encore\" une fois.", 4,
			       "Elle est désolée de vous voir partir.", *state, &left);

	assert_int_equal(left, 1);
	assert_non_null(strstr(out, "\"Désolé de vous déranger\""));
	assert_non_null(strstr(out, "Désolé de vous déranger \\\"encore\\\" une fois."));
	assert_non_null(strstr(out, "\"Elle est désolée de vous voir partir.\""));
	assert_non_null(strstr(out, "lang = \"de\""));
	free(out);
}

static void test_the_engine_has_the_last_word(void **state)
{
	size_t left;

	/* To the engine the hyphen is a border, where the tokens see one word. */
	free(write_rule("growing your business today", 3, "Fast-growing your business.", *state, &left));
	assert_int_equal(left, 0);
}

static void test_syntax_of_phrases_is_escaped(void **state)
{
	size_t left;
	char *out = write_rule("what (really) matters here", 4, "Nothing.", *state, &left);

	assert_int_equal(left, 1);
	assert_non_null(strstr(out, "\"what really matters here\""));
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_tokens_leave_punctuation_out, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_figures_and_addresses_are_no_letters, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_a_blank_line_ends_a_sentence, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_phrases_of_ordinary_mail_are_out, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_phrases_do_not_cross_sentences, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_names_stand_in_no_phrase, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_letters_of_unspaced_scripts_make_phrases, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_a_rule_keeps_accents_and_brings_examples, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_the_engine_has_the_last_word, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_syntax_of_phrases_is_escaped, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
