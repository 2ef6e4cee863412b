/*
 * How well near-duplicates are told from different texts: every text under the given directories is filled in twice and
 * changed (words replaced, a sentence replaced), and compared; so are texts by different authors, which must not merge.
 *
 *   eval_templates [--bars] [--others DIRECTORY]... TEXTS...
 *
 * TEXTS are directories of messages, one language each (its name stands in the table). --others: mail by many authors,
 * all pairs of which are compared but for lists, bulk and machines; pairs that merge are listed by file. --bars: exit 1
 * when a bar is missed.
 */
#include "base/buf.h"
#include "base/list.h"
#include "mail/message.h"
#include "mail/view.h"
#include "memory/template.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { VARIANTS = 40, STEPS = 9, LANGUAGES_MAX = 64, WORDS_MAX = 600, FILE_MAX = 4 << 20, CUTS = 4 };

static const double thresholds[STEPS] = {0.10, 0.14, 0.18, 0.20, 0.23, 0.26, 0.30, 0.35, 0.40};
static const size_t cuts[CUTS] = {32, 45, 70, 150};

struct text {
	struct str folded;
	char *path;
	struct str author;
	const char *language;
	struct sketch sketch;
	bool fits;
};

struct language {
	char name[64];
	struct list words; /* of struct str: the pool that changed words come from */
};

struct tally {
	unsigned long pairs;
	unsigned long fits; /* both long enough */
	unsigned long same[STEPS];
	unsigned long as_built;
};

enum change { CHANGE_NONE, CHANGE_10, CHANGE_20, CHANGE_30, CHANGE_SENTENCE, CHANGES };
static const char *const change_names[CHANGES] = {"names and numbers only", "10 % of the words", "20 % of the words",
						  "30 % of the words", "one sentence of five"};

static struct arena *arena;
static struct list texts, others;
static struct language languages[LANGUAGES_MAX];
static size_t language_count;
static struct key key;
static uint64_t random_state = 0x5eed;

static uint32_t next_random(uint32_t below)
{
	random_state = random_state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(((random_state >> 32) * below) >> 32);
}

static void die(const char *what)
{
	fprintf(stderr, "eval_templates: %s\n", what);
	exit(2);
}

static struct str read_file(const char *path)
{
	FILE *stream = fopen(path, "rb");
	char *bytes = arena_alloc(arena, FILE_MAX);
	size_t n;

	if (!stream || !bytes)
		die(path);
	n = fread(bytes, 1, FILE_MAX, stream);
	fclose(stream);
	return (struct str){bytes, n};
}

/* As the memory has it: lists, bulk and machines make no templates. */
static bool is_personal(const struct message *message)
{
	return !message->facts.list && !message->facts.bulk && !message->facts.automatic;
}

static void add_message(struct list *list, const char *path, const char *language)
{
	struct arena *scratch = arena_create(0), *keep = arena;
	struct message message;
	struct views *views;
	struct text *text;
	struct str folded;

	arena = scratch;
	if (message_parse(read_file(path), &mail_limits_default, scratch, &message) == STATUS_OK &&
	    is_personal(&message) && (views = views_create(&message, &mail_limits_default))) {
		folded = views_get(views, VIEW_BODY, STR(""))->text;
		arena = keep;
		if (folded.n && folded.n < 16384 && (text = list_push(list))) {
			text->folded = (struct str){arena_strndup(arena, folded.p, folded.n), folded.n};
			text->path = arena_strdup(arena, path);
			if (message.from.count)
				text->author = (struct str){arena_strndup(arena, message.from.items[0].mailbox.p,
									  message.from.items[0].mailbox.n),
							    message.from.items[0].mailbox.n};
			text->language = language;
		}
	}
	arena = keep;
	arena_destroy(scratch);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_directory(struct list *list, const char *path, const char *language)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, by_name);

	for (int i = 0; i < count; i++) {
		char child[4096];
		struct stat info;

		bool wanted = entries[i]->d_name[0] != '.' && !strstr(entries[i]->d_name, ".md");

		snprintf(child, sizeof child, "%s/%s", path, entries[i]->d_name);
		free(entries[i]);
		if (!wanted || stat(child, &info) != 0)
			continue;
		if (S_ISDIR(info.st_mode))
			add_directory(list, child, language);
		else if (S_ISREG(info.st_mode) && info.st_size < FILE_MAX)
			add_message(list, child, language);
	}
	if (count >= 0)
		free(entries);
}

/* Cuts a text into units that can be changed: words, and pairs of letters where no blanks are written. */
static size_t cut_units(struct str text, struct str *units)
{
	size_t count = 0, at = 0;

	while (at < text.n && count < WORDS_MAX) {
		size_t start = at, letters = 0;
		bool wide = (unsigned char)text.p[at] >= 0xe3;

		while (at < text.n && text.p[at] != ' ' && ((unsigned char)text.p[at] >= 0xe3) == wide && letters < 2) {
			at++;
			while (at < text.n && ((unsigned char)text.p[at] & 0xc0) == 0x80)
				at++;
			letters += wide;
		}
		while (at < text.n && text.p[at] == ' ')
			at++;
		units[count++] = str_sub(text, start, at - start);
	}
	return count;
}

static struct language *language_of(const char *name)
{
	for (size_t i = 0; i < language_count; i++)
		if (strcmp(languages[i].name, name) == 0)
			return &languages[i];
	if (language_count == LANGUAGES_MAX)
		die("too many languages");
	snprintf(languages[language_count].name, sizeof languages[0].name, "%s", name);
	languages[language_count].words = list_make(sizeof(struct str), NULL);
	return &languages[language_count++];
}

static bool is_wide(struct str unit)
{
	return unit.n && (unsigned char)unit.p[0] >= 0xe3;
}

/* A unit of the same kind from some other place of the language. */
static struct str random_unit(const struct language *language, struct str like)
{
	struct str *unit = NULL;

	for (int tries = 0; tries < 100; tries++) {
		unit = list_at(&language->words, next_random((uint32_t)language->words.count));
		if (is_wide(*unit) == is_wide(like) && !str_equal(str_trim(*unit), str_trim(like)))
			break;
	}
	return *unit;
}

static void change_words(struct str *units, size_t count, const struct language *language, unsigned int percent)
{
	size_t wanted = (count * percent + 50) / 100;
	bool changed[WORDS_MAX] = {false};

	while (wanted > 0) {
		size_t at = next_random((uint32_t)count);

		if (changed[at])
			continue;
		changed[at] = true;
		units[at] = random_unit(language, units[at]);
		wanted--;
	}
}

static void change_sentence(struct str *units, size_t count, const struct language *language)
{
	size_t n = count / 5, at = next_random((uint32_t)(count - n + 1));
	size_t from = next_random((uint32_t)(language->words.count - n));

	for (size_t i = 0; i < n; i++)
		units[at + i] = *(struct str *)list_at(&language->words, from + i);
}

/* One filling: the units joined, with another greeting and number each time. */
static bool fill(const struct str *units, size_t count, struct sketch *ret_sketch)
{
	static const char *const first[] = {"anna", "boris", "carla", "dmitri", "elena", "fritz", "gabriela", "henk"};
	const char *name = first[next_random(8)];
	const struct str names[] = {str_of(name)};
	struct buf text = buf_make(NULL);
	struct template_text source;
	bool fits;

	buf_add_format(&text, "%s, %u ", name, next_random(10000));
	for (size_t i = 0; i < count; i++) {
		buf_add_str(&text, units[i]);
		if (i + 1 == count || (!is_wide(units[i]) && units[i].n && units[i].p[units[i].n - 1] != ' '))
			buf_add_byte(&text, ' ');
	}
	source = (struct template_text){.folded = buf_str(&text), .names = names, .name_count = 1};
	fits = template_sketch(&key, &source, ret_sketch);
	buf_free(&text);
	return fits;
}

static bool shares_a_band(const struct sketch *a, const struct sketch *b)
{
	for (unsigned int band = 0; band < SKETCH_BANDS; band++)
		if (sketch_band(a, band) == sketch_band(b, band))
			return true;
	return false;
}

static void compare(struct tally *tally, const struct sketch *a, const struct sketch *b)
{
	double similarity = sketch_similarity(a, b);

	tally->pairs++;
	if (!shares_a_band(a, b))
		return;
	for (size_t i = 0; i < STEPS; i++)
		tally->same[i] += similarity >= thresholds[i];
	tally->as_built += sketch_same_template(a, b);
}

static void measure_text(const struct text *text, struct tally tallies[CHANGES][CUTS])
{
	const struct language *language = language_of(text->language);
	struct str units[WORDS_MAX], other[WORDS_MAX];
	size_t all = cut_units(text->folded, units);

	for (size_t c = 0; c < CUTS; c++) {
		size_t count = all < cuts[c] ? all : cuts[c];

		/* Each length class once, and only by texts that reach it. */
		if (count < 32 || (c > 0 && all <= cuts[c - 1]) || (c + 1 < CUTS && all < cuts[c]))
			continue;
		for (unsigned int v = 0; v < VARIANTS; v++) {
			for (unsigned int change = 0; change < CHANGES; change++) {
				struct sketch a, b;

				memcpy(other, units, count * sizeof *units);
				if (change == CHANGE_SENTENCE)
					change_sentence(other, count, language);
				else
					change_words(other, count, language, change * 10);
				if (fill(units, count, &a) && fill(other, count, &b))
					compare(&tallies[change][c], &a, &b);
			}
		}
	}
}

static void print_tally(const char *name, const struct tally *tally)
{
	printf("  %-26s %8lu", name, tally->pairs);
	for (size_t i = 0; i < STEPS; i++)
		printf(" %6.2f", tally->pairs ? 100.0 * (double)tally->same[i] / (double)tally->pairs : 0.0);
	printf(" | %6.2f\n", tally->pairs ? 100.0 * (double)tally->as_built / (double)tally->pairs : 0.0);
}

static void print_head(const char *title)
{
	printf("\n%s\n  %-26s %8s", title, "found in % at similarity", "pairs");
	for (size_t i = 0; i < STEPS; i++)
		printf("   %.2f", thresholds[i]);
	printf(" | as built\n");
}

static void make_sketches(struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct text *text = list_at(list, i);
		const struct template_text source = {.folded = text->folded};

		text->fits = template_sketch(&key, &source, &text->sketch);
	}
}

/* All pairs of different texts (or authors); lists what merges. */
static struct tally measure_different(const struct list *list, bool by_author, bool show)
{
	struct tally tally = {.pairs = 0};

	for (size_t i = 0; i < list->count; i++) {
		const struct text *a = list_at(list, i);

		for (size_t k = i + 1; a->fits && k < list->count; k++) {
			const struct text *b = list_at(list, k);
			unsigned long before = tally.as_built;

			if (!b->fits || (by_author && str_equal_nocase(a->author, b->author)))
				continue;
			compare(&tally, &a->sketch, &b->sketch);
			if (show && tally.as_built > before)
				printf("  %.2f %s %s\n", sketch_similarity(&a->sketch, &b->sketch), a->path, b->path);
		}
	}
	return tally;
}

static double share(const struct tally *tally)
{
	return tally->pairs ? (double)tally->as_built / (double)tally->pairs : 1.0;
}

static bool bar(const char *name, double value, double least, bool at_most)
{
	bool held = at_most ? value <= least : value >= least;

	printf("  %-52s %7.3f %%  (%s %.1f %%) %s\n", name, 100 * value, at_most ? "at most" : "at least", 100 * least,
	       held ? "held" : "MISSED");
	return held;
}

static struct tally sum(const struct tally *tallies, size_t count)
{
	struct tally total = {.pairs = 0};

	for (size_t i = 0; i < count; i++) {
		total.pairs += tallies[i].pairs;
		total.as_built += tallies[i].as_built;
		for (size_t k = 0; k < STEPS; k++)
			total.same[k] += tallies[i].same[k];
	}
	return total;
}

static void measure_languages(struct tally total[CHANGES][CUTS])
{
	for (size_t l = 0; l < language_count; l++) {
		struct tally tallies[CHANGES][CUTS] = {{{.pairs = 0}}};

		for (size_t i = 0; i < texts.count; i++)
			if (strcmp(((struct text *)list_at(&texts, i))->language, languages[l].name) == 0)
				measure_text(list_at(&texts, i), tallies);
		print_head(languages[l].name);
		for (size_t change = 0; change < CHANGES; change++) {
			struct tally all = sum(tallies[change], CUTS);

			print_tally(change_names[change], &all);
			for (size_t c = 0; c < CUTS; c++) {
				const struct tally both[] = {total[change][c], tallies[change][c]};

				total[change][c] = sum(both, 2);
			}
		}
	}
}

static bool print_bars(const struct tally total[CHANGES][CUTS], const struct tally *different)
{
	const struct tally ten = sum(total[CHANGE_10], CUTS), twenty = sum(total[CHANGE_20], CUTS),
			   sentence = sum(total[CHANGE_SENTENCE], CUTS);
	bool held = true;

	printf("\nBars (as built: bands and similarity)\n");
	held &= bar("10 % of the words changed", share(&ten), 0.99, false);
	held &= bar("20 % of the words changed", share(&twenty), 0.95, false);
	held &= bar("one sentence of five replaced", share(&sentence), 0.80, false);
	held &= bar("the shortest (32 words), 10 %", share(&total[CHANGE_10][0]), 0.99, false);
	held &= bar("the shortest (32 words), 20 %", share(&total[CHANGE_20][0]), 0.95, false);
	held &= bar("different templates", share(different), 0.001, true);
	return held;
}

static int compare_texts(void)
{
	static struct tally total[CHANGES][CUTS];
	struct tally different;
	char title[64];

	for (size_t i = 0; i < texts.count; i++) {
		const struct text *text = list_at(&texts, i);
		struct str units[WORDS_MAX];
		size_t count = cut_units(text->folded, units);
		struct language *language = language_of(text->language);

		for (size_t k = 0; k < count; k++)
			*(struct str *)list_push(&language->words) = units[k];
	}
	measure_languages(total);
	for (size_t c = 0; c < CUTS; c++) {
		snprintf(title, sizeof title, "all languages, up to %zu words", cuts[c]);
		print_head(title);
		for (size_t change = 0; change < CHANGES; change++)
			print_tally(change_names[change], &total[change][c]);
	}
	make_sketches(&texts);
	print_head("different templates, all pairs");
	different = measure_different(&texts, false, true);
	print_tally("", &different);
	return print_bars(total, &different) ? 0 : 1;
}

int main(int argc, char **argv)
{
	static const unsigned char secret[32] = "only for measuring";
	bool bars = false;
	int missed = 0;

	arena = arena_create(1 << 20);
	if (!arena)
		die("out of memory");
	message_library_init();
	key_derive(secret, &key);
	texts = list_make(sizeof(struct text), NULL);
	others = list_make(sizeof(struct text), NULL);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--bars") == 0) {
			bars = true;
		} else if (strcmp(argv[i], "--others") == 0 && i + 1 < argc) {
			add_directory(&others, argv[++i], "");
		} else {
			const char *slash = strrchr(argv[i], '/');

			add_directory(&texts, argv[i], slash ? slash + 1 : argv[i]);
		}
	}
	if (texts.count)
		missed = compare_texts();
	if (others.count) {
		struct tally tally;

		make_sketches(&others);
		print_head("mail by different authors, all pairs; what merges is listed");
		tally = measure_different(&others, true, true);
		print_tally("", &tally);
		printf("  %lu pairs merge\n", tally.as_built);
	}
	return bars ? missed : 0;
}
