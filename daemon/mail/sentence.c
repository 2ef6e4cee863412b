#include "mail/sentence.h"

/* Words that carry a full stop in mid-sentence, in folded form; single letters do as well. */
static const char *const abbreviations[] = {
    "dr",     "mr",  "mrs",  "ms",  "prof", "st",   "jr",   "sr",   "vs",  "e.g",  "i.e",  "no",  "nr",   "approx",
    "dept",   "fig", "z.b",  "d.h", "u.a",  "bzw",  "ca",   "evtl", "ggf", "inkl", "zzgl", "hr",  "fr",   "ing",
    "dipl",   "abs", "str",  "m",   "mme",  "mlle", "p.ex", "sra",  "sr",  "srta", "ud",   "uds", "dott", "sig",
    "sig.ra", "dra", "exmo", "ex",  "bijv", "o.a",  "dhr",  "mevr", "np",  "m.in", "tzw",  "ul",  "t.ex", "bl.a",
    "d.v.s",  "orn", "vb",   "т.е", "т.д",  "т.п",  "г",    "ул",   "им",  "co",
};

static bool is_abbreviation(struct str word)
{
	while (word.n && !ascii_is_alnum(word.p[0]) && (unsigned char)word.p[0] < 0x80)
		word = str_sub(word, 1, word.n);
	if (word.n == 1)
		return true;
	for (size_t i = 0; word.n && i < sizeof abbreviations / sizeof abbreviations[0]; i++)
		if (abbreviations[i][0] == word.p[0] && str_equal(word, str_of(abbreviations[i])))
			return true;
	return false;
}

/* The letters beyond ASCII that close a sentence: ideographic, Devanagari, Arabic and Burmese full stops. */
static bool ends_with_stop(struct str word)
{
	return str_ends_nocase(word, STR("\xe3\x80\x82")) || str_ends_nocase(word, STR("\xe0\xa5\xa4")) ||
	       str_ends_nocase(word, STR("\xdb\x94")) || str_ends_nocase(word, STR("\xe1\x81\x8b"));
}

static bool is_closing_mark(char c)
{
	return c == '"' || c == '\'' || c == ')' || c == ']' || c == '*';
}

static bool ends_sentence(struct str word)
{
	while (word.n > 1 && is_closing_mark(word.p[word.n - 1]))
		word.n--;
	if (!word.n)
		return false;
	switch (word.p[word.n - 1]) {
	case '!':
	case '?':
		return true;
	case '.':
		return !is_abbreviation(str_sub(word, 0, word.n - 1));
	default:
		return (unsigned char)word.p[word.n - 1] >= 0x80 && ends_with_stop(word);
	}
}

/* Index of the line that word `word` is in. */
static size_t line_of(const struct excerpt *excerpt, size_t word)
{
	size_t low = 0, high = excerpt->line_count;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (excerpt->lines[middle].first_word <= word)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static bool ends_here(const struct excerpt *excerpt, size_t word)
{
	return ends_sentence(folded_slice(&excerpt->folded, word, word + 1));
}

size_t sentence_end(const struct excerpt *excerpt, size_t first)
{
	size_t line = line_of(excerpt, first), line_end = excerpt_line_end(excerpt, line);

	for (size_t i = first; i < excerpt->folded.word_count; i++) {
		if (i == line_end) {
			line++;
			line_end = excerpt_line_end(excerpt, line);
			if (excerpt->lines[line].breaks)
				return i;
		}
		if (ends_here(excerpt, i))
			return i + 1;
	}
	return excerpt->folded.word_count;
}

size_t sentence_start(const struct excerpt *excerpt, size_t end)
{
	size_t first = end - 1, line = line_of(excerpt, first);

	while (first > 0) {
		if (first == excerpt->lines[line].first_word) {
			if (excerpt->lines[line].breaks)
				return first;
			line--;
		}
		if (ends_here(excerpt, first - 1))
			return first;
		first--;
	}
	return 0;
}
