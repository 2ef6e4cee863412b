#include "mail/mime.h"

#include "mail/alternative.h"
#include "mail/charset.h"
#include "mail/part_header.h"
#include "mail/prepass.h"
#include "mail/text_part.h"

#include <gmime/gmime.h>
#include <string.h>

static void read_object(struct readable *readable, GMimeObject *object, bool alone);

/* Facts that a leaf tells by its type alone. */
static void note_type(struct readable *readable, GMimeContentType *type)
{
	struct message_facts *facts = readable->facts;
	const char *smime;

	if (!type)
		return;
	if (g_mime_content_type_is_type(type, "text", "calendar") ||
	    g_mime_content_type_is_type(type, "application", "ics"))
		facts->calendar = true;
	if (g_mime_content_type_is_type(type, "message", "delivery-status") ||
	    g_mime_content_type_is_type(type, "message", "disposition-notification") ||
	    g_mime_content_type_is_type(type, "message", "feedback-report"))
		facts->automatic = true;
	if (g_mime_content_type_is_type(type, "application", "pkcs7-mime") ||
	    g_mime_content_type_is_type(type, "application", "x-pkcs7-mime")) {
		smime = g_mime_content_type_get_parameter(type, "smime-type");
		facts->encrypted |= !smime || !str_starts_nocase(str_of(smime), STR("signed"));
	}
}

static void read_leaf(struct readable *readable, const struct leaf *leaf)
{
	bool of_message = leaf->type && g_mime_content_type_is_type(leaf->type, "message", "*");
	enum leaf_kind kind = of_message ? LEAF_PLAIN : leaf_classify(leaf);
	enum text_role role = readable->role;

	note_type(readable, leaf->type);
	if (leaf_is_attachment(leaf) && !(leaf->alone && kind != LEAF_OTHER))
		readable->facts->has_attachment = true;
	if (kind == LEAF_OTHER || !readable_time_left(readable))
		return;
	if (of_message)
		readable_set_role(readable, TEXT_FORWARD, false);
	text_part_add(readable, leaf, kind);
	if (of_message)
		readable_set_role(readable, role, false);
}

/* The bytes of a part as they stand in the parsed buffer, not decoded and not copied. */
static struct str content_bytes(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
	GByteArray *bytes;
	gint64 start, end;

	if (!stream || !GMIME_IS_STREAM_MEM(stream))
		return STR("");
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	start = stream->bound_start;
	end = stream->bound_end < 0 ? (gint64)bytes->len : stream->bound_end;
	if (start < 0 || end < start || end > (gint64)bytes->len)
		return STR("");
	return (struct str){(const char *)bytes->data + start, (size_t)(end - start)};
}

static void read_part(struct readable *readable, GMimePart *part, bool alone)
{
	GMimeObject *object = GMIME_OBJECT(part);
	struct leaf leaf = {
	    .type = g_mime_object_get_content_type(object),
	    .disposition = g_mime_object_get_content_disposition(object),
	    .encoding = g_mime_part_get_content_encoding(part),
	    .bytes = content_bytes(part),
	    .has_content_id = g_mime_object_get_content_id(object) != NULL,
	    .alone = alone,
	};

	read_leaf(readable, &leaf);
}

static void add_field(struct readable *readable, GMimeObject *message, const char *name)
{
	const char *value = g_mime_object_get_header(message, name);
	struct header header = {.name = str_of(name), .raw = str_of(value)};
	struct str decoded;

	if (!value)
		return;
	decoded = header_decode(&header, readable->arena);
	buf_add_format(&readable->text, "%s: %.*s\n", name, STR_ARGS(decoded));
}

/* An embedded message: what a reader sees of its header, and its text. */
static void read_message(struct readable *readable, GMimeMessagePart *part)
{
	GMimeMessage *message = g_mime_message_part_get_message(part);
	enum text_role role = readable->role;
	GMimeObject *body = message ? g_mime_message_get_mime_part(message) : NULL;

	if (!message)
		return;
	readable_paragraph(readable);
	readable_set_role(readable, TEXT_FORWARD, false);
	add_field(readable, GMIME_OBJECT(message), "From");
	add_field(readable, GMIME_OBJECT(message), "Subject");
	if (body)
		read_object(readable, body, true);
	readable_set_role(readable, role, false);
}

static bool is_plain(GMimeObject *object)
{
	return g_mime_content_type_is_type(g_mime_object_get_content_type(object), "text", "plain");
}

/*
 * Decides between what was read so far, text[start, middle), and the alternative that follows it; takes out the one
 * that says nothing more. The plain one stays when both say the same.
 */
static void choose(struct readable *readable, size_t start, size_t middle, bool second_is_plain)
{
	struct str text = buf_str(&readable->text);
	struct str first = str_sub(text, start, middle - start), second = str_sub(text, middle, text.n);
	enum alternative answer;
	bool keep_second;

	if (text.n - start > readable->compare_left)
		return;
	readable->compare_left -= text.n - start;
	answer = second_is_plain ? alternative_compare(second, first, buf_str(&readable->unseen), readable->arena)
				 : alternative_compare(first, second, buf_str(&readable->unseen), readable->arena);
	if (answer == ALTERNATIVE_DIFFERENT) {
		readable->facts->parts_differ = true;
		return;
	}
	keep_second = (answer == ALTERNATIVE_FIRST_EMPTY) != second_is_plain;
	if (keep_second)
		readable_remove(readable, start, middle);
	else
		readable_remove(readable, middle, readable->text.n);
}

static void read_alternatives(struct readable *readable, GMimeMultipart *multipart)
{
	size_t start;
	int count = g_mime_multipart_get_count(multipart);

	readable_flush(readable);
	buf_clear(&readable->unseen);
	start = readable->text.n;
	for (int i = 0; i < count; i++) {
		GMimeObject *child = g_mime_multipart_get_part(multipart, i);
		size_t middle = readable->text.n;

		read_object(readable, child, false);
		readable_flush(readable);
		if (middle > start && readable->text.n > middle && !readable_failed(readable))
			choose(readable, start, middle, is_plain(child));
	}
}

/* A multipart in which no boundary was found: what stands there instead. */
static void read_prologue(struct readable *readable, GMimeMultipart *multipart)
{
	const char *prologue = g_mime_multipart_get_prologue(multipart);
	const struct leaf leaf = {.bytes = str_of(prologue), .alone = true};

	if (prologue)
		read_leaf(readable, &leaf);
}

static void read_multipart(struct readable *readable, GMimeMultipart *multipart)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(multipart));
	int count = g_mime_multipart_get_count(multipart);

	if (g_mime_content_type_is_type(type, "multipart", "encrypted")) {
		readable->facts->encrypted = true;
		return;
	}
	if (g_mime_content_type_is_type(type, "multipart", "report"))
		readable->facts->automatic = true;
	if (count == 0)
		read_prologue(readable, multipart);
	else if (g_mime_content_type_is_type(type, "multipart", "alternative"))
		read_alternatives(readable, multipart);
	else
		for (int i = 0; i < count; i++)
			read_object(readable, g_mime_multipart_get_part(multipart, i), count == 1);
}

static void read_object(struct readable *readable, GMimeObject *object, bool alone)
{
	if (!readable_time_left(readable) || readable_failed(readable))
		return;
	if (GMIME_IS_MULTIPART(object))
		read_multipart(readable, GMIME_MULTIPART(object));
	else if (GMIME_IS_MESSAGE_PART(object))
		read_message(readable, GMIME_MESSAGE_PART(object));
	else if (GMIME_IS_PART(object))
		read_part(readable, GMIME_PART(object), alone);
}

/*
 * The structure of a multipart or message: GMime gets the one field that rules it, and the body up to where the
 * pre-pass stops. `text` must outlive the result, whose parts are slices of it.
 */
static GMimeObject *parse_structure(GByteArray *text)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(text);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeObject *object;

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	g_mime_parser_set_persist_stream(parser, TRUE);
	object = g_mime_parser_construct_part(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	return object;
}

/* Reads a body that `type_value` rules; false when it is a multipart in which there is no part. */
static bool read_structure(struct readable *readable, struct str type_value, struct str body, bool empty_too)
{
	struct buf text = buf_make(readable->arena);
	size_t length = prepass_length(body, type_value, readable->limits, readable->arena, &readable->facts->limits);
	GMimeObject *object;
	GByteArray *bytes;
	bool empty;

	buf_reserve(&text, length + type_value.n + 20);
	buf_add_text(&text, "Content-Type: ");
	buf_add_str(&text, type_value);
	buf_add_text(&text, "\n\n");
	buf_add(&text, body.p, length);
	if (buf_failed(&text) || text.n > G_MAXUINT) {
		readable->failed = true;
		return true;
	}
	bytes = g_byte_array_new_take((guint8 *)text.p, text.n);
	object = parse_structure(bytes);
	empty = object && GMIME_IS_MULTIPART(object) && g_mime_multipart_get_count(GMIME_MULTIPART(object)) == 0;
	if (object && (!empty || empty_too))
		read_object(readable, object, true);
	if (object)
		g_object_unref(object);
	g_byte_array_steal(bytes, NULL);
	g_byte_array_unref(bytes);
	return !empty;
}

/* "multipart/SUBTYPE; boundary=..." with the boundary that the body seems to have; empty when it has none. */
static struct str guessed_type(GMimeContentType *type, struct str body, struct arena *arena)
{
	const char *subtype = type ? g_mime_content_type_get_media_subtype(type) : NULL;
	struct buf value = buf_make(arena);
	struct str boundary;

	if (prepass_guess_boundary(body, &boundary))
		buf_add_format(&value, "multipart/%s; boundary=\"%.*s\"", subtype ? subtype : "mixed",
			       STR_ARGS(boundary));
	return buf_str(&value);
}

static void read_composed(struct readable *readable, const struct part_header *header, struct str body)
{
	struct str guessed;

	if (read_structure(readable, header->type_value, body, false))
		return;
	guessed = guessed_type(header->type, body, readable->arena);
	read_structure(readable, guessed.n ? guessed : header->type_value, body, true);
}

void mime_read(struct readable *readable, const struct header_list *headers, struct str body)
{
	struct part_header header = part_header_read(headers, readable->arena);
	const struct leaf leaf = {
	    .type = header.type,
	    .disposition = header.disposition,
	    .encoding = header.encoding,
	    .bytes = body,
	    .alone = true,
	};
	struct str guessed = STR("");

	if (!header.type && str_starts(str_trim(str_sub(body, 0, 100)), STR("--")))
		guessed = guessed_type(NULL, body, readable->arena);
	if (guessed.n)
		read_structure(readable, guessed, body, true);
	else if (header.type && (g_mime_content_type_is_type(header.type, "multipart", "*") ||
				 g_mime_content_type_is_type(header.type, "message", "*")))
		read_composed(readable, &header, body);
	else
		read_leaf(readable, &leaf);
	part_header_free(&header);
}
