#include "mail/text_part.h"

#include "mail/charset.h"
#include "mail/enriched.h"
#include "mail/flowed.h"
#include "mail/html.h"

#include <string.h>

enum { SNIFF_BYTES = 512 };

static bool is_type(const struct leaf *leaf, const char *type, const char *subtype)
{
	return leaf->type && g_mime_content_type_is_type(leaf->type, type, subtype);
}

static struct str parameter(const struct leaf *leaf, const char *name)
{
	return str_of(leaf->type ? g_mime_content_type_get_parameter(leaf->type, name) : NULL);
}

static struct str file_name(const struct leaf *leaf)
{
	const char *name = NULL;

	if (leaf->disposition)
		name = g_mime_content_disposition_get_parameter(leaf->disposition, "filename");
	return name ? str_of(name) : parameter(leaf, "name");
}

/* True for "attachment", and for every value but "inline" that names a file (RFC 2183 section 2.8). */
static bool is_disposed_of(const struct leaf *leaf)
{
	const char *value = leaf->disposition ? g_mime_content_disposition_get_disposition(leaf->disposition) : NULL;

	return value && !str_equal_nocase(str_trim(str_of(value)), STR("inline")) &&
	       (str_starts_nocase(str_of(value), STR("attachment")) || file_name(leaf).n);
}

bool leaf_is_attachment(const struct leaf *leaf)
{
	if (is_type(leaf, "application", "pgp-signature") || is_type(leaf, "application", "pgp-encrypted") ||
	    is_type(leaf, "application", "pkcs7-signature") || is_type(leaf, "application", "x-pkcs7-signature") ||
	    is_type(leaf, "text", "calendar"))
		return false;
	if (is_disposed_of(leaf))
		return true;
	if (!file_name(leaf).n || leaf->has_content_id)
		return false;
	return !is_type(leaf, "text", "*");
}

static bool looks_like_html(struct str text)
{
	static const char *const starts[] = {"<html", "<!doctype html", "<body", "<head",
					     "<div",  "<table",         "<p>",   "<meta"};

	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_sub(text, 3, text.n);
	text = str_trim(text);
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (str_starts_nocase(text, str_of(starts[i])))
			return true;
	return false;
}

/* No NUL, hardly a control character: what `file` would call text. */
static bool looks_like_text(struct str bytes)
{
	size_t controls = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		if (c == '\0')
			return false;
		controls += (c < 32 && !ascii_is_space((char)c) && c != 27) || c == 127;
	}
	return bytes.n && controls * 50 <= bytes.n;
}

/* The lines of uuencode, behind "begin 644 name"; everything when there is no such line. */
static struct str uuencoded_lines(struct str bytes)
{
	size_t at = 0, end;

	while (!str_starts(str_sub(bytes, at, 6), STR("begin "))) {
		end = str_find_byte(bytes, at, '\n');
		if (end == STR_NONE)
			return bytes;
		at = end + 1;
	}
	end = str_find_byte(bytes, at, '\n');
	return end == STR_NONE ? STR("") : str_sub(bytes, end + 1, bytes.n);
}

/* Decodes the transfer encoding; *ret_bytes is leaf->bytes itself when there is none. */
static enum status decode_transfer(struct str bytes, GMimeContentEncoding encoding, struct arena *arena,
				   struct str *ret_bytes)
{
	GMimeEncoding state;
	size_t n;
	char *out;

	*ret_bytes = bytes;
	if (encoding != GMIME_CONTENT_ENCODING_BASE64 && encoding != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE &&
	    encoding != GMIME_CONTENT_ENCODING_UUENCODE)
		return STATUS_OK;
	if (encoding == GMIME_CONTENT_ENCODING_UUENCODE)
		bytes = uuencoded_lines(bytes);
	g_mime_encoding_init_decode(&state, encoding);
	out = arena_alloc(arena, g_mime_encoding_outlen(&state, bytes.n) + 8);
	if (!out)
		return STATUS_NO_MEMORY;
	n = g_mime_encoding_step(&state, bytes.p, bytes.n, out);
	n += g_mime_encoding_flush(&state, "", 0, out + n);
	*ret_bytes = (struct str){out, n};
	return STATUS_OK;
}

/* True when what is said to be base64 begins with prose: somebody did not encode at all. */
static bool is_not_base64(struct str bytes)
{
	struct str start = str_sub(str_trim(bytes), 0, SNIFF_BYTES);
	size_t foreign = 0;

	for (size_t i = 0; i < start.n; i++)
		foreign += !ascii_is_alnum(start.p[i]) && !strchr("+/=\r\n", start.p[i]);
	return foreign * 10 > start.n;
}

/* The first bytes of a leaf, decoded into `out`. */
static struct str sniff(const struct leaf *leaf, char out[SNIFF_BYTES + 8])
{
	struct str start = str_sub(leaf->bytes, 0, SNIFF_BYTES);
	GMimeEncoding state;

	if (leaf->encoding != GMIME_CONTENT_ENCODING_BASE64 && leaf->encoding != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
		return start;
	g_mime_encoding_init_decode(&state, leaf->encoding);
	return (struct str){out, g_mime_encoding_step(&state, start.p, start.n, out)};
}

/* For types that say nothing: by the file's name, else by what is in it. */
static enum leaf_kind classify_content(const struct leaf *leaf)
{
	struct str name = file_name(leaf);
	char decoded[SNIFF_BYTES + 8];
	struct str start = sniff(leaf, decoded);

	if (name.n && (str_ends_nocase(name, STR(".html")) || str_ends_nocase(name, STR(".htm"))))
		return LEAF_HTML;
	if (name.n && !str_ends_nocase(name, STR(".txt")) && !leaf->alone)
		return LEAF_OTHER;
	if (leaf->type && !looks_like_text(start))
		return LEAF_OTHER;
	return looks_like_html(start) ? LEAF_HTML : LEAF_PLAIN;
}

static enum leaf_kind classify_text(const struct leaf *leaf)
{
	static const char *const unread[] = {"calendar", "vcard",      "x-vcard",    "directory",      "css", "csv",
					     "rtf",      "x-amp-html", "javascript", "rfc822-headers", "xml"};

	for (size_t i = 0; i < sizeof unread / sizeof *unread; i++)
		if (is_type(leaf, "text", unread[i]))
			return LEAF_OTHER;
	if (is_type(leaf, "text", "html") || is_type(leaf, "text", "x-html"))
		return LEAF_HTML;
	if (is_type(leaf, "text", "enriched") || is_type(leaf, "text", "richtext"))
		return LEAF_ENRICHED;
	return LEAF_PLAIN;
}

enum leaf_kind leaf_classify(const struct leaf *leaf)
{
	if (!leaf->alone && is_disposed_of(leaf))
		return LEAF_OTHER;
	if (is_type(leaf, "text", "*"))
		return classify_text(leaf);
	if (is_type(leaf, "application", "xhtml+xml"))
		return LEAF_HTML;
	if (!leaf->type || is_type(leaf, "application", "octet-stream") || is_type(leaf, "application", "text"))
		return classify_content(leaf);
	return LEAF_OTHER;
}

/* The charset that an HTML head names, for parts whose MIME header names none. */
static struct str html_charset(struct str bytes)
{
	struct str head = str_sub(bytes, 0, 2048);
	size_t at = str_find_nocase(head, 0, STR("charset"));
	size_t end;

	if (at == STR_NONE)
		return STR("");
	at += 7;
	while (at < head.n && strchr(" \t\r\n=\"'", head.p[at]))
		at++;
	for (end = at; end < head.n && (ascii_is_alnum(head.p[end]) || strchr("-_:.", head.p[end]));)
		end++;
	return str_sub(head, at, end - at);
}

/* Adds text with every kind of line end as LF. */
static void add_lines(struct readable *readable, struct str text)
{
	size_t start = 0, at;

	buf_reserve(&readable->text, text.n + 1);
	while ((at = str_find_byte(text, start, '\r')) != STR_NONE) {
		buf_add_str(&readable->text, str_sub(text, start, at - start));
		buf_add_byte(&readable->text, '\n');
		start = at + 1;
		if (start < text.n && text.p[start] == '\n')
			start++;
	}
	buf_add_str(&readable->text, str_sub(text, start, text.n));
}

static void add_plain(struct readable *readable, const struct leaf *leaf, struct str text)
{
	if (str_equal_nocase(str_trim(parameter(leaf, "format")), STR("flowed")))
		flowed_add(text, str_equal_nocase(str_trim(parameter(leaf, "delsp")), STR("yes")), &readable->text);
	else
		add_lines(readable, text);
}

/* As much of base64 as can make the bytes that may still be decoded; line ends are extra. */
static struct str base64_needed(struct readable *readable, struct str bytes)
{
	struct str needed = str_sub(bytes, 0, readable->decoded_left / 3 * 4 + bytes.n / 32 + 4);

	if (needed.n < bytes.n)
		readable->facts->limits |= MAIL_LIMIT_DECODED_BYTES;
	return needed;
}

void text_part_add(struct readable *readable, const struct leaf *leaf, enum leaf_kind kind)
{
	GMimeContentEncoding encoding = leaf->encoding;
	struct str charset = parameter(leaf, "charset");
	struct str bytes = leaf->bytes;
	size_t start;

	if (encoding == GMIME_CONTENT_ENCODING_BASE64 && is_not_base64(bytes))
		encoding = GMIME_CONTENT_ENCODING_DEFAULT;
	if (encoding != GMIME_CONTENT_ENCODING_BASE64)
		bytes = readable_take(readable, bytes);
	else
		bytes = base64_needed(readable, bytes);
	if (decode_transfer(bytes, encoding, readable->arena, &bytes) != STATUS_OK) {
		readable->failed = true;
		return;
	}
	if (encoding == GMIME_CONTENT_ENCODING_BASE64)
		bytes = readable_take(readable, bytes);
	if (!charset.n && kind == LEAF_HTML)
		charset = html_charset(bytes);
	if (charset_to_utf8(bytes, charset, readable->arena, &bytes) != STATUS_OK) {
		readable->failed = true;
		return;
	}
	readable_part(readable);
	start = readable->text.n;
	if (kind == LEAF_HTML)
		html_add(readable, bytes);
	else if (kind == LEAF_ENRICHED)
		enriched_add(bytes, &readable->text);
	else
		add_plain(readable, leaf, bytes);
	readable_blank_form_feeds(readable, start);
}
