#include "cli/replay_envelope.h"

#include "base/list.h"
#include "mail/address.h"
#include "mail/header.h"

enum { RECIPIENTS_MAX = 200 };

struct maker {
	const struct replay_people *people;
	struct header_list headers;
	struct arena *arena;
	struct list recipients; /* of struct str */
	bool failed;
};

static void add_recipient(struct maker *maker, struct str mailbox)
{
	struct str *slot;

	if (!mailbox.n || maker->recipients.count >= RECIPIENTS_MAX)
		return;
	slot = list_push(&maker->recipients);
	if (slot)
		*slot = mailbox;
	else
		maker->failed = true;
}

static bool is_ours(const struct replay_people *people, struct str mailbox)
{
	for (size_t i = 0; i < people->own_count; i++)
		if (str_equal_nocase(people->own[i], mailbox))
			return true;
	return direction_is_local(people->direction, mailbox);
}

static void add_field(struct maker *maker, struct str name, bool only_ours)
{
	size_t position = 0;
	const struct header *field;

	while ((field = header_next(&maker->headers, name, &position))) {
		struct address_list list = address_parse_header(field->raw, maker->arena);

		for (size_t i = 0; i < list.count; i++)
			if (!only_ours || is_ours(maker->people, list.items[i].mailbox))
				add_recipient(maker, list.items[i].mailbox);
	}
}

/* The last delivery stands on top. */
static void add_delivered(struct maker *maker)
{
	static const struct str fields[] = {STR_INIT("X-Original-To"), STR_INIT("Delivered-To"),
					    STR_INIT("Envelope-To"), STR_INIT("X-Delivered-To")};

	for (size_t i = 0; i < sizeof fields / sizeof *fields && !maker->recipients.count; i++) {
		const struct header *field = header_first(&maker->headers, fields[i]);

		if (field)
			add_recipient(maker,
				      address_parse_envelope(header_unfold(field, maker->arena), maker->arena).mailbox);
	}
}

static void make_received(struct maker *maker, struct envelope *envelope)
{
	const struct replay_people *people = maker->people;
	const struct header *field = header_first(&maker->headers, STR("Return-Path"));

	if (field) {
		envelope->sender = address_parse_envelope(header_unfold(field, maker->arena), maker->arena).mailbox;
		envelope->sender_given = true;
	}
	for (size_t i = 0; i < people->recipient_count; i++)
		add_recipient(maker, people->recipients[i]);
	if (!maker->recipients.count)
		add_delivered(maker);
	if (!maker->recipients.count) {
		add_field(maker, STR("To"), true);
		add_field(maker, STR("Cc"), true);
	}
	if (!maker->recipients.count)
		add_recipient(maker, people->own_count ? people->own[0] : STR("mailbox@localhost"));
}

static void make_sent(struct maker *maker, struct envelope *envelope)
{
	const struct header *field = header_first(&maker->headers, STR("From"));
	struct address_list from = {NULL, 0};

	if (field)
		from = address_parse_header(field->raw, maker->arena);
	if (from.count) {
		envelope->sender = from.items[0].mailbox;
		envelope->sender_given = envelope->sender.n > 0;
		envelope->auth_user = envelope->sender;
	}
	add_field(maker, STR("To"), false);
	add_field(maker, STR("Cc"), false);
	add_field(maker, STR("Bcc"), false);
}

bool replay_envelope_make(const struct replay_people *people, bool sent, struct str raw, struct arena *arena,
			  struct envelope *ret_envelope)
{
	static const struct mail_limits limits = {.headers = 1000, .header_bytes = 1 << 20};
	struct maker maker = {.people = people, .arena = arena, .recipients = list_make(sizeof(struct str), arena)};
	uint32_t hit = 0;
	size_t body;

	*ret_envelope = (struct envelope){.queue_id = {"", 0}};
	if (header_block_read(raw, &limits, arena, &maker.headers, &body, &hit) != STATUS_OK)
		return false;
	if (sent)
		make_sent(&maker, ret_envelope);
	else
		make_received(&maker, ret_envelope);
	ret_envelope->recipients = maker.recipients.items;
	ret_envelope->recipient_count = maker.recipients.count;
	return !maker.failed;
}
