#include "mail/fold.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

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

static void expect(void **state, const char *original, const char *expected)
{
	struct str folded = fold_string(str_of(original), *state);

	assert_string_equal(folded.p, expected);
	assert_int_equal(folded.n, strlen(expected));
}

static void test_ascii(void **state)
{
	expect(state, "", "");
	expect(state, "  Sorry\tto \r\n  BOTHER you ", "sorry to bother you");
	expect(state, "A_quite-Long.Word{With}0123456789[Everything]", "a_quite-long.word{with}0123456789[everything]");
	expect(state, "so\x01rry\x7f", "sorry");
}

static void test_letters(void **state)
{
	expect(state, "Größe, Straße, Œuvre, Łódź, Ærø, Đorđe, Þór, Eða",
	       "grosse, strasse, oeuvre, lodz, aero, dorde, thor, eda");
	expect(state, "İSTANBUL ılık ŞIK", "istanbul ilik sik");
	expect(state, "e\xcc\x81te\xcc\x81 Ünïcödé", "ete unicode");
	expect(state, "Ёлка Йод їжак", "елка иод іжак");
	expect(state, "Άνθρωπος", "ανθρωποσ");
	expect(state, "ｌｉｎｋｅｄｉｎ 𝓵𝓲𝓷𝓴𝓮𝓭𝓲𝓷 ⓛⓘⓝⓚⓔⓓⓘⓝ ʟɪɴᴋᴇᴅɪɴ 🅛🅘🅝🅚 🅻🅸🅽🅺",
	       "linkedin linkedin linkedin linkedin link link");
	expect(state, "ﬁrst ½ №", "first 1/2 no");
}

static void test_nothing_hides(void **state)
{
	expect(state, "so\xc2\xadrry to bo\xe2\x80\x8bther\xe2\x80\x8d \xef\xbb\xbfyou", "sorry to bother you");
	expect(state, "\xe2\x80\xaesorry\xe2\x80\xac \xe2\x80\x8fyou\xe2\x81\xa0", "sorry you");
	expect(state, "s\xcd\x8fo\xef\xb8\x8frry", "sorry");
	expect(state, "z̴̡͝a̷l̸g̵ȯ", "zalgo");
}

static void test_punctuation_and_blanks(void **state)
{
	expect(state, "I’m “here” – or ‘there’… «yes» ‹no›", "i'm \"here\" - or 'there'... \"yes\" 'no'");
	expect(state,
	       "a\xc2\xa0"
	       "b\xe3\x80\x80"
	       "c\xe2\x80\xa9"
	       "d",
	       "a b c d");
}

static void test_lookalikes(void **state)
{
	expect(state, "Sоrry tо bоthеr yоu", "sorry to bother you");
	expect(state, "а quick саll with you", "a quick call with you");
	expect(state, "LіnkеdІn", "linkedin");
	expect(state, "Ηеllο there", "nello there");
	expect(state, "Привет, с уважением", "привет, с уважением");
	expect(state, "Мы из IT-компании в Москве", "мы из it-компании в москве");
	expect(state, "the β and α parameters", "the β and α parameters");
	expect(state, "оса", "оса");
	expect(state, "5 μm", "5 μm");
}

static void test_split_letters(void **state)
{
	expect(state, "via l i n k e d i n, now", "via linkedin, now");
	expect(state, "s.o.r.r.y to b-o-t-h-e-r *y*o*u*r*s*", "sorry to bother *yours*");
	expect(state, "S O R R Y  T O  B O T H E R  Y O U", "sorry to bother you");
	expect(state, "с п а с и б о", "спасибо");
	expect(state, "J. R. R. Tolkien", "j. r. r. tolkien");
	expect(state, "plan a b c d today", "plan a b c d today");
	expect(state, "see www.a.b.c.d.e.example.org", "see www.a.b.c.d.e.example.org");
	expect(state, "1 2 3 4 5 6", "1 2 3 4 5 6");
}

static void test_other_scripts_unharmed(void **state)
{
	expect(state, "突然のご連絡、失礼いたします。", "突然のご連絡、失礼いたします。");
	expect(state, "ｶﾞｲﾄﾞﾌﾞｯｸ", "ガイドブック");
	expect(state, "か\xe3\x82\x99き", "がき");
	expect(state, "हिन्दी में क़लम", "हिन्दी में क़लम");
	expect(state, "السَّلَامُ عَلَيْكُمْ", "السَّلَامُ عَلَيْكُمْ");
	expect(state, "สวัสดีครับ น้ำ", "สวัสดีครับ น\xe0\xb9\x89\xe0\xb9\x8dา");
	expect(state, "한국어 \xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "한국어 한");
	expect(state, "שָׁלוֹם", "שָׁלוֹם");
	expect(state, "👋🏽 hi", "👋🏽 hi");
}

static void test_invalid_bytes(void **state)
{
	expect(state, "a\xff\xfe\x80 b", "a\xef\xbf\xbd b");
	expect(state, "\xe3\x81", "\xef\xbf\xbd");
	expect(state, "\xed\xa0\x80x", "\xef\xbf\xbdx");
	expect(state, "\xc0\xafy", "\xef\xbf\xbdy");
}

static struct str original_of(const struct folded *folded, const char *phrase)
{
	size_t at = str_find(folded->text, 0, str_of(phrase));

	assert_true(at != STR_NONE);
	return fold_original(folded, at, at + strlen(phrase));
}

static void expect_original(const struct folded *folded, const char *phrase, const char *expected)
{
	struct str original = original_of(folded, phrase);

	assert_int_equal(original.n, strlen(expected));
	assert_memory_equal(original.p, expected, original.n);
}

static void test_way_back(void **state)
{
	struct folded folded;

	assert_int_equal(fold_text(STR("  I’m Sо SORRY\n  to b o t h e r you. 突然のご連絡。"), 0, *state, &folded),
			 STATUS_OK);
	expect_original(&folded, "sorry to", "SORRY\n  to");
	expect_original(&folded, "orr", "SORRY");
	expect_original(&folded, "i'm so", "I’m Sо");
	expect_original(&folded, "bother", "b o t h e r");
	expect_original(&folded, "ご連絡", "ご連絡。");
	assert_int_equal(fold_original(&folded, 4, 4).n, 0);
}

static void test_word_limit(void **state)
{
	struct folded folded;

	assert_int_equal(fold_text(STR("one two three four"), 3, *state, &folded), STATUS_OK);
	assert_string_equal(folded.text.p, "one two three");
	assert_int_equal(folded.word_count, 3);
	assert_true(folded.cut);
	assert_int_equal(fold_text(STR("one two three "), 3, *state, &folded), STATUS_OK);
	assert_false(folded.cut);
}

/* A random text out of the corners where folding does something. */
static size_t random_text(unsigned int *seed, char *out, size_t max)
{
	static const int32_t blocks[] = {0x20,   0x41,   0x61,   0xa0,   0x180,  0x300,  0x370,   0x400,   0x430,
					 0x590,  0x600,  0x900,  0xe00,  0x1100, 0x1160, 0x11a0,  0x1e00,  0x1f00,
					 0x2000, 0x2100, 0x3000, 0x3040, 0x3090, 0x3130, 0x3200,  0x4e00,  0xac00,
					 0xf900, 0xfb00, 0xfe00, 0xfe70, 0xff00, 0xff80, 0x1d400, 0x1f100, 0xe0000};
	static const char separators[] = ".-_*\"'  \n";
	static const int32_t letters[] = {'a', 'b', 'x', 0x430, 0x431, 0x43a, 0x3b1, 0x3b4, 0x441, 0x301};
	int mode = rand_r(seed) % 4;
	size_t n = 0;

	while (n + 4 < max && rand_r(seed) % 24) {
		int32_t c = rand_r(seed) % 0x1ff00;

		if (mode == 0) {
			out[n++] = (char)rand_r(seed);
			continue;
		}
		if (mode == 1)
			c = letters[(size_t)rand_r(seed) % (sizeof letters / sizeof letters[0])];
		else if (mode == 2)
			c = blocks[(size_t)rand_r(seed) % (sizeof blocks / sizeof blocks[0])] + rand_r(seed) % 128;
		if (rand_r(seed) % 3 == 0)
			c = separators[(size_t)rand_r(seed) % (sizeof separators - 1)];
		if (c < 0xd800 || c > 0xdfff)
			n += (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)out + n);
	}
	return n;
}

static void assert_utf8(struct str s)
{
	for (size_t i = 0; i < s.n;) {
		int32_t c;
		utf8proc_ssize_t n =
		    utf8proc_iterate((const utf8proc_uint8_t *)s.p + i, (utf8proc_ssize_t)(s.n - i), &c);

		assert_true(n > 0);
		i += (size_t)n;
	}
}

static void assert_map(const struct folded *folded)
{
	for (size_t i = 0; i < folded->word_count; i++) {
		const struct fold_word *word = &folded->words[i];

		assert_true(word->folded < folded->text.n);
		assert_true(word->original < word->original_end && word->original_end <= folded->original.n);
		if (i) {
			assert_true(word->folded > word[-1].folded);
			assert_true(word->original >= word[-1].original);
		}
	}
}

static void test_properties(void **state)
{
	unsigned int seed = 20;
	char original[240];

	for (int i = 0; i < 60000; i++) {
		size_t n = random_text(&seed, original, sizeof original);
		struct folded once, twice;

		assert_int_equal(fold_text((struct str){original, n}, 0, *state, &once), STATUS_OK);
		assert_utf8(once.text);
		assert_map(&once);
		assert_int_equal(once.text.p[once.text.n], '\0');
		assert_int_equal(fold_text(once.text, 0, *state, &twice), STATUS_OK);
		assert_string_equal(twice.text.p, once.text.p);
		if (i % 500 == 0)
			arena_reset(*state);
	}
}

/* Marks without end, and a word without end: time and memory stay in proportion. */
static void test_monsters(void **state)
{
	size_t n = 400000;
	char *text = malloc(n);
	struct folded folded;

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		text[i] = i < 2 ? "\xd8\xa7"[i] : "\xcc\x81"[i % 2];
	assert_int_equal(fold_text((struct str){text, n}, 0, *state, &folded), STATUS_OK);
	assert_true(folded.text.n < 200);
	memset(text, 'A', n);
	assert_int_equal(fold_text((struct str){text, n}, 0, *state, &folded), STATUS_OK);
	assert_int_equal(folded.text.n, n);
	assert_int_equal(folded.word_count, 1);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_ascii, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_letters, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_nothing_hides, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_punctuation_and_blanks, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_lookalikes, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_split_letters, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_other_scripts_unharmed, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_invalid_bytes, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_way_back, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_word_limit, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_properties, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_monsters, make_arena, drop_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
