#include "mail/message.h"

#include "base/list.h"
#include "mail/charset.h"
#include "mail/message_facts.h"
#include "mail/mime.h"

#include <gmime/gmime.h>
#include <libxml/parser.h>

void message_library_init(void)
{
	g_mime_init();
	/* The types of its objects are made when they are first used: before there are threads. */
	g_object_unref(internet_address_list_parse(NULL, "A <a@a.example>, group: b@b.example;"));
	xmlInitParser();
	charset_library_init();
}

/* All fields of one name as one address list. */
static struct address_list read_addresses(const struct header_list *headers, struct str name, struct arena *arena)
{
	struct list all = list_make(sizeof(struct address), arena);
	const struct header *field;
	size_t position = 0;

	while ((field = header_next(headers, name, &position))) {
		struct address_list more = address_parse_header(field->raw, arena);

		for (size_t i = 0; i < more.count; i++) {
			struct address *address = list_push(&all);

			if (address)
				*address = more.items[i];
		}
	}
	return (struct address_list){all.items, all.count};
}

/* All Subject fields, decoded and joined by a blank. */
static struct str read_subject(const struct header_list *headers, struct arena *arena)
{
	const struct header *field = header_first(headers, STR("Subject"));
	struct str subject = field ? header_decode(field, arena) : STR("");
	size_t position = 0;
	struct buf joined;

	header_next(headers, STR("Subject"), &position);
	field = header_next(headers, STR("Subject"), &position);
	if (!field)
		return subject;
	joined = buf_make(arena);
	buf_add_str(&joined, subject);
	for (; field; field = header_next(headers, STR("Subject"), &position)) {
		buf_add_byte(&joined, ' ');
		buf_add_str(&joined, header_decode(field, arena));
	}
	return buf_str(&joined);
}

static struct str read_message_id(const struct header_list *headers, struct arena *arena)
{
	const struct header *field = header_first(headers, STR("Message-ID"));
	struct str id = field ? header_unfold(field, arena) : STR("");
	size_t open = str_find_byte(id, 0, '<'), close;

	if (open == STR_NONE)
		return id;
	close = str_find_byte(id, open, '>');
	return str_trim(str_sub(id, open + 1, (close == STR_NONE ? id.n : close) - open - 1));
}

static void read_headers(struct message *message)
{
	const struct header_list *headers = &message->headers;

	message->subject = read_subject(headers, message->arena);
	message->from = read_addresses(headers, STR("From"), message->arena);
	message->to = read_addresses(headers, STR("To"), message->arena);
	message->cc = read_addresses(headers, STR("Cc"), message->arena);
	message->reply_to = read_addresses(headers, STR("Reply-To"), message->arena);
	message->message_id = read_message_id(headers, message->arena);
	message_facts_read(headers, message->subject, &message->facts);
}

/* PGP in the text itself is encrypted mail as well. */
static bool is_armoured(struct str text)
{
	return str_starts(str_trim(str_sub(text, 0, 200)), STR("-----BEGIN PGP MESSAGE-----"));
}

enum status message_read_header(struct str raw, const struct mail_limits *limits, struct arena *arena,
				struct message *ret_message)
{
	struct message *message = ret_message;
	enum status status;

	*message = (struct message){.arena = arena, .raw = raw};
	status = header_block_read(raw, limits, arena, &message->headers, &message->body_start, &message->facts.limits);
	if (status == STATUS_OK)
		read_headers(message);
	return status;
}

enum status message_read_body(struct message *message, struct str raw, const struct mail_limits *limits)
{
	struct readable readable = readable_make(limits, &message->facts, message->arena);
	struct str body = str_sub(raw, message->body_start, raw.n);
	enum status status;

	message->raw = raw;
	if (body.n > limits->scan_bytes) {
		body.n = limits->scan_bytes;
		message->facts.limits |= MAIL_LIMIT_SCAN_BYTES;
	}
	mime_read(&readable, &message->headers, body);
	status = readable_finish(&readable, message);
	if (status == STATUS_OK)
		message->facts.encrypted |= is_armoured(message->text);
	/* A list without the address that there was no memory for must not decide anything. */
	return status == STATUS_OK && arena_failed(message->arena) ? STATUS_NO_MEMORY : status;
}

enum status message_parse(struct str raw, const struct mail_limits *limits, struct arena *arena,
			  struct message *ret_message)
{
	enum status status = message_read_header(raw, limits, arena, ret_message);

	return status == STATUS_OK ? message_read_body(ret_message, raw, limits) : status;
}
