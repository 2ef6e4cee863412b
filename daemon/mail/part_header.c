#include "mail/part_header.h"

#include "base/buf.h"
#include "mail/charset.h"

enum { VALUE_MAX = 16 * 1024 /* bytes of one field that are read */ };

/* The value for GMime: unfolded, UTF-8, NUL at its end; NULL when out of memory. */
static const char *field_text(const struct header *header, struct arena *arena)
{
	struct str value = str_sub(header_unfold(header, arena), 0, VALUE_MAX);

	if (charset_to_utf8(value, STR(""), arena, &value) != STATUS_OK)
		return NULL;
	return arena_strndup(arena, value.p, value.n);
}

static GMimeContentType *parse_type(struct str value, struct arena *arena)
{
	const struct header header = {.raw = value};
	const char *text = field_text(&header, arena);

	return text ? g_mime_content_type_parse(NULL, text) : NULL;
}

bool part_type_is_message(struct str value)
{
	return str_find_nocase(str_sub(value, 0, VALUE_MAX), 0, STR("message/")) != STR_NONE;
}

bool part_type_boundary(struct str value, struct arena *arena, struct str *ret_delimiter)
{
	struct buf delimiter = buf_make(arena);
	const char *boundary = NULL;
	GMimeContentType *type;

	if (str_find_nocase(value, 0, STR("multipart")) == STR_NONE)
		return false;
	type = parse_type(value, arena);
	if (!type)
		return false;
	if (g_mime_content_type_is_type(type, "multipart", "*"))
		boundary = g_mime_content_type_get_parameter(type, "boundary");
	if (boundary) {
		buf_add_text(&delimiter, "--");
		buf_add_text(&delimiter, boundary);
		*ret_delimiter = str_trim(buf_str(&delimiter));
	}
	g_object_unref(type);
	return boundary != NULL;
}

/* How much of a message a Content-Type would show. */
static int type_rank(struct str value)
{
	if (str_starts_nocase(value, STR("multipart/")))
		return 3;
	return str_starts_nocase(value, STR("text/html")) ? 2 : 1;
}

static void read_type(const struct header_list *headers, struct part_header *part, struct arena *arena)
{
	const struct header *field;
	size_t position = 0;
	int best = 0;

	while ((field = header_next(headers, STR("Content-Type"), &position))) {
		struct str value = str_sub(header_unfold(field, arena), 0, VALUE_MAX);

		if (type_rank(value) <= best)
			continue;
		best = type_rank(value);
		part->type_value = value;
	}
	if (best)
		part->type = parse_type(part->type_value, arena);
}

struct part_header part_header_read(const struct header_list *headers, struct arena *arena)
{
	struct part_header part = {.encoding = GMIME_CONTENT_ENCODING_DEFAULT, .type_value = STR("")};
	const struct header *disposition = header_first(headers, STR("Content-Disposition"));
	const struct header *encoding = header_first(headers, STR("Content-Transfer-Encoding"));
	const char *text;

	read_type(headers, &part, arena);
	if (disposition && (text = field_text(disposition, arena)))
		part.disposition = g_mime_content_disposition_parse(NULL, text);
	if (encoding && (text = field_text(encoding, arena)))
		part.encoding = g_mime_content_encoding_from_string(text);
	return part;
}

void part_header_free(struct part_header *header)
{
	if (header->type)
		g_object_unref(header->type);
	if (header->disposition)
		g_object_unref(header->disposition);
	header->type = NULL;
	header->disposition = NULL;
}
