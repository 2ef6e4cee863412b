#include "mail/names.h"

#include "mail/fold.h"

enum { NAME_BYTES_MAX = 256, WHOLE_MIN = 4, SHORT_MIN = 3 };

static bool is_separator(char c)
{
	return c == ' ' || (c >= 0 && c < 0x7f && !ascii_is_alnum(c) && c != '\'');
}

static struct str trim_punctuation(struct str word)
{
	while (word.n && is_separator(word.p[0]))
		word = str_sub(word, 1, word.n);
	while (word.n && is_separator(word.p[word.n - 1]))
		word.n--;
	return word;
}

static void add(struct names *names, struct str text, struct arena *arena)
{
	struct str folded = fold_string(str_sub(text, 0, NAME_BYTES_MAX), arena);

	for (size_t at = 0; at < folded.n;) {
		size_t end = at;

		while (end < folded.n && !is_separator(folded.p[end]))
			end++;
		if (end - at > 1 && names->count < NAMES_WORDS_MAX)
			names->words[names->count++] = str_sub(folded, at, end - at);
		at = end + 1;
	}
}

static struct str without_blanks(struct str folded, struct arena *arena)
{
	char *copy = arena_strndup(arena, folded.p, folded.n);
	size_t n = 0;

	for (size_t i = 0; copy && i < folded.n; i++)
		if (folded.p[i] != ' ')
			copy[n++] = folded.p[i];
	return copy ? (struct str){copy, n} : (struct str){"", 0};
}

struct names names_of(const struct address_list *addresses, struct arena *arena)
{
	struct names names = {.count = 0, .whole = {"", 0}};

	if (addresses->count)
		names.whole =
		    without_blanks(fold_string(str_sub(addresses->items[0].display, 0, NAME_BYTES_MAX), arena), arena);

	for (size_t i = 0; i < addresses->count && i < NAMES_ADDRESSES_MAX; i++) {
		add(&names, addresses->items[i].display, arena);
		add(&names, addresses->items[i].local, arena);
	}
	return names;
}

static bool is_name(const struct names *names, struct str word)
{
	for (size_t i = 0; i < names->count; i++)
		if (str_equal(names->words[i], word))
			return true;
	return false;
}

bool names_contain(const struct names *names, struct str word)
{
	struct str rest, piece;

	word = trim_punctuation(word);
	if (is_name(names, word) || (word.n >= WHOLE_MIN && str_equal(word, names->whole)))
		return true;
	rest = word;
	while (word.n && str_split(&rest, '-', &piece))
		if (is_name(names, piece))
			return true;
	return false;
}

bool names_shorten(const struct names *names, struct str word)
{
	word = trim_punctuation(word);
	for (size_t i = 0; word.n >= SHORT_MIN && i < names->count; i++)
		if (str_starts(names->words[i], word))
			return true;
	return false;
}
