#include "mail/spaced.h"

#include "mail/script.h"

#include <string.h>

enum { LETTERS_MIN = 5 };

/* One word seen as punctuation, one letter, punctuation; `letter` 0 when it is anything else. */
struct piece {
	bool single;
	bool leads;  /* punctuation stands before the letter: only the first piece of a run may have it */
	bool trails; /* and only the last one here */
};

static size_t letter_at(const char *p, size_t n)
{
	int32_t c;
	size_t length = script_read(p, n, &c);

	return script_is_european(script_of(c)) ? length : 0;
}

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_' || c == '*';
}

static bool is_punctuation(char c)
{
	return c > ' ' && c < 0x7f && !ascii_is_alnum(c);
}

static struct piece piece_of(const struct fold_draft *draft, size_t word)
{
	size_t at = draft->words[word].folded, end = fold_draft_word_end(draft, word), start = at, n;
	struct piece piece = {.single = false};

	while (at < end && is_punctuation(draft->text[at]))
		at++;
	n = at < end ? letter_at(draft->text + at, end - at) : 0;
	if (!n)
		return piece;
	piece.leads = at > start;
	at += n;
	piece.trails = at < end;
	while (at < end && is_punctuation(draft->text[at]))
		at++;
	piece.single = at == end;
	return piece;
}

/* True when a blank stands before `word` (not so between the characters of unspaced scripts). */
static bool blank_before(const struct fold_draft *draft, size_t word)
{
	return word > 0 && draft->text[draft->words[word].folded - 1] == ' ';
}

/* Number of words from `first` on that are one letter each and make up one run. */
static size_t run_length(const struct fold_draft *draft, size_t first)
{
	size_t n = 0;

	for (size_t i = first; i < draft->word_count; i++) {
		struct piece piece = piece_of(draft, i);

		if (!piece.single || (n && (piece.leads || !blank_before(draft, i))))
			break;
		n++;
		if (piece.trails)
			break;
	}
	return n;
}

/* More than one blank, or a line end, stood between this word and the next. */
static bool wide_gap_behind(const struct fold_draft *draft, size_t word)
{
	size_t characters = 0;

	for (size_t i = draft->words[word].original_end; i < draft->words[word + 1].original; i++)
		if (((unsigned char)draft->original.p[i] & 0xc0) != 0x80)
			characters++;
	return characters > 1;
}

/*
 * Whether wide gaps of the run tell where its words end ("s o r r y  t o  b o t h e r"). They do not when they would
 * leave so many single letters in a row that folding the result would join them.
 */
static bool gaps_divide(const struct fold_draft *draft, size_t first, size_t n)
{
	size_t lone = 0;

	for (size_t i = 0; i < n; i++) {
		bool opens = i == 0 || wide_gap_behind(draft, first + i - 1);
		bool closes = i + 1 == n || wide_gap_behind(draft, first + i);

		lone = opens && closes ? lone + 1 : 0;
		if (lone >= LETTERS_MIN)
			return false;
	}
	return true;
}

/* Offset of the first letter when word [at, end) is letters split by one separator, else `end`. */
static size_t split_word_start(const char *text, size_t at, size_t end, size_t *ret_end)
{
	size_t letters = 0, start, n;
	char separator = 0;

	while (at < end && is_punctuation(text[at]))
		at++;
	start = at;
	while (at < end && (n = letter_at(text + at, end - at)) > 0) {
		letters++;
		at += n;
		*ret_end = at;
		if (at == end || !is_separator(text[at]) || (separator && text[at] != separator))
			break;
		separator = text[at];
		if (at + 1 == end || !letter_at(text + at + 1, end - at - 1))
			break;
		at++;
	}
	while (at < end && is_punctuation(text[at]))
		at++;
	return at == end && letters >= LETTERS_MIN ? start : end;
}

/* Copies word [from, end) to `to`, without the separators of a split word; returns the new end. */
static size_t copy_word(char *text, size_t to, size_t from, size_t end)
{
	size_t letters_end = end;
	size_t letters = split_word_start(text, from, end, &letters_end);

	for (size_t i = from; i < end; i++)
		if (i < letters || i >= letters_end || !is_separator(text[i]))
			text[to++] = text[i];
	return to;
}

void spaced_join(struct fold_draft *draft)
{
	size_t to = 0, kept = 0, next;

	for (size_t i = 0; i < draft->word_count; i = next) {
		size_t run = run_length(draft, i);
		bool join = run >= LETTERS_MIN;
		bool divide = join && gaps_divide(draft, i, run);

		next = join ? i + run : i + 1;
		for (size_t j = i; j < next; j++) {
			struct fold_word word = draft->words[j];
			size_t end = fold_draft_word_end(draft, j);
			bool glue = j > i && !(divide && wide_gap_behind(draft, j - 1));

			if (!glue && to && blank_before(draft, j))
				draft->text[to++] = ' ';
			if (glue)
				draft->words[kept - 1].original_end = word.original_end;
			else
				draft->words[kept++] =
				    (struct fold_word){(uint32_t)to, word.original, word.original_end};
			to = copy_word(draft->text, to, word.folded, end);
		}
	}
	draft->word_count = kept;
	draft->n = to;
}
