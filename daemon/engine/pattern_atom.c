#include "engine/pattern_atom.h"

#include "engine/phrase.h"
#include "mail/script.h"

#include <string.h>

static char byte_at(struct str pattern, size_t at)
{
	return at < pattern.n ? pattern.p[at] : '\0';
}

static bool is_one_of(const char *characters, char c)
{
	return c && strchr(characters, c);
}

static struct atom character(uint32_t min_bytes, uint32_t max_bytes, bool no_word)
{
	return (struct atom){
	    .kind = ATOM_CHARACTER, .min_bytes = min_bytes, .max_bytes = max_bytes, .no_word = no_word};
}

static struct atom literal(struct str pattern, size_t *at, bool bytes)
{
	struct str rest = str_sub(pattern, *at, pattern.n);
	int32_t c;
	size_t n = bytes ? 1 : script_read(rest.p, rest.n, &c);

	*at += n;
	return (struct atom){.kind = ATOM_LITERAL,
			     .text = str_sub(rest, 0, n),
			     .min_bytes = (uint32_t)n,
			     .max_bytes = (uint32_t)n,
			     .no_word = !ascii_is_alnum(rest.p[0])};
}

/* Moves behind a name or number in braces, angle brackets or quotes; false when it does not end. */
static bool skip_argument(struct str pattern, size_t *at)
{
	char open = byte_at(pattern, *at);
	char close = open == '{' ? '}' : (open == '<' ? '>' : open);
	size_t end = str_find_byte(pattern, *at + 1, close);

	if (end == STR_NONE)
		return false;
	*at = end + 1;
	return true;
}

static struct atom read_escape(struct str pattern, size_t *at, bool bytes)
{
	char c = byte_at(pattern, *at + 1);
	bool argument = is_one_of("{<'", byte_at(pattern, *at + 2));

	if (c && !ascii_is_alnum(c)) {
		++*at;
		return literal(pattern, at, bytes);
	}
	*at += 2;
	if (c == 'b')
		return (struct atom){.kind = ATOM_BORDER};
	if (is_one_of("AzZ", c))
		return (struct atom){.kind = ATOM_NO_WORD};
	if (is_one_of("BGK", c))
		return (struct atom){.kind = ATOM_NOTHING};
	if (is_one_of("wd", c))
		return character(1, 1, false);
	if (is_one_of("shv", c))
		return character(1, 3, true);
	if (is_one_of("aefnrt", c))
		return character(1, 1, true);
	if (is_one_of("WDSHVN", c) && !argument)
		return character(1, 4, c == 'W');
	if (c == 'R')
		return character(1, 3, true);
	if (is_one_of("pP", c)) {
		if (!argument)
			++*at;
		else if (!skip_argument(pattern, at))
			return (struct atom){.kind = ATOM_LOST};
		return character(1, 4, false);
	}
	if (c == 'x') {
		if (byte_at(pattern, *at) == '{')
			return skip_argument(pattern, at) ? character(1, 4, false) : (struct atom){.kind = ATOM_LOST};
		for (int i = 0; i < 2 && is_one_of("0123456789abcdefABCDEF", byte_at(pattern, *at)); i++)
			++*at;
		return character(1, 4, false);
	}
	if (c == 'X')
		return (struct atom){.kind = ATOM_UNBOUNDED};
	if (is_one_of("gk", c) && argument && skip_argument(pattern, at))
		return (struct atom){.kind = ATOM_UNBOUNDED};
	if (ascii_is_digit(c)) {
		while (ascii_is_digit(byte_at(pattern, *at)))
			++*at;
		return (struct atom){.kind = ATOM_UNBOUNDED};
	}
	return (struct atom){.kind = ATOM_LOST};
}

/* What one item of a class adds to what is known of the class. */
static bool read_class_item(struct str pattern, size_t *at, bool bytes, struct atom *class)
{
	struct atom item;

	if (byte_at(pattern, *at) == '[' && is_one_of(":.=", byte_at(pattern, *at + 1))) {
		size_t end = str_find(pattern, *at, STR(":]"));

		class->no_word = false;
		*at = end + 2;
		return end != STR_NONE;
	}
	if (byte_at(pattern, *at) == '\\' && byte_at(pattern, *at + 1) == 'b') {
		*at += 2; /* a backspace, here */
		return true;
	}
	item = byte_at(pattern, *at) == '\\' ? read_escape(pattern, at, bytes) : literal(pattern, at, bytes);
	/* Digits behind a backslash are octal in a class; nobody writes that. */
	if (item.kind != ATOM_LITERAL && item.kind != ATOM_CHARACTER)
		return false;
	class->no_word = class->no_word && item.no_word;
	if (item.max_bytes > class->max_bytes)
		class->max_bytes = item.max_bytes;
	if (byte_at(pattern, *at) == '-' && byte_at(pattern, *at + 1) != ']') {
		class->no_word = false; /* a range */
		class->max_bytes = item.max_bytes == 1 && (unsigned char)byte_at(pattern, *at + 1) < 0x80 &&
					   byte_at(pattern, *at + 1) != '\\'
				       ? class->max_bytes
				       : 4;
	}
	return true;
}

static struct atom read_class(struct str pattern, size_t *at, bool bytes)
{
	struct atom class = character(1, 1, true);
	bool negated = byte_at(pattern, *at + 1) == '^';

	*at += negated ? 2 : 1;
	for (bool first = true; first || byte_at(pattern, *at) != ']'; first = false)
		if (*at >= pattern.n || !read_class_item(pattern, at, bytes, &class))
			return (struct atom){.kind = ATOM_LOST};
	++*at;
	return negated ? character(1, 4, false) : class;
}

static struct atom read_open(struct str pattern, size_t *at)
{
	static const char *const borders[] = {"(?<!" PHRASE_WORD_CHARACTER ")", "(?!" PHRASE_WORD_CHARACTER ")"};
	struct str rest = str_sub(pattern, *at, pattern.n);
	char kind = byte_at(rest, 2);
	char next = byte_at(rest, 3);

	for (size_t i = 0; i < sizeof borders / sizeof borders[0]; i++)
		if (str_starts(rest, str_of(borders[i]))) {
			*at += strlen(borders[i]);
			return (struct atom){.kind = ATOM_NO_WORD};
		}
	if (byte_at(rest, 1) == '*')
		return (struct atom){.kind = ATOM_LOST};
	if (byte_at(rest, 1) != '?') {
		*at += 1;
		return (struct atom){.kind = ATOM_OPEN};
	}
	*at += 3;
	if (is_one_of(":>|", kind))
		return (struct atom){.kind = ATOM_OPEN};
	if (is_one_of("=!", kind))
		return (struct atom){.kind = ATOM_OPEN_LOOK};
	if (kind == '<' && is_one_of("=!", next)) {
		*at += 1;
		return (struct atom){.kind = ATOM_OPEN_LOOK};
	}
	if (kind == '<' || kind == '\'')
		*at -= 1;
	else if (kind != 'P' || next != '<')
		return (struct atom){.kind = ATOM_LOST}; /* options, conditions, recursion, comments */
	return (struct atom){.kind = skip_argument(pattern, at) ? ATOM_OPEN : ATOM_LOST};
}

struct atom pattern_atom_read(struct str pattern, size_t *at, bool bytes)
{
	if (*at >= pattern.n)
		return (struct atom){.kind = ATOM_END};
	switch (pattern.p[*at]) {
	case '\\':
		return read_escape(pattern, at, bytes);
	case '[':
		return read_class(pattern, at, bytes);
	case '(':
		return read_open(pattern, at);
	case ')':
		++*at;
		return (struct atom){.kind = ATOM_CLOSE};
	case '|':
		++*at;
		return (struct atom){.kind = ATOM_ALTERNATIVE};
	case '^':
	case '$':
		++*at;
		return (struct atom){.kind = ATOM_NO_WORD};
	case '.':
		++*at;
		return character(1, 4, false);
	default:
		return literal(pattern, at, bytes);
	}
}

static uint32_t read_number(struct str pattern, size_t *at)
{
	uint32_t number = 0;

	for (; ascii_is_digit(byte_at(pattern, *at)); ++*at)
		if (number < 100000)
			number = number * 10 + (uint32_t)(byte_at(pattern, *at) - '0');
	return number;
}

/* "{2}", "{2,}" or "{2,3}"; false for a brace that means itself. */
static bool read_braces(struct str pattern, size_t *at, struct quantifier *ret_quantifier)
{
	size_t here = *at + 1;

	if (byte_at(pattern, *at) != '{' || !ascii_is_digit(byte_at(pattern, here)))
		return false;
	ret_quantifier->min = read_number(pattern, &here);
	ret_quantifier->max = ret_quantifier->min;
	if (byte_at(pattern, here) == ',') {
		here++;
		ret_quantifier->max = ascii_is_digit(byte_at(pattern, here)) ? read_number(pattern, &here) : UINT32_MAX;
	}
	if (byte_at(pattern, here) != '}')
		return false;
	*at = here + 1;
	return true;
}

struct quantifier pattern_quantifier_read(struct str pattern, size_t *at)
{
	struct quantifier quantifier = {1, 1};
	char c = byte_at(pattern, *at);

	if (c == '?')
		quantifier = (struct quantifier){0, 1};
	else if (c == '*')
		quantifier = (struct quantifier){0, UINT32_MAX};
	else if (c == '+')
		quantifier = (struct quantifier){1, UINT32_MAX};
	else if (!read_braces(pattern, at, &quantifier))
		return (struct quantifier){1, 1};
	if (c != '{')
		++*at;
	if (is_one_of("?+", byte_at(pattern, *at)))
		++*at;
	return quantifier;
}
