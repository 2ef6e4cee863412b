#include "mail/html_guard.h"

enum {
	ATTRIBUTES_MAX = 100,
	OVERLAP_MAX = 4, /* tags inside the quotes of other tags: so often may a byte be looked at */
	ENTITY_MAX = 12, /* bytes between "&" and ";" */
	BAD_MARKUP = 50000
};

/* As ascii_is_space(), quickly for what is none. */
static bool is_space(char c)
{
	return (unsigned char)c <= ' ' && ascii_is_space(c);
}

static size_t skip_blanks(struct str html, size_t at)
{
	while (at < html.n && is_space(html.p[at]))
		at++;
	return at;
}

/* Behind the attribute value that begins at `at`. */
static size_t skip_value(struct str html, size_t at)
{
	if (at < html.n && (html.p[at] == '"' || html.p[at] == '\'')) {
		size_t end = str_find_byte(html, at + 1, html.p[at]);

		return end == STR_NONE ? html.n : end + 1;
	}
	while (at < html.n && !is_space(html.p[at]) && html.p[at] != '>')
		at++;
	return at;
}

/* Behind the attribute that begins at `at`, its value included; always at least one byte further. */
static size_t skip_attribute(struct str html, size_t at)
{
	size_t start = at;

	while (at < html.n && !is_space(html.p[at]) && html.p[at] != '>' && html.p[at] != '=')
		at++;
	at = skip_blanks(html, at);
	if (at < html.n && html.p[at] == '=')
		at = skip_value(html, skip_blanks(html, at + 1));
	return at > start ? at : start + 1;
}

/* The end of the tag whose "<" is at `at`, or STR_NONE when it has too many attributes. */
static size_t tag_end(struct str html, size_t at)
{
	size_t count = 0;

	while (at < html.n && !is_space(html.p[at]) && html.p[at] != '>')
		at++;
	for (;;) {
		at = skip_blanks(html, at);
		if (at >= html.n || html.p[at] == '>')
			return at;
		if (++count > ATTRIBUTES_MAX)
			return STR_NONE;
		at = skip_attribute(html, at);
	}
}

/* Where the "&" stands that is one too many without a name and a semicolon behind it; html.n when there is none. */
static size_t bad_entities(struct str html)
{
	size_t count = 0;

	for (size_t at = str_find_byte(html, 0, '&'); at != STR_NONE; at = str_find_byte(html, at + 1, '&')) {
		size_t end = at + 1;

		while (end < html.n && end - at < ENTITY_MAX && (ascii_is_alnum(html.p[end]) || html.p[end] == '#'))
			end++;
		if ((end == at + 1 || end == html.n || html.p[end] != ';') && ++count > BAD_MARKUP)
			return at;
	}
	return html.n;
}

/* True where "<" opens neither a tag nor a comment. */
static bool is_stray(struct str html, size_t at)
{
	char next = at + 1 < html.n ? html.p[at + 1] : '\0';

	return !ascii_is_alpha(next) && next != '/' && !str_starts(str_sub(html, at, 3), STR("<!-"));
}

/* Where the tag begins that has too many attributes, or the "<" stands that is a stray too many; html.n when none is.
 */
static size_t bad_tag(struct str html)
{
	size_t strays = 0;
	size_t left = html.n <= (size_t)-1 / OVERLAP_MAX ? html.n * OVERLAP_MAX : html.n;
	size_t at = str_find_byte(html, 0, '<');

	for (; at != STR_NONE; at = str_find_byte(html, at + 1, '<')) {
		size_t end;

		if (is_stray(html, at) && ++strays > BAD_MARKUP)
			return at;
		if (at + 1 >= html.n || !ascii_is_alpha(html.p[at + 1]))
			continue;
		end = tag_end(html, at);
		if (end == STR_NONE || end - at > left)
			return at;
		left -= end - at;
	}
	return html.n;
}

size_t html_guard_length(struct str html)
{
	return bad_tag(str_sub(html, 0, bad_entities(html)));
}
