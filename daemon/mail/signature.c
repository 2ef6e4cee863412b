#include "mail/signature.h"

#include "mail/wording.h"

#include <string.h>

enum {
	DELIMITED_LINES = 14, /* below "-- ": RFC 3676 4.3 and custom have four, companies more */
	DELIMITED_WORDS = 100,
	MARKED_WORDS = 100, /* in a container that a mail program marks as signature */
	BLOCK_LINES = 15,   /* below a closing formula */
	SEARCH_LINES = 25,  /* from the end upwards, where a closing formula is looked for */
	CLOSING_WORDS = 9,
	NAME_WORDS = 5, /* behind the formula, or as a line */
	SHORT_LINE_WORDS = 10,
	PROSE_WORDS = 8,
	LONG_PROSE_WORDS = 16,
	SENT_FROM_WORDS = 10,
	AFTERTHOUGHTS = 2 /* paragraphs below the name */
};

static bool is_postscript(const struct line *line)
{
	return wording_starts(WORDING_POSTSCRIPT, line->folded, NULL);
}

static char last_byte(struct str s)
{
	return s.n ? s.p[s.n - 1] : '\0';
}

/* Ends as a sentence does. The ideographic full stop is E3 80 82. */
static bool ends_sentence(struct str s)
{
	char last = last_byte(s);

	return last == '.' || last == '!' || last == '?' || (s.n >= 3 && str_equal(str_sub(s, s.n - 3, 3), STR("。")));
}

/* Lines [index, *ret_end), wrapped from one another, are a sentence that somebody wrote, not a line of an address. */
static bool is_prose(const struct lines *lines, size_t index, size_t end, size_t *ret_end)
{
	size_t start = index, stop = index + 1, words;

	while (stop < end && line_wraps(lines, stop - 1))
		stop++;
	*ret_end = stop;
	words = lines_words(lines, start, stop, lines->items[start].part);
	return words >= LONG_PROSE_WORDS || (words >= PROSE_WORDS && ends_sentence(lines->items[stop - 1].folded));
}

/* Marks [start, end) as signature, but for postscripts and, if so wished, prose. */
static void mark_block(struct lines *lines, size_t start, size_t end, bool keep_prose)
{
	for (size_t i = start, next; i < end; i = next) {
		next = i + 1;
		if (is_postscript(&lines->items[i])) {
			while (next < end && !lines->items[next].paragraph)
				next++;
			continue;
		}
		if (keep_prose && is_prose(lines, i, end, &next))
			continue;
		lines_mark(lines, i, next, LINE_SIGNATURE);
	}
}

static bool is_delimiter(struct str original)
{
	return str_equal(original, STR("--")) || str_equal(original, STR("- --"));
}

/* "-- " alone on a line (RFC 3676 4.3); returns its index, or `end`. A closing formula may still stand above it. */
static size_t mark_delimited(struct lines *lines, size_t start, size_t end)
{
	for (size_t i = start; i < end; i++) {
		bool whole;

		if (lines->items[i].folded.p[0] != '-' || !is_delimiter(line_original(lines, i)))
			continue;
		whole = end - i <= DELIMITED_LINES && lines_words(lines, i, end, LINE_BODY) <= DELIMITED_WORDS;
		lines_mark(lines, i, i + 1, LINE_SIGNATURE);
		mark_block(lines, i + 1, end, !whole);
		return i;
	}
	return end;
}

/* What a mail program marks as signature is one, unless it is too long for that. */
static void mark_marked(struct lines *lines, size_t start, size_t end)
{
	for (size_t i = start, stop; i < end; i = stop) {
		stop = i + 1;
		if (!lines->items[i].marked_footer)
			continue;
		while (stop < end && lines->items[stop].marked_footer)
			stop++;
		mark_block(lines, i, stop, lines_words(lines, i, stop, LINE_BODY) > MARKED_WORDS);
	}
}

static struct str skip_leading(struct str s, const char *bytes)
{
	while (s.n && strchr(bytes, s.p[0]))
		s = str_sub(s, 1, s.n);
	return s;
}

static struct str first_word(struct str s)
{
	size_t blank = str_find_byte(s, 0, ' ');

	return blank == STR_NONE ? s : str_sub(s, 0, blank);
}

static size_t blanks(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == ' ';
	return n;
}

/* A closing formula, alone on its line or with a name behind it ("Best regards, Ann"; not "Thanks for your time"). */
static bool is_closing(const struct lines *lines, size_t index, const struct names *sender)
{
	struct str s = skip_leading(lines->items[index].folded, "-~* "), rest, name;
	size_t end;

	if (lines->items[index].words > CLOSING_WORDS || !wording_starts(WORDING_CLOSING, s, &end))
		return false;
	rest = str_sub(s, end, s.n);
	if (!rest.n || str_equal(rest, STR("。")))
		return true;
	name = skip_leading(rest, " ,.!-;:)*");
	if (rest.p[0] == ' ' && name.p == rest.p + 1)
		return names_contain(sender, first_word(name));
	if (name.p == rest.p || last_byte(name) == '?')
		return false;
	return blanks(name) < NAME_WORDS && (!ends_sentence(name) || blanks(name) == 0);
}

/* True when lines from `start` on can stand below a closing formula: at first nothing, or a short line. */
static bool is_signed_below(const struct lines *lines, size_t start, size_t end)
{
	if (start == end || is_postscript(&lines->items[start]))
		return true;
	if (end - start > BLOCK_LINES)
		return false;
	return lines->items[start].words <= NAME_WORDS && last_byte(lines->items[start].folded) != '?' &&
	       last_byte(lines->items[start].folded) != ':';
}

static bool mark_closed(struct lines *lines, size_t start, size_t end, const struct names *sender)
{
	size_t lowest = end - start > SEARCH_LINES ? end - SEARCH_LINES : start;

	for (size_t i = end; i-- > lowest;) {
		if (!is_closing(lines, i, sender) || !is_signed_below(lines, i + 1, end))
			continue;
		while (i > lowest && is_closing(lines, i - 1, sender))
			i--;
		lines_mark(lines, i, i + 1, LINE_SIGNATURE);
		mark_block(lines, i + 1, end, true);
		return true;
	}
	return false;
}

static bool is_telephone(struct str s)
{
	size_t digits = 0, others = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (ascii_is_digit(s.p[i]))
			digits++;
		else if (ascii_is_alpha(s.p[i]))
			others++;
	}
	return digits >= 7 && others <= 12;
}

/* A telephone number or an address, the matter of visiting cards. A link alone may as well be what is offered. */
static bool is_contact(struct str s)
{
	return is_telephone(s) || str_find_byte(s, 1, '@') != STR_NONE || str_starts(s, STR("tel:")) ||
	       str_starts(s, STR("tel.")) || str_starts(s, STR("〒"));
}

/* A line with the sender's name and little else ("Megan", "- Ann Miller, CEO"). */
static bool is_own_name(const struct line *line, const struct names *sender)
{
	struct str s = line->folded, word;

	if (line->words > NAME_WORDS || ends_sentence(s) || last_byte(s) == ',' || last_byte(s) == ':')
		return false;
	while (s.n && !ascii_is_alnum(s.p[0]) && (unsigned char)s.p[0] < 0x80)
		s = str_sub(s, 1, s.n);
	if (!str_split(&s, ' ', &word))
		return false;
	return names_contain(sender, word) || (line->words == 1 && names_shorten(sender, word));
}

static bool can_be_address(const struct line *line)
{
	return line->words <= SHORT_LINE_WORDS && last_byte(line->folded) != '?' && last_byte(line->folded) != '!' &&
	       (!ends_sentence(line->folded) || line->words <= NAME_WORDS);
}

/* Without a formula: short lines at the end that begin with the sender's name, or hold addresses and numbers. */
static bool mark_unclosed(struct lines *lines, size_t start, size_t end, const struct names *sender, bool name_only)
{
	size_t top = end, named = end, contacts = 0, block = end;

	while (top > start && end - top < BLOCK_LINES && can_be_address(&lines->items[top - 1])) {
		top--;
		if (is_own_name(&lines->items[top], sender))
			named = top;
		contacts += is_contact(lines->items[top].folded);
		if (contacts && lines->items[top].paragraph && end - top >= 2 && block == end && !name_only)
			block = top;
	}
	if (named < end)
		block = named;
	/* all of the text is no signature */
	if (block == end || (block == start && (start == 0 || lines->items[start - 1].part == LINE_BODY)))
		return false;
	lines_mark(lines, block, end, LINE_SIGNATURE);
	return true;
}

/* As mark_unclosed(), also above what people add below their name: postscripts and a last sentence or two. */
static void mark_name(struct lines *lines, size_t start, size_t end, const struct names *sender)
{
	size_t ignored;

	for (size_t i = end; i-- > start + 1 && end - i <= BLOCK_LINES;)
		if (is_postscript(&lines->items[i]))
			end = i;
	for (size_t i = 0; i <= AFTERTHOUGHTS && start < end; i++) {
		size_t last = end - 1;

		if (mark_unclosed(lines, start, end, sender, i > 0))
			return;
		while (last > start && !lines->items[last].paragraph)
			last--;
		if (last == start || !is_prose(lines, last, end, &ignored))
			return;
		end = last;
	}
}

static void mark_sent_from(struct lines *lines, size_t start, size_t end)
{
	size_t lowest = end - start > SEARCH_LINES ? end - SEARCH_LINES : start;

	for (size_t i = lowest; i < end; i++) {
		struct str s = lines->items[i].folded;

		while (s.n && !ascii_is_alnum(s.p[0]) && (unsigned char)s.p[0] < 0x80)
			s = str_sub(s, 1, s.n);
		if (lines->items[i].words <= SENT_FROM_WORDS && wording_starts(WORDING_SENT_FROM, s, NULL))
			lines->items[i].part = LINE_FOOTER;
	}
}

/* One stretch of the author's lines, between quotations and footers. */
static void mark_stretch(struct lines *lines, size_t start, size_t end, const struct names *sender)
{
	mark_marked(lines, start, end);
	end = mark_delimited(lines, start, end);
	if (start < end && !mark_closed(lines, start, end, sender))
		mark_name(lines, start, end, sender);
}

static size_t stretch_end(const struct lines *lines, size_t start)
{
	size_t end = start + 1;

	while (end < lines->count && lines->items[end].part == LINE_BODY && !lines->items[end].part_start)
		end++;
	return end;
}

void signature_mark(struct lines *lines, const struct names *sender)
{
	for (size_t i = 0, end; i < lines->count; i = end) {
		end = i + 1;
		if (lines->items[i].part != LINE_BODY)
			continue;
		end = stretch_end(lines, i);
		mark_sent_from(lines, i, end);
	}
	for (size_t i = 0, end; i < lines->count; i = end) {
		end = i + 1;
		if (lines->items[i].part != LINE_BODY)
			continue;
		end = stretch_end(lines, i);
		mark_stretch(lines, i, end, sender);
	}
}
