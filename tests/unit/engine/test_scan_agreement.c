/*
 * The prefilter loses nothing: with and without it the same rules match at the same places, for every construct of the
 * language, every example of the shipped rules, and texts thrown together from their words and from all scripts.
 */
#include "base/buf.h"
#include "engine/ruleset_parts.h"
#include "mail/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { RANDOM_TEXTS = 60, RANDOM_WORDS = 60 };

static const char constructs[] =
    "rules = (\n"
    "{ id = \"PHRASES\"; score = 1; describe = \"x\"; view = \"body\"; phrases = [ \"sorry (to|for)? bother(ing|ed)? you\",\n"
    "  \"a? (very)? quick ... call\", \"(un)?solicited (e-|e)?mail\", \"ご連絡...失礼\", \"seo|сео\", \"don't ... mind\",\n"
    "  \"désolé de vous déranger\", \"100% free\", \"(a|) b c\", \"c++\" ]; },\n"
    "{ id = \"COUNTED\"; score = 1; describe = \"x\"; view = \"body\"; phrases = [ \"quick call\", \"a quick call\", \"call\" ]; },\n"
    "{ id = \"USES\"; score = 1; describe = \"x\"; when = \"count(COUNTED) >= 2\"; },\n"
    "{ id = \"LITERALS\"; score = 1; describe = \"x\"; view = \"body\"; patterns = [ \"sorry\", \"a\\\\.b\", \"\\\\x41\\\\x{42}\", \"q\\\\?\" ]; },\n"
    "{ id = \"CLASSES\"; score = 1; describe = \"x\"; view = \"body\"; patterns = [ \"s[aeiou]rry\", \"b[^x]th\", \"[[:alpha:]]all\",\n"
    "  \"[]a]b\", \"[\\\\w-]+@x\", \"\\\\p{L}uick\", \"\\\\d+ min\", \"\\\\S\\\\s\\\\S{2}\\\\s\" ]; },\n"
    "{ id = \"REPEATS\"; score = 1; describe = \"x\"; view = \"body\"; patterns = [ \"so+r{2}y\", \"x{0}call\", \"(?:ab){2,3}c\", \"c.{1,9}l\",\n"
    "  \"b.*u\", \"s.+?y\", \"o++f\", \"e{2,}\", \"r{1,2}y\" ]; },\n"
    "{ id = \"GROUPS\"; score = 1; describe = \"x\"; view = \"body\"; patterns = [ \"(one|two|three) calls?\", \"(?<n>quick)( call)?\",\n"
    "  \"(?>quick|quicker) call\", \"(?|(a)b|(c)d)\", \"(so|so sorry|) to\", \"((b)other|(c)all)s?\", \"(?'m'y)ou\", \"(?P<z>z)z\" ]; },\n"
    "{ id = \"BORDERS\"; score = 1; describe = \"x\"; view = \"body\"; patterns = [ \"\\\\bcall\\\\b\", \"\\\\bqui\", \"all\\\\b\", \"\\\\Bll\\\\b\", \"^sorry\",\n"
    "  \"you$\", \"\\\\Aso\", \"ou\\\\z\", \"\\\\w+\\\\b,? you\", \"[,.] ?you\\\\b\", \"foo(?: s)?\\\\b\", \"\\\\b(the|a)\\\\b.{0,20}\\\\bcall\" ]; },\n"
    "{ id = \"LOOK\"; score = 1; describe = \"x\"; view = \"body\"; patterns = [ \"quick(?= call)\", \"(?<!very )quick\", \"call(?! me)\",\n"
    "  \"(?<=so )sorry\", \"(?=.*call)quick\", \"so\\\\Krry\" ]; },\n"
    "{ id = \"OTHERS\"; score = 1; describe = \"x\"; view = \"body\"; patterns = [ \"(o)ther\\\\1?\", \"(l)\\\\1\", \"(?i)qui\", \"(?i:call)\", \"(c)(?1)?all\",\n"
    "  \"(*COMMIT)sorry\", \"(?(?=q)quick|call)\", \"\\\\Qa.b\\\\E\", \"s(?#comment)o\", \"\\\\Ro|xx\", \"\\\\X{3}call\", \"(y)\\\\g{-1}?ou\" ]; },\n"
    "{ id = \"SCRIPTS\"; score = 1; describe = \"x\"; view = \"body\"; patterns = [ \"連絡\", \"[а-я]+ос\", \"запрос?\", \"(?<!\\\\p{L})вас\", \"한.국\",\n"
    "  \"ご?連\", \"(連絡|call)(失|m)\" ]; },\n"
    "{ id = \"LINKS\"; score = 1; describe = \"x\"; view = \"links\"; patterns = [ \"^([a-z0-9-]+\\\\.)*call\\\\.com\", \"/q$\" ]; },\n"
    "{ id = \"RAW\"; score = 1; describe = \"x\"; view = \"raw:X-Test\"; patterns = [ \"\\\\xff?call\", \"é?a\", \"Sorry\" ]; }\n"
    ");\n";

static const char *const fragments[] = {"sorry",
					"to",
					"for",
					"bother",
					"bothering",
					"you",
					"quick",
					"call",
					"calls",
					"a",
					"very",
					"b",
					"c",
					"ab",
					"abc",
					"ababc",
					"unsolicited",
					"e-mail",
					"email",
					"mail",
					"ご連絡",
					"失礼",
					"連絡",
					"seo",
					"弊社のseo対策",
					"сео",
					"запрос",
					"вас",
					"don't",
					"mind",
					"desole",
					"de",
					"vous",
					"deranger",
					"100%",
					"free",
					"c++",
					"a.b",
					"q?",
					"q",
					"x",
					"the",
					"so",
					"other",
					"all",
					"one",
					"two",
					"three",
					"zz",
					"foo",
					"foo s",
					"me",
					"15 min",
					"한국",
					"안녕하세요",
					"สวัสดี",
					"مرحبا",
					"नमस्ते",
					"ελληνικα",
					"call.com",
					"www.call.com/q",
					"\n",
					".",
					",",
					"!",
					"?",
					"\"",
					"'",
					"(",
					")",
					";",
					":",
					"-",
					"_",
					"_call_",
					"🙂"};

/* One load of rules with the prefilter, one without. */
struct pair {
	struct ruleset *with;
	struct ruleset *without;
	struct scan_scratch *scratch_with;
	struct scan_scratch *scratch_without;
	bool *active;
};

struct result {
	size_t start;
	unsigned int count;
};

static struct arena *arena;
static struct result *results_with, *results_without;

/* The same numbers on every run. */
static uint32_t random_number(uint32_t below)
{
	static uint64_t state = 42;

	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(state >> 33) % below;
}

static struct ruleset *load(const char *directory, bool without)
{
	const struct ruleset_source source = {.directory = directory};
	const struct ruleset_options options = {.disable_scan_database = without};
	struct error_list errors = error_list_make();
	struct ruleset *ruleset;
	char text[1200];

	if (ruleset_load(&source, 1, &options, &errors, &ruleset) != STATUS_OK) {
		for (size_t i = 0; i < errors.errors.count; i++) {
			error_format(error_at(&errors, i), text, sizeof text);
			if (error_at(&errors, i)->severity == SEVERITY_ERROR)
				print_error("%s", text);
		}
		fail_msg("%s does not load", directory);
	}
	error_list_free(&errors);
	return ruleset;
}

static struct pair open_pair(const char *directory)
{
	struct pair pair = {.with = load(directory, false), .without = load(directory, true)};
	size_t count = pair.with->rule_count, groups = ruleset_group_count(pair.with);

	assert_int_equal(count, pair.without->rule_count);
	pair.scratch_with = scanner_take_scratch(pair.with->scanner);
	pair.scratch_without = scanner_take_scratch(pair.without->scanner);
	pair.active = malloc(groups);
	results_with = calloc(count + 1, sizeof *results_with);
	results_without = calloc(count + 1, sizeof *results_without);
	arena = arena_create(0);
	assert_true(pair.scratch_with && pair.scratch_without && pair.active && results_with && results_without &&
		    arena);
	memset(pair.active, 1, groups);
	return pair;
}

static void close_pair(struct pair *pair)
{
	scanner_give_scratch(pair->with->scanner, pair->scratch_with);
	scanner_give_scratch(pair->without->scanner, pair->scratch_without);
	ruleset_destroy(pair->with);
	ruleset_destroy(pair->without);
	free(pair->active);
	free(results_with);
	free(results_without);
	arena_destroy(arena);
}

static void note(void *context, size_t rule, const struct scan_hit *hit)
{
	((struct result *)context)[rule] = (struct result){hit->span.start, hit->count};
}

/* A new deadline for every text: they are not one message. */
static void renew_scratch(const struct ruleset *ruleset, struct scan_scratch **scratch)
{
	scanner_give_scratch(ruleset->scanner, *scratch);
	*scratch = scanner_take_scratch(ruleset->scanner);
	assert_non_null(*scratch);
}

static void compare(struct pair *pair, size_t view, struct str text)
{
	size_t count = pair->with->rule_count;

	renew_scratch(pair->with, &pair->scratch_with);
	renew_scratch(pair->without, &pair->scratch_without);
	memset(results_with, 0, count * sizeof *results_with);
	memset(results_without, 0, count * sizeof *results_without);
	scanner_scan(pair->with->scanner, view, text, pair->active, pair->scratch_with, note, results_with);
	scanner_scan(pair->without->scanner, view, text, pair->active, pair->scratch_without, note, results_without);
	for (size_t i = 0; i < count; i++)
		if (results_with[i].count != results_without[i].count ||
		    results_with[i].start != results_without[i].start)
			fail_msg("%s: %u at %zu with, %u at %zu without the prefilter in \"%.*s\"",
				 pair->with->rules[i].id, results_with[i].count, results_with[i].start,
				 results_without[i].count, results_without[i].start, STR_ARGS(text));
}

static size_t view_number(const struct ruleset *ruleset, const struct rule *rule)
{
	struct str header;
	size_t i = 0;

	while (scanner_view(ruleset->scanner, i, &header) != rule->view || !str_equal_nocase(header, rule->view_header))
		i++;
	return i;
}

static void compare_examples(struct pair *pair)
{
	for (size_t i = 0; i < pair->with->rule_count; i++) {
		const struct rule *rule = &pair->with->rules[i];

		for (size_t j = 0; j < rule->example_count && !rule->when; j++) {
			struct view view;

			if (!rule->examples[j].expect)
				continue;

			arena_reset(arena);
			assert_int_equal(view_of_text(rule->view, rule->examples[j].text, arena, &view), STATUS_OK);
			compare(pair, view_number(pair->with, rule), view.text);
		}
	}
}

static void add_random_character(struct buf *text)
{
	static const unsigned int starts[] = {0x21,   0x61,    0xc0,    0x391,  0x410,  0x5d0,  0x627,
					      0x905,  0xe01,   0x1100,  0x3041, 0x30a1, 0x4e00, 0xac00,
					      0xff21, 0x1f600, 0x1d400, 0x300,  0x200b, 0x2018};

	buf_add_utf8(text, starts[random_number(sizeof starts / sizeof starts[0])] + random_number(26));
}

/* Words of the fragments and of some rule's examples, punctuation, and characters of any script; folded. */
static struct str random_text(const struct ruleset *ruleset)
{
	struct buf text = buf_make(arena);

	for (uint32_t i = random_number(RANDOM_WORDS); i > 0; i--) {
		const struct rule *rule = &ruleset->rules[random_number((uint32_t)ruleset->rule_count)];
		uint32_t kind = random_number(10);

		if (kind == 0)
			add_random_character(&text);
		else if (kind < 4 && rule->example_count)
			buf_add_str(&text, str_sub(rule->examples[0].text, 0, random_number(60)));
		else
			buf_add_text(&text, fragments[random_number(sizeof fragments / sizeof fragments[0])]);
		if (random_number(5))
			buf_add_byte(&text, random_number(30) ? ' ' : '\n');
	}
	assert_false(buf_failed(&text));
	return buf_str(&text);
}

static void compare_random_texts(struct pair *pair)
{
	for (int i = 0; i < RANDOM_TEXTS; i++) {
		struct str text, folded;

		arena_reset(arena);
		text = random_text(pair->with);
		folded = fold_string(text, arena);
		assert_non_null(folded.p);
		for (size_t j = 0; j < scanner_view_count(pair->with->scanner); j++) {
			struct str header;
			enum view_kind kind = scanner_view(pair->with->scanner, j, &header);

			compare(pair, j, kind == VIEW_RAW_HEADER ? text : folded);
		}
	}
}

static void test_every_construct(void **state)
{
	char directory[] = "/tmp/agreement-XXXXXX";
	char path[64];
	FILE *stream;
	struct pair pair;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/a.conf", directory);
	stream = fopen(path, "w");
	assert_non_null(stream);
	assert_true(fputs(constructs, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
	pair = open_pair(directory);
	unlink(path);
	rmdir(directory);
	for (int i = 0; i < 8; i++)
		compare_random_texts(&pair);
	close_pair(&pair);
}

static void test_the_shipped_rules(void **state)
{
	struct pair pair = open_pair(SOURCE_DIR "/rules");

	(void)state;
	compare_examples(&pair);
	compare_random_texts(&pair);
	close_pair(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_construct),
	    cmocka_unit_test(test_the_shipped_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
