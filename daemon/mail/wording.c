#include "mail/wording.h"

#include "mail/script.h"
#include "mail/wording_phrases.h"

#include <string.h>

size_t wording_count(enum wording wording)
{
	return wording_phrases[wording].count;
}

const char *wording_at(enum wording wording, size_t index)
{
	return wording_phrases[wording].items[index];
}

/* Scripts without blanks begin here in UTF-8 (Thai stands before, and has no phrases). */
static bool is_unspaced(char c)
{
	return (unsigned char)c >= 0xe3;
}

static bool letter_behind(struct str text, size_t at)
{
	int32_t c;

	if (at >= text.n)
		return false;
	if ((unsigned char)text.p[at] < 0x80)
		return ascii_is_alnum(text.p[at]);
	script_read(text.p + at, text.n - at, &c);
	return script_of(c) != SCRIPT_NONE;
}

static size_t character_before(struct str text, size_t at)
{
	do
		at--;
	while (at && ((unsigned char)text.p[at] & 0xc0) == 0x80);
	return at;
}

/* True when a word may end at `at`, the end of a phrase. */
static bool ends_word(struct str text, size_t at)
{
	char last = text.p[character_before(text, at)];

	if (is_unspaced(last) || ((unsigned char)last < 0x80 && !ascii_is_alnum(last)))
		return true;
	return !letter_behind(text, at);
}

/* True when a word may begin at `at`. */
static bool starts_word(struct str text, size_t at)
{
	if (at == 0 || is_unspaced(text.p[at]) || text.p[at - 1] == ' ')
		return true;
	return !letter_behind(text, character_before(text, at));
}

/* Compares byte by byte: nearly always the first few differ. */
static bool stands_at(struct str text, size_t at, const char *phrase, size_t *ret_end)
{
	for (; *phrase; phrase++, at++)
		if (at >= text.n || text.p[at] != *phrase)
			return false;
	*ret_end = at;
	return ends_word(text, at);
}

bool wording_starts(enum wording wording, struct str folded, size_t *ret_end)
{
	size_t longest = 0, end;

	if (!folded.n)
		return false;
	for (size_t i = 0; i < wording_phrases[wording].count; i++) {
		const char *phrase = wording_phrases[wording].items[i];

		if (phrase[0] == folded.p[0] && stands_at(folded, 0, phrase, &end) && end > longest)
			longest = end;
	}
	if (ret_end)
		*ret_end = longest;
	return longest > 0;
}

bool wording_ends(enum wording wording, struct str folded)
{
	for (size_t i = 0; i < wording_phrases[wording].count; i++) {
		struct str phrase = str_of(wording_phrases[wording].items[i]);

		if (phrase.n > folded.n || memcmp(folded.p + folded.n - phrase.n, phrase.p, phrase.n) != 0)
			continue;
		if (starts_word(folded, folded.n - phrase.n))
			return true;
	}
	return false;
}

bool wording_contains(enum wording wording, struct str folded)
{
	struct wording_index index;
	struct wording_match match;

	wording_index_make(&index, &wording, 1);
	return wording_find(&index, folded, 0, &match);
}

void wording_index_make(struct wording_index *index, const enum wording *kinds, size_t kind_count)
{
	uint16_t next[257];

	memset(index->begin, 0, sizeof index->begin);
	memset(index->second_bits, 0, sizeof index->second_bits);
	memset(index->third_bits, 0, sizeof index->third_bits);
	for (size_t k = 0; k < kind_count; k++)
		for (size_t i = 0; i < wording_phrases[kinds[k]].count; i++)
			index->begin[(unsigned char)wording_phrases[kinds[k]].items[i][0] + 1]++;
	for (size_t i = 1; i < 257; i++)
		index->begin[i] = (uint16_t)(index->begin[i] + index->begin[i - 1]);
	memcpy(next, index->begin, sizeof next);
	for (size_t k = 0; k < kind_count; k++) {
		for (size_t i = 0; i < wording_phrases[kinds[k]].count; i++) {
			const char *phrase = wording_phrases[kinds[k]].items[i];
			size_t at = next[(unsigned char)phrase[0]]++;

			if (at >= WORDING_PHRASES_MAX)
				continue;
			index->phrases[at] = phrase;
			index->seconds[at] = (unsigned char)phrase[1];
			index->second_bits[(unsigned char)phrase[0]] |= UINT64_C(1) << (phrase[1] & 63);
			index->third_bits[(unsigned char)phrase[0]] |=
			    phrase[2] ? UINT64_C(1) << (phrase[2] & 63) : UINT64_MAX;
			index->kinds[at] = (uint8_t)kinds[k];
		}
	}
}

/* The longest phrase at `at`: "unsubscribe from this" before "unsubscribe". */
static bool longest_at(const struct wording_index *index, struct str folded, size_t at, struct wording_match *ret_match)
{
	unsigned char first = (unsigned char)folded.p[at], second = (unsigned char)folded.p[at + 1];
	size_t end;

	ret_match->end = at;
	for (size_t i = index->begin[first]; i < index->begin[first + 1]; i++) {
		if (index->seconds[i] != second || !stands_at(folded, at, index->phrases[i], &end) ||
		    end <= ret_match->end)
			continue;
		*ret_match = (struct wording_match){at, end, (enum wording)index->kinds[i]};
	}
	return ret_match->end > at && starts_word(folded, at);
}

bool wording_find(const struct wording_index *index, struct str folded, size_t from, struct wording_match *ret_match)
{
	bool in_word = from && folded.p[from - 1] >= 'a' && folded.p[from - 1] <= 'z';

	/* one condition that hardly ever holds: wrong guesses of the processor would cost more than all the rest */
	for (size_t at = from; at + 1 < folded.n; at++) {
		unsigned char first = (unsigned char)folded.p[at], second = (unsigned char)folded.p[at + 1];
		unsigned char third = at + 2 < folded.n ? (unsigned char)folded.p[at + 2] : ' ';
		uint64_t fits = index->second_bits[first] >> (second & 63) & index->third_bits[first] >> (third & 63);

		if ((fits & !in_word & 1) && longest_at(index, folded, at, ret_match))
			return true;
		in_word = (unsigned char)(first - 'a') < 26;
	}
	return false;
}
