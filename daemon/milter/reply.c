#include "milter/reply.h"

/* Bytes of `text` for the next line: up to the last blank that fits, or a hard cut in a word longer than a line. */
static size_t line_bytes(struct str text)
{
	size_t n = REPLY_LINE_BYTES;

	if (text.n <= n)
		return text.n;
	while (n && text.p[n] != ' ')
		n--;
	return n ? n : REPLY_LINE_BYTES;
}

static const char *printable_line(struct str text, struct arena *arena)
{
	struct buf line = buf_make(arena);

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '%')
			buf_add_byte(&line, '%');
		buf_add_byte(&line, c >= ' ' && c <= '~' ? c : '?');
	}
	return buf_failed(&line) ? NULL : buf_str(&line).p;
}

/* White space of any kind becomes single blanks, so that text from a rule file may be written over several lines. */
static struct str squash(struct str text, struct arena *arena)
{
	struct buf out = buf_make(arena);

	for (size_t i = 0; i < text.n; i++) {
		bool space = ascii_is_space(text.p[i]);

		if (!space)
			buf_add_byte(&out, text.p[i]);
		else if (out.n && out.p[out.n - 1] != ' ')
			buf_add_byte(&out, ' ');
	}
	return buf_failed(&out) ? STR("") : str_trim(buf_str(&out));
}

enum status reply_break_lines(const char *const *texts, size_t count, struct arena *arena,
			      const char *lines[REPLY_LINES_MAX])
{
	size_t used = 0;

	for (size_t i = 0; i < REPLY_LINES_MAX; i++)
		lines[i] = NULL;
	for (size_t i = 0; i < count; i++) {
		struct str text = squash(str_of(texts[i]), arena);

		while (text.n && used < REPLY_LINES_MAX) {
			size_t n = line_bytes(text);

			lines[used] = printable_line(str_sub(text, 0, n), arena);
			if (!lines[used++])
				return STATUS_NO_MEMORY;
			text = str_trim(str_sub(text, n, text.n));
		}
	}
	return used ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status reply_make(const struct decision *decision, struct arena *arena, struct reply *ret_reply)
{
	bool temporary = decision->outcome.action == ACTION_TEMPFAIL;
	struct advice advice;
	enum status status = decision_advice(decision, arena, &advice);

	if (status != STATUS_OK)
		return status;
	ret_reply->code = temporary ? "451" : "550";
	ret_reply->enhanced = temporary ? "4.7.1" : "5.7.1";
	return reply_break_lines(advice.lines, advice.count, arena, ret_reply->lines);
}
