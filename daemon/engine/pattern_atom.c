#include "engine/pattern_atom.h"

#include "engine/phrase.h"
#include "engine/skeleton.h"
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

enum { ANY_BLANK = ATOM_SPACE | ATOM_LINE };

static struct atom character(uint32_t min_bytes, uint32_t max_bytes, bool no_word, unsigned int may_blank)
{
	return (struct atom){.kind = ATOM_CHARACTER,
			     .min_bytes = min_bytes,
			     .max_bytes = max_bytes,
			     .may_blank = may_blank,
			     .no_word = no_word};
}

static struct atom literal(struct str pattern, size_t *at, bool bytes)
{
	struct str rest = str_sub(pattern, *at, pattern.n);
	int32_t c;
	size_t n = bytes ? 1 : script_read(rest.p, rest.n, &c);
	struct atom atom = character((uint32_t)n, (uint32_t)n, !ascii_is_alnum(rest.p[0]), 0);

	*at += n;
	atom.choices[0] = str_sub(rest, 0, n);
	atom.choice_count = 1;
	atom.may_blank = rest.p[0] == ' ' ? ATOM_SPACE : (rest.p[0] == '\n' ? ATOM_LINE : 0);
	atom.must_blank = atom.may_blank;
	atom.dropped = n == 1 && skeleton_drops(rest.p[0]);
	return atom;
}

static struct atom digit(void)
{
	static const char digits[ATOM_CHOICES] = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9'};
	struct atom atom = character(1, 1, false, 0);

	for (size_t i = 0; i < ATOM_CHOICES; i++)
		atom.choices[i] = (struct str){digits + i, 1};
	atom.choice_count = ATOM_CHOICES;
	return atom;
}

/* \s, \h, \v, and \n, \t and their like. */
static struct atom white(char c)
{
	struct atom atom = character(1, is_one_of("shv", c) ? 3 : 1, true, 0);

	if (is_one_of("sh", c))
		atom.may_blank |= ATOM_SPACE;
	if (is_one_of("svn", c))
		atom.may_blank |= ATOM_LINE;
	atom.must_blank = atom.may_blank;
	return atom;
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

/* \pL and \p{Lu} are no blanks; of longer names nothing is known. */
static struct atom property(struct str pattern, size_t *at, bool negated)
{
	bool braces = byte_at(pattern, *at) == '{';
	size_t start = *at + braces;
	bool visible = !negated && is_one_of("LMNPS", byte_at(pattern, start));

	if (!braces)
		++*at;
	else if (!skip_argument(pattern, at))
		return (struct atom){.kind = ATOM_LOST};
	else if (*at - 1 - start > 2)
		visible = false;
	return character(1, 4, false, visible ? 0 : ANY_BLANK);
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
	if (c == 'd')
		return digit();
	if (c == 'w')
		return character(1, 1, false, 0);
	if (is_one_of("shvaefnrt", c))
		return white(c);
	if (is_one_of("WDSHV", c) || (c == 'N' && !argument))
		return character(1, 4, c == 'W', c == 'S' ? 0 : ANY_BLANK);
	if (c == 'R')
		return character(1, 3, true, ATOM_LINE);
	if (is_one_of("pP", c))
		return property(pattern, at, c == 'P');
	if (c == 'x') {
		if (byte_at(pattern, *at) == '{')
			return skip_argument(pattern, at) ? character(1, 4, false, ANY_BLANK)
							  : (struct atom){.kind = ATOM_LOST};
		for (int i = 0; i < 2 && is_one_of("0123456789abcdefABCDEF", byte_at(pattern, *at)); i++)
			++*at;
		return character(1, 4, false, ANY_BLANK);
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

/* A class while it is read. */
struct class
{
	struct atom atom;
	bool known; /* all its characters are in atom.choices */
};

static void add_to_class(struct class *class, const struct atom *item)
{
	struct atom *atom = &class->atom;

	atom->no_word = atom->no_word && item->no_word;
	atom->dropped = atom->dropped && item->dropped;
	atom->may_blank |= item->may_blank;
	atom->must_blank |= item->must_blank;
	if (item->max_bytes > atom->max_bytes)
		atom->max_bytes = item->max_bytes;
	class->known = class->known && item->choice_count && atom->choice_count + item->choice_count <= ATOM_CHOICES;
	for (size_t i = 0; i < item->choice_count && class->known; i++)
		atom->choices[atom->choice_count++] = item->choices[i];
}

/* The rest of a range, whose first character has been added. */
static bool read_range(struct str pattern, size_t *at, bool bytes, char first, struct class *class)
{
	struct atom last;

	++*at;
	last = byte_at(pattern, *at) == '\\' ? read_escape(pattern, at, bytes) : literal(pattern, at, bytes);
	if (last.kind != ATOM_CHARACTER)
		return false;
	if (last.max_bytes > class->atom.max_bytes)
		class->atom.max_bytes = last.max_bytes;
	class->known = class->atom.no_word = class->atom.dropped = false;
	/* From behind the blank on there is neither blank nor line feed. */
	if (first <= ' ')
		class->atom.may_blank = ANY_BLANK;
	return true;
}

static bool read_class_item(struct str pattern, size_t *at, bool bytes, struct class *class)
{
	char first = byte_at(pattern, *at);
	struct atom item;

	if (first == '[' && is_one_of(":.=", byte_at(pattern, *at + 1))) {
		size_t end = str_find(pattern, *at, STR(":]"));

		item = character(1, 1, false, ANY_BLANK);
		add_to_class(class, &item);
		*at = end + 2;
		return end != STR_NONE;
	}
	if (first == '\\' && byte_at(pattern, *at + 1) == 'b') {
		item = white('b'); /* a backspace, here */
		*at += 2;
	} else {
		item = first == '\\' ? read_escape(pattern, at, bytes) : literal(pattern, at, bytes);
	}
	/* Digits behind a backslash are octal in a class; nobody writes that. */
	if (item.kind != ATOM_CHARACTER)
		return false;
	add_to_class(class, &item);
	if (byte_at(pattern, *at) == '-' && byte_at(pattern, *at + 1) != ']')
		return read_range(pattern, at, bytes, (char)(first == '\\' ? '\0' : first & 0x7f), class);
	return true;
}

static struct atom read_class(struct str pattern, size_t *at, bool bytes)
{
	struct class class = {.atom = character(1, 1, true, 0), .known = true};
	bool negated = byte_at(pattern, *at + 1) == '^';

	class.atom.dropped = true;
	*at += negated ? 2 : 1;
	for (bool first = true; first || byte_at(pattern, *at) != ']'; first = false)
		if (*at >= pattern.n || !read_class_item(pattern, at, bytes, &class))
			return (struct atom){.kind = ATOM_LOST};
	++*at;
	if (negated)
		return character(1, 4, false, ANY_BLANK & ~class.atom.must_blank);
	if (!class.known)
		class.atom.choice_count = 0;
	return class.atom;
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
		return character(1, 4, false, ATOM_SPACE);
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
