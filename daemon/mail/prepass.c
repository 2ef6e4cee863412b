#include "mail/prepass.h"

#include "base/buf.h"
#include "mail/part_header.h"

#include <string.h>

enum {
	DEPTH_MAX = 256,       /* whatever the configuration says: the parser recurses */
	TYPE_MAX = 16 * 1024,  /* bytes of a Content-Type field */
	FIELD_MAX = 64 * 1024, /* bytes of any other field of a part */
	PARTS_FACTOR = 4       /* all parts together may have so much more header than the message */
};

struct boundary {
	struct str line; /* "--" and the boundary parameter */
	size_t depth;    /* of the multipart */
};

struct prepass {
	const struct mail_limits *limits;
	struct arena *arena;
	struct boundary open[DEPTH_MAX];
	size_t open_count;
	size_t depth;
	size_t parts;
	size_t fields;       /* of all parts */
	size_t header_bytes; /* of all parts */
	size_t field_bytes;  /* of the field being read */
	uint32_t *limits_hit;
	struct buf field; /* the field being read, unfolded; only Content-Type is kept */
	bool in_header;
	bool message_next; /* the header being read announces an embedded message */
};

static bool enter(struct prepass *prepass)
{
	if (prepass->depth >= prepass->limits->mime_depth || prepass->depth >= DEPTH_MAX) {
		*prepass->limits_hit |= MAIL_LIMIT_MIME_DEPTH;
		return false;
	}
	prepass->depth++;
	return true;
}

/* Takes note of a Content-Type value; false when it would lead too deep. */
static bool announce(struct prepass *prepass, struct str value)
{
	struct str boundary;

	if (part_type_is_message(value)) {
		prepass->message_next = true;
		return true;
	}
	if (!part_type_boundary(value, prepass->arena, &boundary))
		return true;
	if (prepass->open_count == DEPTH_MAX || !enter(prepass)) {
		*prepass->limits_hit |= MAIL_LIMIT_MIME_DEPTH;
		return false;
	}
	prepass->open[prepass->open_count++] = (struct boundary){boundary, prepass->depth};
	return true;
}

/* True when nothing but blanks stands at or behind offset `from` of `line`. */
static bool ends_at(struct str line, size_t from)
{
	return str_trim(str_sub(line, from, line.n)).n == 0;
}

static bool count_part(struct prepass *prepass)
{
	if (prepass->parts >= prepass->limits->mime_parts) {
		*prepass->limits_hit |= MAIL_LIMIT_MIME_PARTS;
		return false;
	}
	prepass->parts++;
	return true;
}

static void start_header(struct prepass *prepass)
{
	prepass->in_header = true;
	prepass->message_next = false;
	buf_clear(&prepass->field);
}

/* Deals with a line that begins with "--"; false when it is one part too many. *ret_is: it delimits something. */
static bool delimiter(struct prepass *prepass, struct str line, bool *ret_is)
{
	bool similar = false;

	*ret_is = true;
	for (size_t i = prepass->open_count; i > 0; i--) {
		const struct boundary *boundary = &prepass->open[i - 1];
		size_t n = boundary->line.n;

		if (!str_starts(line, boundary->line))
			continue;
		similar = true;
		if (ends_at(line, n)) {
			prepass->open_count = i;
			prepass->depth = boundary->depth;
			start_header(prepass);
			return count_part(prepass);
		}
		if (str_starts(str_sub(line, n, 2), STR("--")) && ends_at(line, n + 2)) {
			prepass->open_count = i - 1;
			prepass->depth = boundary->depth - 1;
			prepass->in_header = false;
			return true;
		}
	}
	*ret_is = similar;
	if (similar)
		start_header(prepass);
	return !similar || count_part(prepass);
}

static bool finish_field(struct prepass *prepass)
{
	struct str field = buf_str(&prepass->field), name = STR("Content-Type");
	size_t colon = str_find_byte(field, 0, ':');
	bool good = true;

	if (colon != STR_NONE && str_equal_nocase(str_trim(str_sub(field, 0, colon)), name))
		good = announce(prepass, str_trim(str_sub(field, colon + 1, field.n)));
	buf_clear(&prepass->field);
	return good && !buf_failed(&prepass->field);
}

/* Counts a line of a part's header; false when it is one too many, or too long. */
static bool count_line(struct prepass *prepass, struct str line, bool continues)
{
	const struct mail_limits *limits = prepass->limits;

	prepass->field_bytes = (continues ? prepass->field_bytes : 0) + line.n;
	prepass->header_bytes += line.n;
	prepass->fields += !continues;
	if (prepass->fields / PARTS_FACTOR > limits->headers)
		*prepass->limits_hit |= MAIL_LIMIT_HEADERS;
	else if (prepass->field_bytes > (prepass->field.n ? TYPE_MAX : FIELD_MAX) ||
		 prepass->header_bytes / PARTS_FACTOR > limits->header_bytes)
		*prepass->limits_hit |= MAIL_LIMIT_HEADER_BYTES;
	else
		return true;
	return false;
}

/* Reads one line of a part's header; false when the body has to end before that part. */
static bool header_line(struct prepass *prepass, struct str line)
{
	bool continues = line.n && (line.p[0] == ' ' || line.p[0] == '\t');

	if (!count_line(prepass, line, continues))
		return false;
	if (continues) {
		if (!prepass->field.n)
			return true;
		buf_add_byte(&prepass->field, ' ');
		buf_add_str(&prepass->field, str_trim(line));
		return !buf_failed(&prepass->field);
	}
	if (!finish_field(prepass))
		return false;
	if (!str_trim(line).n) {
		prepass->in_header = prepass->message_next;
		prepass->message_next = false;
		return !prepass->in_header || (enter(prepass) && count_part(prepass));
	}
	if (str_starts_nocase(line, STR("Content-T")))
		buf_add_str(&prepass->field, str_sub(line, 0, TYPE_MAX));
	return !buf_failed(&prepass->field);
}

size_t prepass_length(struct str body, struct str content_type, const struct mail_limits *limits, struct arena *arena,
		      uint32_t *limits_hit)
{
	struct prepass prepass = {.limits = limits, .arena = arena, .limits_hit = limits_hit, .field = buf_make(arena)};
	size_t part = 0; /* where the part begins whose header is being read */

	if (!announce(&prepass, content_type))
		return 0;
	if (prepass.message_next) {
		start_header(&prepass);
		if (!enter(&prepass))
			return 0;
	}
	for (size_t at = 0, next; at < body.n; at = next) {
		size_t end = str_find_byte(body, at, '\n');
		struct str line = str_sub(body, at, (end == STR_NONE ? body.n : end) - at);
		bool is_delimiter = false;

		next = end == STR_NONE ? body.n : end + 1;
		if (line.n > 1 && line.p[0] == '-' && line.p[1] == '-') {
			if (!delimiter(&prepass, line, &is_delimiter))
				return at;
			if (is_delimiter)
				part = at;
		}
		if (prepass.in_header && !is_delimiter && !header_line(&prepass, line))
			return part;
	}
	return body.n;
}

bool prepass_guess_boundary(struct str body, struct str *ret_boundary)
{
	enum { BOUNDARY_MAX = 70 /* RFC 2046 section 5.1.1 */ };

	for (size_t at = 0, next; at < body.n; at = next) {
		size_t end = str_find_byte(body, at, '\n');
		struct str line;

		if (end == STR_NONE)
			return false;
		next = end + 1;
		line = str_trim(str_sub(body, at, end - at));
		if (line.n < 3 || line.n > BOUNDARY_MAX + 2 || !str_starts(line, STR("--")) ||
		    !str_starts_nocase(str_sub(body, next, 8), STR("Content-")) ||
		    str_find_byte(line, 0, '"') != STR_NONE || str_find_byte(line, 0, '\\') != STR_NONE)
			continue;
		*ret_boundary = str_sub(line, 2, line.n);
		return true;
	}
	return false;
}
