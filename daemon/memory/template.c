#include "memory/template.h"

#include "mail/script.h"

#include <string.h>

enum {
	SHINGLES_MAX = 3 * TEMPLATE_WORDS_MAX,
	UNSPACED_PER_WORD = 2, /* letters of Han or Kana that weigh as much as a word */
	SAME_PER_MILLE = 290   /* measured: coldshoulder's eval --templates prints the whole curve */
};

/* What a word is reduced to, beside its own hash. Any constants that differ. */
enum mask { MASK_NUMBER = 1, MASK_ADDRESS, MASK_LINK, MASK_NAME };

struct token {
	uint64_t hash;
	bool masked;
	bool unspaced; /* one letter of a script that is written without blanks */
};

struct shingles {
	uint32_t values[SHINGLES_MAX];
	size_t count;
	size_t spaced_words;
	size_t unspaced_letters;
	struct token before, last; /* the two tokens in front of the next one */
};

static bool is_name(const struct template_text *text, struct str word)
{
	for (size_t i = 0; i < text->name_count; i++)
		if (str_equal(text->names[i], word))
			return true;
	return false;
}

static bool is_word_byte(char c)
{
	return ascii_is_alnum(c) || (unsigned char)c >= 0x80;
}

/* Without punctuation at both ends. */
static struct str bare_word(struct str word)
{
	while (word.n && !is_word_byte(word.p[0]))
		word = str_sub(word, 1, word.n);
	while (word.n && !is_word_byte(word.p[word.n - 1]))
		word.n--;
	return word;
}

/* "www.example.org", "example.org/page": a point between letters, and nothing that is prose. */
static bool is_link(struct str word)
{
	size_t dot;

	if (str_find(word, 0, STR("://")) != STR_NONE || str_starts(word, STR("www.")))
		return true;
	dot = str_find_byte(word, 1, '.');
	return dot != STR_NONE && dot + 2 < word.n && ascii_is_alnum(word.p[dot - 1]) &&
	       ascii_is_alpha(word.p[dot + 1]) && ascii_is_alpha(word.p[dot + 2]);
}

static enum mask mask_of(const struct template_text *text, struct str word)
{
	if (str_find_byte(word, 0, '@') != STR_NONE)
		return MASK_ADDRESS;
	if (is_link(word))
		return MASK_LINK;
	for (size_t i = 0; i < word.n; i++)
		if (ascii_is_digit(word.p[i]))
			return MASK_NUMBER;
	return is_name(text, word) ? MASK_NAME : 0;
}

static void add_shingle(struct shingles *shingles, const struct key *key, const uint64_t *hashes, size_t count)
{
	if (shingles->count < SHINGLES_MAX)
		shingles->values[shingles->count++] = (uint32_t)key_hash_values(key, KEY_SHINGLE, hashes, count);
}

static void add_token(struct shingles *shingles, const struct template_text *text, const struct key *key,
		      struct token token)
{
	const uint64_t hashes[] = {text->scope, shingles->before.hash, shingles->last.hash, token.hash};

	/* "Dear Mary Ann Smith" and "Dear Joe" must differ in no bigram. */
	if (token.masked && shingles->last.hash == token.hash)
		return;
	if (token.unspaced)
		shingles->unspaced_letters++;
	else
		shingles->spaced_words++;
	if (token.unspaced && shingles->last.unspaced && shingles->before.unspaced)
		add_shingle(shingles, key, hashes, 4);
	else if (shingles->last.hash && !(token.unspaced && shingles->last.unspaced))
		add_shingle(shingles, key, (const uint64_t[]){text->scope, shingles->last.hash, token.hash}, 3);
	shingles->before = shingles->last;
	shingles->last = token;
}

/* A run of letters without blanks: each letter of an unspaced script by itself, what stands between as words. */
static void add_run(struct shingles *shingles, const struct template_text *text, const struct key *key, struct str run)
{
	size_t start = 0, at = 0;

	while (at < run.n) {
		int32_t point;
		size_t n = (unsigned char)run.p[at] < 0x80 ? 1 : script_read(run.p + at, run.n - at, &point);

		if (n > 1 && script_of(point) == SCRIPT_UNSPACED) {
			struct str word = bare_word(str_sub(run, start, at - start));

			if (word.n)
				add_token(shingles, text, key,
					  (struct token){.hash = key_hash(key, KEY_SHINGLE, word)});
			add_token(
			    shingles, text, key,
			    (struct token){.hash = key_hash(key, KEY_SHINGLE, str_sub(run, at, n)), .unspaced = true});
			start = at + n;
		}
		at += n;
	}
	if (bare_word(str_sub(run, start, run.n)).n)
		add_token(shingles, text, key,
			  (struct token){.hash = key_hash(key, KEY_SHINGLE, bare_word(str_sub(run, start, run.n)))});
}

static size_t words_so_far(const struct shingles *shingles)
{
	return shingles->spaced_words + shingles->unspaced_letters / UNSPACED_PER_WORD;
}

static void add_words(struct shingles *shingles, const struct template_text *text, const struct key *key)
{
	struct str rest = text->folded, item;

	while (words_so_far(shingles) <= TEMPLATE_WORDS_MAX && str_split(&rest, ' ', &item)) {
		struct str word = bare_word(item);
		enum mask mask = word.n ? mask_of(text, word) : 0;

		if (mask)
			add_token(shingles, text, key, (struct token){.hash = mask, .masked = true});
		else if (word.n)
			add_run(shingles, text, key, word);
	}
}

/* splitmix64 (Steele, Lea, Flood 2014): constants for the permutations. */
static uint64_t next_constant(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

static void take_minima(const struct shingles *shingles, struct sketch *sketch)
{
	uint64_t state = 0;

	for (size_t i = 0; i < SKETCH_VALUES; i++) {
		uint64_t constant = next_constant(&state);
		uint32_t factor = (uint32_t)constant | 1, shift = (uint32_t)(constant >> 32), least = UINT32_MAX;

		for (size_t k = 0; k < shingles->count; k++) {
			uint32_t value = (shingles->values[k] ^ shift) * factor;

			least = value < least ? value : least;
		}
		sketch->value[i] = (unsigned char)((least * 0x9e3779b1U) >> 24);
	}
}

bool template_sketch(const struct key *key, const struct template_text *text, struct sketch *ret_sketch)
{
	struct shingles shingles;
	size_t words;

	shingles.count = shingles.spaced_words = shingles.unspaced_letters = 0;
	shingles.before = shingles.last = (struct token){.hash = 0};
	add_words(&shingles, text, key);
	words = words_so_far(&shingles);
	if (words < TEMPLATE_WORDS_MIN || words > TEMPLATE_WORDS_MAX)
		return false;
	take_minima(&shingles, ret_sketch);
	ret_sketch->words = (unsigned char)words;
	return true;
}

static unsigned int equal_values(const struct sketch *a, const struct sketch *b)
{
	unsigned int equal = 0;

	for (size_t i = 0; i < SKETCH_VALUES; i++)
		equal += a->value[i] == b->value[i];
	return equal;
}

double sketch_similarity(const struct sketch *a, const struct sketch *b)
{
	return equal_values(a, b) / (double)SKETCH_VALUES;
}

unsigned int sketch_least_equal(void)
{
	return (SAME_PER_MILLE * SKETCH_VALUES + 999) / 1000;
}

bool sketch_same_template(const struct sketch *a, const struct sketch *b)
{
	unsigned int shorter = a->words < b->words ? a->words : b->words;
	unsigned int longer = a->words < b->words ? b->words : a->words;

	return 2 * shorter >= longer && equal_values(a, b) >= sketch_least_equal();
}

uint32_t sketch_band(const struct sketch *sketch, unsigned int band)
{
	const unsigned char *value = sketch->value + (size_t)band * SKETCH_BAND_VALUES;

	return (uint32_t)value[0] | (uint32_t)value[1] << 8 | (uint32_t)value[2] << 16;
}
