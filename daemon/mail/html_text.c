#include "mail/html_text.h"

#include "mail/charset.h"

#include <string.h>

enum { PADDING_RUN = 8 /* so many invisible characters in a row only push text out of a preview */ };

struct html_text html_text_make(struct readable *readable)
{
	return (struct html_text){.readable = readable, .start = readable->text.n};
}

void html_text_break(struct html_text *text, unsigned int newlines)
{
	if (text->newlines < newlines)
		text->newlines = newlines;
}

void html_text_newline(struct html_text *text)
{
	if (text->newlines < 2)
		text->newlines++;
}

void html_text_space(struct html_text *text)
{
	text->space = true;
}

/* The lead bytes of white space and invisible characters beyond ASCII. */
static bool is_suspect(unsigned char c)
{
	return c == 0xc2 || c == 0xcd || c == 0xe1 || c == 0xe2 || c == 0xef;
}

/* U+00A0 and the spaces of U+2000 to U+200A: a blank, however wide. */
static size_t blank_length(struct str s)
{
	if (s.n >= 2 && s.p[0] == '\xc2' && s.p[1] == '\xa0')
		return 2;
	if (s.n >= 3 && s.p[0] == '\xe2' && s.p[1] == '\x80' && (unsigned char)s.p[2] <= 0x8a)
		return 3;
	return 0;
}

/* U+00AD, U+034F, U+115F, U+1160, U+17B4, U+17B5, U+180E, U+200B to U+200F, U+2060 to U+2064, U+FEFF. */
static size_t invisible_length(struct str s)
{
	unsigned char second = s.n >= 2 ? (unsigned char)s.p[1] : 0, third = s.n >= 3 ? (unsigned char)s.p[2] : 0;

	switch ((unsigned char)s.p[0]) {
	case 0xc2:
		return second == 0xad ? 2 : 0;
	case 0xcd:
		return second == 0x8f ? 2 : 0;
	case 0xe1:
		if ((second == 0x85 && (third == 0x9f || third == 0xa0)) ||
		    (second == 0x9e && (third == 0xb4 || third == 0xb5)) || (second == 0xa0 && third == 0x8e))
			return 3;
		return 0;
	case 0xe2:
		if ((second == 0x80 && third >= 0x8b && third <= 0x8f) ||
		    (second == 0x81 && third >= 0xa0 && third <= 0xa4))
			return 3;
		return 0;
	case 0xef:
		return second == 0xbb && third == 0xbf ? 3 : 0;
	default:
		return 0;
	}
}

static void end_padding(struct html_text *text)
{
	if (text->padding >= PADDING_RUN && text->readable->role != TEXT_QUOTE && text->readable->role != TEXT_FORWARD)
		text->readable->facts->hidden_text = true;
	if (text->padding > 2 || text->newlines)
		text->held_length = 0;
	text->padding = 0;
}

static void put(struct html_text *text, struct str run, enum text_role role, bool soft)
{
	struct buf *out = &text->readable->text;

	if (text->padding)
		end_padding(text);
	if (role != text->readable->role || soft != text->readable->role_soft)
		readable_set_role(text->readable, TEXT_AUTHOR, false); /* line ends between roles belong to neither */
	if (out->n > text->start) {
		if (text->newlines)
			buf_add(out, "\n\n", text->newlines);
		else if (text->space && out->p[out->n - 1] != '\n' && out->p[out->n - 1] != ' ')
			buf_add_byte(out, ' ');
	}
	text->newlines = 0;
	text->space = false;
	readable_set_role(text->readable, role, soft);
	if (text->held_length)
		buf_add(out, text->held, text->held_length);
	text->held_length = 0;
	buf_add_str(out, run);
}

/* Takes note of a blank or an invisible character; returns its length, 0 when `s` begins with neither. */
static size_t take_unseen(struct html_text *text, struct str s)
{
	size_t n = blank_length(s);

	if (n) {
		text->space = true;
		return n;
	}
	n = invisible_length(s);
	if (n && text->padding++ < 2 && text->held_length + n <= sizeof text->held) {
		memcpy(text->held + text->held_length, s.p, n);
		text->held_length += n;
	}
	return n;
}

/* "&#146;" is meant as windows-1252, and browsers take it so (WHATWG HTML section 13.2.5.80). */
static bool is_c1(struct str s)
{
	return s.n >= 2 && s.p[0] == '\xc2' && (unsigned char)s.p[1] < 0xa0;
}

static void put_c1(struct html_text *text, unsigned char byte, enum text_role role, bool soft)
{
	put(text, STR(""), role, soft);
	buf_add_utf8(&text->readable->text, charset_windows_1252(byte));
}

static void take_white_space(struct html_text *text, char c, bool keep_lines, enum text_role role, bool soft)
{
	if (!keep_lines || c == '\r')
		text->space = true;
	else if (c == '\n')
		html_text_newline(text);
	else
		put(text, STR(" "), role, soft);
}

/* Length of what needs care at the start of `s`: white space, something unseen, a C1 control; 0 for plain text. */
static size_t special_length(struct str s)
{
	if ((unsigned char)s.p[0] <= ' ')
		return 1;
	if (!is_suspect((unsigned char)s.p[0]))
		return 0;
	return is_c1(s) ? 2 : blank_length(s) + invisible_length(s);
}

void html_text_add(struct html_text *text, struct str characters, bool keep_lines, enum text_role role, bool soft)
{
	size_t start = 0, at = 0;

	while (at < characters.n) {
		struct str rest = str_sub(characters, at, 3);
		size_t special = special_length(rest);

		if (!special) {
			at++;
			continue;
		}
		if (at > start)
			put(text, str_sub(characters, start, at - start), role, soft);
		if ((unsigned char)rest.p[0] <= ' ')
			take_white_space(text, rest.p[0], keep_lines, role, soft);
		else if (is_c1(rest))
			put_c1(text, (unsigned char)rest.p[1], role, soft);
		else
			take_unseen(text, rest);
		at += special;
		start = at;
	}
	if (at > start)
		put(text, str_sub(characters, start, at - start), role, soft);
}

size_t html_text_words(struct str characters)
{
	size_t words = 0;
	bool inside = false;

	for (size_t at = 0; at < characters.n;) {
		struct str rest = str_sub(characters, at, 3);
		unsigned char c = (unsigned char)rest.p[0];
		size_t unseen = c >= 0x80 ? blank_length(rest) + invisible_length(rest) : 0;
		bool of_word = !unseen && (c >= 0x80 || ascii_is_alnum((char)c));

		words += of_word && !inside;
		inside = of_word;
		at += unseen ? unseen : 1;
	}
	return words;
}
