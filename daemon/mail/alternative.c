#include "mail/alternative.h"

#include "mail/charset.h"

#include <stdint.h>

enum {
	SHARED_PERCENT = 80, /* of each one's words that the other has as well */
	STRETCH = 12, /* two points for a missing word, one off for a shared one: so much is a statement of its own */
	NOTE_WORDS = 40, /* a note that HTML is needed is not longer */
	FEW_WORDS = 5,   /* nor is a text that says nothing */
	PROBES = 64      /* a set so crowded is somebody's attack: the word counts as missing */
};

/* The words of one text as hashes, none of them 0. */
struct word_list {
	uint32_t *hashes;
	size_t count;
	bool says_html;
};

/* A set of word hashes; 0 marks a free place. */
struct word_set {
	uint32_t *hashes;
	size_t mask;
};

static bool is_word_byte(char c)
{
	return ascii_is_alnum(c) || (unsigned char)c >= 0x80;
}

static bool starts_url(struct str text, size_t at)
{
	struct str rest = str_sub(text, at, 8);

	switch (text.p[at]) {
	case 'h':
	case 'H':
		return str_starts_nocase(rest, STR("http://")) || str_starts_nocase(rest, STR("https://"));
	case 'w':
	case 'W':
		return str_starts_nocase(rest, STR("www."));
	case 'm':
	case 'M':
		return str_starts_nocase(rest, STR("mailto:"));
	default:
		return false;
	}
}

/* Behind a URL, "[image: ...]" or "[cid:...]" that stands at `at`; `at` itself when none does. */
static size_t skip_markup(struct str text, size_t at)
{
	size_t end;

	if (text.p[at] == '[' && (str_starts_nocase(str_sub(text, at, 8), STR("[image:")) ||
				  str_starts_nocase(str_sub(text, at, 5), STR("[cid:")))) {
		end = str_find_byte(str_sub(text, 0, at + 500), at, ']');
		return end == STR_NONE ? at + 1 : end + 1;
	}
	if (!starts_url(text, at))
		return at;
	while (at < text.n && !ascii_is_space(text.p[at]) && text.p[at] != '>' && text.p[at] != ')')
		at++;
	return at;
}

/* True for white space and zero-width characters of two and three bytes that only shape the text. */
static bool is_filler(struct str sequence)
{
	static const struct str fillers[] = {
	    STR_INIT("\xc2\xa0"),     STR_INIT("\xc2\xad"),     STR_INIT("\xe2\x80\x8b"),
	    STR_INIT("\xe2\x80\x8c"), STR_INIT("\xe2\x80\x8d"), STR_INIT("\xcd\x8f"),
	    STR_INIT("\xe2\x80\x87"), STR_INIT("\xe2\x80\xa2"), STR_INIT("\xef\xbb\xbf")};

	for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
		if (sequence.p[0] == fillers[i].p[0] && str_equal(sequence, fillers[i]))
			return true;
	return false;
}

/* From Hangul Jamo and CJK radicals on there are no blanks between words: each character counts as one. */
static bool is_ideograph(struct str sequence)
{
	return sequence.n >= 3 && (unsigned char)sequence.p[0] >= 0xe2 &&
	       !(sequence.p[0] == '\xe2' && (unsigned char)sequence.p[1] < 0xba);
}

/* Offset of the next byte that may begin a word, at or behind `at`. */
static size_t find_word(struct str text, size_t at)
{
	while (at < text.n) {
		size_t skipped = skip_markup(text, at);

		if (skipped == at && is_word_byte(text.p[at]))
			break;
		at = skipped == at ? at + 1 : skipped;
	}
	return at;
}

/* Never 0. Eight bytes at a time: one multiplication for most words. */
static uint32_t hash_word(struct str word)
{
	uint64_t hash = word.n;

	for (size_t i = 0; i < word.n;) {
		uint64_t block = 0;

		for (size_t end = i + 8 < word.n ? i + 8 : word.n; i < end; i++)
			block = block << 8 | (unsigned char)ascii_lower(word.p[i]);
		hash = (hash ^ block) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	return (uint32_t)hash ? (uint32_t)hash : 1;
}

/* Reads the word behind *at, which is moved behind it; false at the end of the text. Words may be empty. */
static bool next_word(struct str text, size_t *at, struct str *ret_word)
{
	size_t start = find_word(text, *at), i = start;

	while (i < text.n && is_word_byte(text.p[i])) {
		struct str sequence;
		size_t n;

		if ((unsigned char)text.p[i] < 0x80) {
			i++;
			continue;
		}
		n = utf8_sequence(str_sub(text, i, 4));
		sequence = str_sub(text, i, n ? n : 1);
		if (is_filler(sequence)) {
			if (i > start)
				break;
			i = start = i + sequence.n;
			continue;
		}
		if (is_ideograph(sequence) && i > start)
			break;
		i += sequence.n;
		if (is_ideograph(sequence))
			break;
	}
	*at = i;
	*ret_word = str_sub(text, start, i - start);
	return i > start || i < text.n;
}

/* False when out of memory. */
static bool read_words(struct word_list *list, struct str text, struct arena *arena)
{
	size_t at = 0;
	struct str word;

	/* a word and what parts it from the next have two bytes at least, an ideograph has three */
	list->hashes = arena_alloc(arena, (text.n / 2 + 1) * sizeof *list->hashes);
	if (!list->hashes)
		return false;
	while (next_word(text, &at, &word)) {
		if (!word.n)
			continue;
		list->hashes[list->count++] = hash_word(word);
		list->says_html |= word.n == 4 && str_equal_nocase(word, STR("html"));
	}
	return true;
}

static uint32_t *find_place(const struct word_set *set, uint32_t hash)
{
	size_t i = (hash * UINT32_C(2654435769)) >> 7 & set->mask;

	for (int probe = 0; probe < PROBES; probe++, i = (i + 1) & set->mask)
		if (!set->hashes[i] || set->hashes[i] == hash)
			return &set->hashes[i];
	return NULL;
}

/* An empty set with room for `words` words. */
static bool make_set(struct word_set *set, size_t words, struct arena *arena)
{
	size_t capacity = 64;

	while (capacity < words * 2)
		capacity *= 2;
	set->hashes = arena_calloc(arena, capacity, sizeof *set->hashes);
	set->mask = capacity - 1;
	return set->hashes != NULL;
}

static void add_words(struct word_set *set, const struct word_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		uint32_t *place = find_place(set, list->hashes[i]);

		if (place)
			*place = list->hashes[i];
	}
}

/* True when nearly all words of `list` are in `set`, and those that are missing do not stand together. */
static bool covers(const struct word_set *set, const struct word_list *list)
{
	size_t missing = 0, stretch = 0;

	for (size_t i = 0; i < list->count; i++) {
		const uint32_t *place = find_place(set, list->hashes[i]);

		if (place && *place) {
			stretch -= stretch > 0;
			continue;
		}
		missing++;
		stretch += 2;
		if (stretch >= STRETCH)
			return false;
	}
	return missing * 100 <= list->count * (100 - SHARED_PERCENT);
}

/* "Your reader does not show HTML", "View in browser", "Unsubscribe": what some senders put in place of a plain text.
 */
static bool is_note(const struct word_list *first, const struct word_list *second)
{
	return (first->count <= NOTE_WORDS && first->says_html) ||
	       (first->count <= FEW_WORDS && second->count >= 4 * FEW_WORDS);
}

enum alternative alternative_compare(struct str first, struct str second, struct str unseen, struct arena *arena)
{
	struct word_list a = {0}, b = {0}, c = {0};
	struct word_set in_a, in_b;

	if (!read_words(&a, first, arena) || !read_words(&b, second, arena))
		return ALTERNATIVE_DIFFERENT;
	if (!a.count)
		return ALTERNATIVE_FIRST_EMPTY;
	if (!b.count)
		return ALTERNATIVE_SECOND_EMPTY;
	if (!make_set(&in_a, a.count, arena))
		return ALTERNATIVE_DIFFERENT;
	add_words(&in_a, &a);
	if (covers(&in_a, &b) && read_words(&c, unseen, arena) && make_set(&in_b, b.count + c.count, arena)) {
		add_words(&in_b, &b);
		add_words(&in_b, &c);
		if (covers(&in_b, &a))
			return ALTERNATIVE_SAME;
	}
	return is_note(&a, &b) ? ALTERNATIVE_FIRST_EMPTY : ALTERNATIVE_DIFFERENT;
}
