#include "mail/encoded_word.h"

#include "base/buf.h"
#include "mail/charset.h"

#include <gmime/gmime.h>

enum { CHARSET_MAX = 64 };

struct word {
	struct str charset;
	struct str text;
	char encoding; /* 'b' or 'q' */
	size_t end;    /* offset behind "?=" */
};

struct decoder {
	struct arena *arena;
	enum encoded_word_form form;
	struct buf out;
	struct buf bytes; /* decoded bytes of neighbouring words of one charset */
	struct str charset;
	bool quoted; /* inside a quoted string of the value */
};

/* Reads the word at `at`, where "=?" stands. */
static bool read_word(struct str value, size_t at, struct word *ret_word)
{
	size_t charset = at + 2;
	size_t mark = str_find_byte(str_sub(value, 0, charset + CHARSET_MAX), charset, '?');
	size_t end, star;

	if (mark == STR_NONE || mark == charset || mark + 3 > value.n || value.p[mark + 2] != '?')
		return false;
	ret_word->encoding = ascii_lower(value.p[mark + 1]);
	if (ret_word->encoding != 'b' && ret_word->encoding != 'q')
		return false;
	end = str_find_byte(value, mark + 3, '?');
	if (end == STR_NONE || end + 1 >= value.n || value.p[end + 1] != '=')
		return false;
	ret_word->charset = str_sub(value, charset, mark - charset);
	star = str_find_byte(ret_word->charset, 0, '*');
	if (star != STR_NONE)
		ret_word->charset.n = star;
	ret_word->text = str_sub(value, mark + 3, end - mark - 3);
	ret_word->end = end + 2;
	return true;
}

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void decode_q(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		int high = i + 2 < text.n && text.p[i] == '=' ? hex_value(text.p[i + 1]) : -1;
		int low = high >= 0 ? hex_value(text.p[i + 2]) : -1;

		if (low >= 0) {
			buf_add_byte(out, (char)(high * 16 + low));
			i += 2;
		} else {
			buf_add_byte(out, text.p[i] == '_' ? ' ' : text.p[i]);
		}
	}
}

static void decode_b(struct buf *out, struct str text)
{
	guint32 save = 0;
	int state = 0;

	if (!buf_reserve(out, text.n + 4))
		return;
	out->n += g_mime_encoding_base64_decode_step((const unsigned char *)text.p, text.n,
						     (unsigned char *)out->p + out->n, &state, &save);
	out->p[out->n] = '\0';
}

/* Adds decoded text; in a phrase it must not end its quoted string. */
static void add_decoded(struct decoder *decoder, struct str text)
{
	bool phrase = decoder->form == ENCODED_WORD_PHRASE;

	if (phrase && !decoder->quoted)
		buf_add_byte(&decoder->out, '"');
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (phrase && (c == '"' || c == '\\'))
			buf_add_byte(&decoder->out, '\\');
		buf_add_byte(&decoder->out, (unsigned char)c < 32 || c == 127 ? ' ' : c);
	}
	if (phrase && !decoder->quoted)
		buf_add_byte(&decoder->out, '"');
}

static void flush(struct decoder *decoder)
{
	struct str text;

	if (!decoder->bytes.n)
		return;
	if (charset_to_utf8(buf_str(&decoder->bytes), decoder->charset, decoder->arena, &text) == STATUS_OK)
		add_decoded(decoder, text);
	else
		decoder->out.failed = true;
	buf_clear(&decoder->bytes);
}

static void add_plain(struct decoder *decoder, struct str text)
{
	flush(decoder);
	for (size_t i = 0; decoder->form == ENCODED_WORD_PHRASE && i < text.n; i++) {
		if (text.p[i] == '\\')
			i++;
		else if (text.p[i] == '"')
			decoder->quoted = !decoder->quoted;
	}
	buf_add_str(&decoder->out, text);
}

static void add_word(struct decoder *decoder, const struct word *word)
{
	if (!str_equal_nocase(decoder->charset, word->charset))
		flush(decoder);
	decoder->charset = word->charset;
	if (word->encoding == 'b')
		decode_b(&decoder->bytes, word->text);
	else
		decode_q(&decoder->bytes, word->text);
	if (buf_failed(&decoder->bytes))
		decoder->out.failed = true;
}

enum status encoded_word_decode(struct str value, enum encoded_word_form form, struct arena *arena,
				struct str *ret_text)
{
	struct decoder decoder = {.arena = arena, .form = form, .out = buf_make(arena), .bytes = buf_make(arena)};
	size_t plain = 0; /* where the text begins that is not yet added */
	size_t at = str_find(value, 0, STR("=?"));
	bool any = false;
	struct word word;

	*ret_text = value;
	if (at == STR_NONE)
		return STATUS_OK;
	buf_reserve(&decoder.out, value.n);
	for (; at != STR_NONE; at = str_find(value, at, STR("=?"))) {
		struct str between = str_sub(value, plain, at - plain);

		if (!read_word(value, at, &word)) {
			at += 2;
			continue;
		}
		if (!any || str_trim(between).n)
			add_plain(&decoder, between);
		add_word(&decoder, &word);
		any = true;
		plain = at = word.end;
	}
	if (!any)
		return STATUS_OK;
	add_plain(&decoder, str_sub(value, plain, value.n));
	*ret_text = buf_str(&decoder.out);
	return buf_failed(&decoder.out) ? STATUS_NO_MEMORY : STATUS_OK;
}
