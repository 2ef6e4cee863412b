#include "mail/header.h"

#include "base/buf.h"
#include "base/list.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"

#include <gmime/gmime.h>

/* One line of `raw` from `start`, without its line end; *ret_next is the start of the line behind it. */
static struct str line_at(struct str raw, size_t start, size_t *ret_next)
{
	size_t end = str_find_byte(raw, start, '\n');

	*ret_next = end == STR_NONE ? raw.n : end + 1;
	if (end == STR_NONE)
		end = raw.n;
	else if (end > start && raw.p[end - 1] == '\r')
		end--;
	return str_sub(raw, start, end - start);
}

/* Length of the field name in front of a colon (RFC 5322 section 3.6.8, blanks before the colon allowed), or 0. */
static size_t field_name(struct str line, size_t *ret_colon)
{
	size_t n = 0, colon;

	while (n < line.n && line.p[n] > 32 && line.p[n] < 127 && line.p[n] != ':')
		n++;
	colon = n;
	while (colon < line.n && (line.p[colon] == ' ' || line.p[colon] == '\t'))
		colon++;
	if (colon == line.n || line.p[colon] != ':')
		return 0;
	*ret_colon = colon;
	return n;
}

/* Moves *end and *next over the lines that continue a field. */
static void take_continuations(struct str raw, size_t *end, size_t *next)
{
	while (*next < raw.n && (raw.p[*next] == ' ' || raw.p[*next] == '\t')) {
		struct str line = line_at(raw, *next, next);

		*end = (size_t)(line.p - raw.p) + line.n;
	}
}

enum status header_block_read(struct str raw, const struct mail_limits *limits, struct arena *arena,
			      struct header_list *ret_list, size_t *ret_body, uint32_t *limits_hit)
{
	struct list list = list_make(sizeof(struct header), arena);
	size_t at = 0, next, bytes = 0;

	if (str_starts(raw, STR("From ")) || str_starts(raw, STR(">From ")))
		line_at(raw, 0, &at);
	for (; at < raw.n; at = next) {
		struct str line = line_at(raw, at, &next);
		size_t colon, end = at + line.n, name = field_name(line, &colon);
		struct header *header;

		if (!name) {
			if (!line.n)
				at = next;
			break;
		}
		take_continuations(raw, &end, &next);
		if (list.count >= limits->headers) {
			*limits_hit |= MAIL_LIMIT_HEADERS;
			continue;
		}
		if (end - at > limits->header_bytes - bytes) {
			*limits_hit |= MAIL_LIMIT_HEADER_BYTES;
			end = at + limits->header_bytes - bytes;
			if (end <= at + colon)
				continue;
		}
		bytes += end - at;
		header = list_push(&list);
		if (!header)
			return STATUS_NO_MEMORY;
		header->name = str_sub(line, 0, name);
		header->raw = str_sub(raw, at + colon + 1, end - at - colon - 1);
	}
	*ret_list = (struct header_list){list.items, list.count};
	*ret_body = at;
	return STATUS_OK;
}

const struct header *header_next(const struct header_list *list, struct str name, size_t *position)
{
	while (*position < list->count) {
		const struct header *header = &list->items[(*position)++];

		if (str_equal_nocase(header->name, name))
			return header;
	}
	return NULL;
}

const struct header *header_first(const struct header_list *list, struct str name)
{
	size_t position = 0;

	return header_next(list, name, &position);
}

struct str header_unfold(const struct header *header, struct arena *arena)
{
	struct str value = str_trim(header->raw);
	struct buf out;

	if (str_find_byte(value, 0, '\n') == STR_NONE)
		return value;
	out = buf_make(arena);
	if (!buf_reserve(&out, value.n))
		return STR("");
	for (size_t i = 0; i < value.n;) {
		size_t end = str_find_byte(value, i, '\n');

		if (end == STR_NONE)
			end = value.n;
		buf_add_str(&out, str_trim(str_sub(value, i, end - i)));
		for (i = end; i < value.n && ascii_is_space(value.p[i]);)
			i++;
		if (i < value.n)
			buf_add_byte(&out, ' ');
	}
	return buf_str(&out);
}

static bool has_parameters(struct str name)
{
	return str_equal_nocase(name, STR("Content-Type")) || str_equal_nocase(name, STR("Content-Disposition"));
}

/* RFC 2231: "type; name=value" with the parameters put together and decoded. */
static struct str decode_parameters(struct str value, struct arena *arena)
{
	size_t semicolon = str_find_byte(value, 0, ';');
	struct buf out = buf_make(arena);
	GMimeParamList *parameters;
	const char *text;

	if (semicolon == STR_NONE)
		return value;
	text = arena_strndup(arena, value.p + semicolon + 1, value.n - semicolon - 1);
	if (!text)
		return STR("");
	parameters = g_mime_param_list_parse(NULL, text);
	buf_add_str(&out, str_trim(str_sub(value, 0, semicolon)));
	for (int i = 0; parameters && i < g_mime_param_list_length(parameters); i++) {
		GMimeParam *parameter = g_mime_param_list_get_parameter_at(parameters, i);

		buf_add_text(&out, "; ");
		buf_add_text(&out, g_mime_param_get_name(parameter));
		buf_add_byte(&out, '=');
		buf_add_text(&out, g_mime_param_get_value(parameter) ? g_mime_param_get_value(parameter) : "");
	}
	if (parameters)
		g_object_unref(parameters);
	return buf_failed(&out) ? STR("") : buf_str(&out);
}

struct str header_decode(const struct header *header, struct arena *arena)
{
	struct str value = header_unfold(header, arena);

	if (charset_to_utf8(value, STR(""), arena, &value) != STATUS_OK ||
	    encoded_word_decode(value, ENCODED_WORD_TEXT, arena, &value) != STATUS_OK)
		return STR("");
	if (has_parameters(header->name) && str_find_byte(value, 0, '*') != STR_NONE &&
	    charset_to_utf8(decode_parameters(value, arena), STR("utf-8"), arena, &value) != STATUS_OK)
		return STR("");
	return str_trim(value);
}
