#include "cli/suggest_token.h"

#include "mail/script.h"

#include <string.h>

static uint64_t hash_bytes(const char *p, size_t n)
{
	uint64_t hash = 14695981039346656037U; /* FNV-1a */

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)p[i]) * 1099511628211U;
	return hash;
}

/* Punctuation that stands around words in folded text: ASCII, and what East Asia adds to it. */
static bool is_punctuation(int32_t code_point)
{
	if (code_point < 0x80)
		return !ascii_is_alnum((char)code_point);
	return code_point == 0xa1 || code_point == 0xbf || code_point == 0xab || code_point == 0xbb ||
	       (code_point >= 0x3001 && code_point <= 0x3004) || (code_point >= 0x3008 && code_point <= 0x301f) ||
	       code_point == 0x30fb;
}

static bool ends_sentence(int32_t code_point)
{
	return code_point == '.' || code_point == '!' || code_point == '?' || code_point == 0x3002;
}

/* Takes the punctuation off text[*start, *end); tells whether some behind it ends a sentence. */
static bool trim_punctuation(struct str text, uint32_t *start, uint32_t *end)
{
	uint32_t behind = *start, at = *start;
	bool begun = false, ended = false;
	int32_t code_point;

	while (at < *end) {
		size_t n = script_read(text.p + at, *end - at, &code_point);

		at += (uint32_t)n;
		if (!is_punctuation(code_point)) {
			if (!begun)
				*start = at - (uint32_t)n;
			begun = true;
			ended = false;
			behind = at;
		} else if (ends_sentence(code_point)) {
			ended = true;
		}
	}
	*end = begun ? behind : *start;
	return ended;
}

/* Letters, with apostrophes and hyphens between them: no digits, no addresses, no paths. */
static bool is_all_letters(struct str word)
{
	bool some = false;

	for (size_t i = 0; i < word.n; i++) {
		bool letter = (unsigned char)word.p[i] >= 0x80 || ascii_is_alpha(word.p[i]);

		if (!letter && word.p[i] != '\'' && word.p[i] != '-')
			return false;
		some = some || letter;
	}
	return some;
}

/* "I" and "I'm" are no names. */
static bool is_capitalised(struct str original, struct str word)
{
	size_t at = 0;

	while (at < original.n && (unsigned char)original.p[at] < 0x80 && !ascii_is_alnum(original.p[at]))
		at++;
	return at < original.n && original.p[at] >= 'A' && original.p[at] <= 'Z' && !str_equal(word, STR("i")) &&
	       !str_starts(word, STR("i'"));
}

/* True when a paragraph ends, or something was cut out, between two words. */
static bool is_break(struct str original, const struct fold_word *word, const struct fold_word *next)
{
	struct str gap;
	size_t line;

	if (next->original <= word->original_end)
		return false;
	gap = str_sub(original, word->original_end, next->original - word->original_end);
	line = str_find_byte(gap, 0, '\n');
	return line != STR_NONE && str_find_byte(gap, line + 1, '\n') != STR_NONE;
}

static struct suggest_token read_token(const struct view *view, size_t index, bool first_of_sentence)
{
	const struct fold_word *word = &view->words[index];
	const struct fold_word *next = index + 1 < view->word_count ? word + 1 : NULL;
	struct suggest_token token = {.start = word->folded, .end = next ? next->folded : (uint32_t)view->text.n};
	bool ended = trim_punctuation(view->text, &token.start, &token.end);
	struct str text = str_sub(view->text, token.start, token.end - token.start);
	int32_t code_point = 0;

	token.hash = hash_bytes(text.p, text.n);
	token.letters = is_all_letters(text);
	if (text.n)
		script_read(text.p, text.n, &code_point);
	token.unspaced = script_of(code_point) == SCRIPT_UNSPACED;
	token.name = !first_of_sentence &&
		     is_capitalised(str_sub(view->original, word->original, word->original_end - word->original), text);
	token.last = ended || !next || is_break(view->original, word, next);
	return token;
}

/* Where a quarter of the words are capitalised, as German nouns and headlines are, capitals tell nothing. */
static void forget_useless_names(struct suggest_token *tokens, size_t count)
{
	size_t names = 0;

	for (size_t i = 0; i < count; i++)
		names += tokens[i].name;
	for (size_t i = 0; names * 4 > count && i < count; i++)
		tokens[i].name = false;
}

bool suggest_tokens_read(const struct view *view, struct arena *arena, struct suggest_tokens *ret_tokens)
{
	struct suggest_token *tokens = arena_calloc(arena, view->word_count, sizeof *tokens);

	*ret_tokens = (struct suggest_tokens){NULL, 0};
	if (!tokens)
		return false;
	for (size_t i = 0; view->words && i < view->word_count; i++) {
		tokens[i] = read_token(view, i, i == 0 || tokens[i - 1].last);
		ret_tokens->count++;
	}
	forget_useless_names(tokens, ret_tokens->count);
	ret_tokens->items = tokens;
	return true;
}

struct str suggest_sentence(const struct view *view, const struct suggest_tokens *tokens, size_t first, size_t count,
			    size_t reach, struct arena *arena)
{
	size_t from = first, to = first + count - 1, n = 0;
	struct str words;
	char *copy;

	while (from > 0 && first - from < reach && !tokens->items[from - 1].last)
		from--;
	while (to + 1 < tokens->count && to + 1 - first - count < reach && !tokens->items[to].last)
		to++;
	words = view_evidence(view, tokens->items[from].start, tokens->items[to].end);
	copy = arena_alloc(arena, words.n + 1);
	if (!copy)
		return STR("");
	for (size_t i = 0; i < words.n; i++) {
		bool blank = (unsigned char)words.p[i] <= ' ' || words.p[i] == 0x7f;

		if (!blank)
			copy[n++] = words.p[i];
		else if (n > 0 && copy[n - 1] != ' ')
			copy[n++] = ' ';
	}
	while (n > 0 && copy[n - 1] == ' ')
		n--;
	copy[n] = '\0';
	return (struct str){copy, n};
}
