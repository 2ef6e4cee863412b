#include "mail/flowed.h"

struct line {
	struct str text; /* without quote marks and stuffing */
	size_t depth;    /* number of ">" */
	bool soft;       /* goes on in the next line */
};

static struct line read_line(struct str text, size_t start, size_t *ret_next)
{
	size_t end = str_find_byte(text, start, '\n');
	struct line line = {.text = str_sub(text, start, (end == STR_NONE ? text.n : end) - start)};

	*ret_next = end == STR_NONE ? text.n : end + 1;
	if (line.text.n && line.text.p[line.text.n - 1] == '\r')
		line.text.n--;
	while (line.depth < line.text.n && line.text.p[line.depth] == '>')
		line.depth++;
	line.text = str_sub(line.text, line.depth, line.text.n);
	if (str_starts(line.text, STR(" ")))
		line.text = str_sub(line.text, 1, line.text.n);
	line.soft = line.text.n && line.text.p[line.text.n - 1] == ' ' && !str_equal(line.text, STR("-- "));
	return line;
}

static void add_marks(struct buf *out, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		buf_add_byte(out, '>');
	if (depth)
		buf_add_byte(out, ' ');
}

void flowed_add(struct str text, bool delete_space, struct buf *out)
{
	size_t depth = 0;
	bool joined = false; /* the line before was soft */

	buf_reserve(out, text.n + 1);
	for (size_t at = 0; at < text.n;) {
		struct line line = read_line(text, at, &at);

		if (joined && (line.depth != depth || str_equal(line.text, STR("-- ")))) {
			buf_add_byte(out, '\n');
			joined = false;
		}
		if (!joined)
			add_marks(out, line.depth);
		depth = line.depth;
		joined = line.soft;
		if (joined && delete_space)
			line.text.n--;
		buf_add_str(out, line.text);
		if (!joined)
			buf_add_byte(out, '\n');
	}
}
