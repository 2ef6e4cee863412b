#include "mail/enriched.h"

enum {
	COMMAND_MAX = 64, /* bytes with "<" and ">"; the RFC allows 60 */
	PARAMETER_MAX = 250
};

/* True for the command "name" or "/name" between "<" and ">"; "nl" and "paragraph" are of text/richtext. */
static bool is_command(struct str command, const char *name)
{
	return str_equal_nocase(str_trim(command), str_of(name));
}

/* Deals with the "<" at `at` and returns the offset behind what belongs to it. */
static size_t take_command(struct str text, size_t at, struct buf *out)
{
	size_t end = str_find_byte(str_sub(text, 0, at + COMMAND_MAX), at, '>');
	struct str command;

	if (end == STR_NONE || (at + 1 < text.n && text.p[at + 1] == '<')) {
		buf_add_byte(out, '<');
		return end == STR_NONE ? at + 1 : at + 2;
	}
	command = str_sub(text, at + 1, end - at - 1);
	if (is_command(command, "lt"))
		buf_add_byte(out, '<');
	else if (is_command(command, "nl") || is_command(command, "paragraph"))
		buf_add_byte(out, '\n');
	if (is_command(command, "param")) {
		size_t close = str_find_nocase(str_sub(text, 0, end + PARAMETER_MAX), end, STR("</param>"));

		return close == STR_NONE ? end + 1 : close + 8;
	}
	return end + 1;
}

/* One line end is a blank, each further one in a row a line end. */
static size_t take_lines(struct str text, size_t at, struct buf *out)
{
	size_t count = 0;

	for (; at < text.n && (text.p[at] == '\n' || text.p[at] == '\r'); at++)
		count += text.p[at] == '\n';
	buf_add_byte(out, count > 1 ? '\n' : ' ');
	for (size_t i = 2; i < count; i++)
		buf_add_byte(out, '\n');
	return at;
}

void enriched_add(struct str text, struct buf *out)
{
	buf_reserve(out, text.n);
	for (size_t at = 0; at < text.n;) {
		size_t start = at;

		while (at < text.n && text.p[at] != '<' && text.p[at] != '\n' && text.p[at] != '\r')
			at++;
		buf_add(out, text.p + start, at - start);
		if (at < text.n)
			at = text.p[at] == '<' ? take_command(text, at, out) : take_lines(text, at, out);
	}
}
