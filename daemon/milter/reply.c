#include "milter/reply.h"

static const char *outbound_text(const struct decision *decision)
{
	if (decision->outcome.action == ACTION_TEMPFAIL)
		return "Too much mail of this kind for now. Please try again later.";
	return "Not sent: this reads like cold outreach. Please write to one person at a time, in your own words, with a "
	       "reason that is theirs: no leftover merge fields, no apology for writing, no template for strangers. "
	       "If this is wrong, please tell your postmaster.";
}

static const char *inbound_text(const struct decision *decision)
{
	if (decision->outcome.action == ACTION_TEMPFAIL)
		return "Not accepted for now. Please try again later.";
	switch (decision->outcome.mail_class) {
	case CLASS_LINKEDIN:
		return "LinkedIn solicitations are not accepted here.";
	case CLASS_DIGEST:
		return "Digests and marketing mail are not accepted here.";
	case CLASS_TEMPLATE:
		return "The same text was sent to many people here, and is not accepted. If this is wrong, please write to the "
		       "postmaster of this domain.";
	case CLASS_CLEAN:
	case CLASS_COLD:
	case CLASS_POLICY:
	case CLASS_COUNT:
		break;
	}
	return "Unsolicited offers to strangers are not accepted here. If this is wrong, please write to the postmaster of "
	       "this domain.";
}

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

enum status reply_break_lines(struct str text, struct arena *arena, const char *lines[REPLY_LINES_MAX])
{
	text = squash(text, arena);
	for (size_t i = 0; i < REPLY_LINES_MAX; i++)
		lines[i] = NULL;
	for (size_t i = 0; i < REPLY_LINES_MAX && (text.n || i == 0); i++) {
		size_t n = line_bytes(text);

		lines[i] = printable_line(str_sub(text, 0, n), arena);
		if (!lines[i])
			return STATUS_NO_MEMORY;
		text = str_trim(str_sub(text, n, text.n));
	}
	return STATUS_OK;
}

enum status reply_make(const struct decision *decision, struct arena *arena, struct reply *ret_reply)
{
	bool temporary = decision->outcome.action == ACTION_TEMPFAIL;
	const char *text = temporary ? NULL : decision->verdict.reply;

	if (!text || !str_trim(str_of(text)).n)
		text = decision->direction == DIRECTION_INBOUND ? inbound_text(decision) : outbound_text(decision);
	ret_reply->code = temporary ? "451" : "550";
	ret_reply->enhanced = temporary ? "4.7.1" : "5.7.1";
	return reply_break_lines(str_of(text), arena, ret_reply->lines);
}
