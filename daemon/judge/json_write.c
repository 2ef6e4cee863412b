#include "judge/json_write.h"

#include "base/log.h"
#include "mail/charset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In front of a value: a comma, unless it is the first of its list, or its name stands there. */
static void separate(struct buf *out)
{
	if (out->n && !strchr("[{:", out->p[out->n - 1]))
		buf_add_byte(out, ',');
}

void json_open(struct buf *out, char bracket)
{
	separate(out);
	buf_add_byte(out, bracket);
}

void json_close(struct buf *out, char bracket)
{
	buf_add_byte(out, bracket);
}

void json_name(struct buf *out, const char *name)
{
	separate(out);
	buf_add_byte(out, '"');
	buf_add_text(out, name);
	buf_add(out, "\":", 2);
}

static void add_escaped(struct buf *out, char c)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
	const char *found = c ? strchr(plain, c) : NULL;

	if (found)
		buf_add_format(out, "\\%c", letter[found - plain]);
	else
		buf_add_format(out, "\\u%04X", (unsigned int)c);
}

static bool is_escaped(char c)
{
	return (unsigned char)c < ' ' || c == '"' || c == '\\';
}

/* RFC 8259 section 7. */
static void add_string(struct buf *out, struct str text)
{
	separate(out);
	buf_add_byte(out, '"');
	for (size_t at = 0, end; at < text.n; at = end) {
		for (end = at; end < text.n && !is_escaped(text.p[end]);)
			end++;
		buf_add(out, text.p + at, end - at);
		if (end < text.n)
			add_escaped(out, text.p[end++]);
	}
	buf_add_byte(out, '"');
}

void json_text(struct buf *out, struct str text)
{
	struct buf escaped;

	if (utf8_valid(text)) {
		add_string(out, text);
		return;
	}
	escaped = buf_make(NULL);
	log_escape(&escaped, text, text.n);
	add_string(out, buf_str(&escaped));
	out->failed |= buf_failed(&escaped);
	buf_free(&escaped);
}

void json_member(struct buf *out, const char *name, const char *text)
{
	json_name(out, name);
	add_string(out, str_of(text));
}

void json_number(struct buf *out, int64_t number)
{
	char digits[24];
	size_t at = sizeof digits;
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;

	do
		digits[--at] = (char)('0' + rest % 10);
	while (rest /= 10);
	if (number < 0)
		digits[--at] = '-';
	separate(out);
	buf_add(out, digits + at, sizeof digits - at);
}

void json_score(struct buf *out, double score)
{
	long long hundredths = llround(score * 100), rest = llabs(hundredths % 100);

	separate(out);
	buf_add_format(out, rest % 10 ? "%s%lld.%02lld" : "%s%lld.%lld", hundredths < 0 ? "-" : "",
		       llabs(hundredths / 100), rest % 10 ? rest : rest / 10);
}

void json_literal(struct buf *out, const char *word)
{
	separate(out);
	buf_add_text(out, word);
}
