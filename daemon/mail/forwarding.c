#include "mail/forwarding.h"

/* The instance of an ARC field: the number behind "i=" (RFC 8617 section 4.2.1), 0 when there is none. */
static unsigned int arc_instance(struct str value)
{
	size_t at = 0;

	while ((at = str_find_nocase(value, at, STR("i="))) != STR_NONE) {
		unsigned int number = 0;
		bool tag = at == 0 || value.p[at - 1] == ';' || ascii_is_space(value.p[at - 1]);

		for (at += 2; tag && at < value.n && ascii_is_digit(value.p[at]) && number < 1000; at++)
			number = number * 10 + (unsigned int)(value.p[at] - '0');
		if (tag)
			return number;
	}
	return 0;
}

static bool has_second_arc_set(const struct header_list *headers)
{
	const struct header *header;
	size_t position = 0;

	while ((header = header_next(headers, STR("ARC-Seal"), &position)))
		if (arc_instance(header->raw) >= 2)
			return true;
	return false;
}

static bool has_forwarders_field(const struct header_list *headers)
{
	for (size_t i = 0; i < headers->count; i++)
		if (str_starts_nocase(headers->items[i].name, STR("Resent-")) ||
		    str_starts_nocase(headers->items[i].name, STR("X-Forwarded-")))
			return true;
	return false;
}

static bool sender_is_rewritten(struct str sender)
{
	bool srs = str_starts_nocase(sender, STR("SRS0")) || str_starts_nocase(sender, STR("SRS1"));

	return (srs && sender.n > 4 && (sender.p[4] == '=' || sender.p[4] == '+' || sender.p[4] == '-')) ||
	       str_find_nocase(sender, 0, STR("+caf_=")) != STR_NONE;
}

static bool names(struct address_list addresses, struct str mailbox)
{
	for (size_t i = 0; i < addresses.count; i++)
		if (str_equal_nocase(addresses.items[i].mailbox, mailbox))
			return true;
	return false;
}

static bool went_to_another(const struct message *message, const struct envelope *envelope, forwarding_is_ours *is_ours,
			    const void *context)
{
	const struct header *header;
	size_t position = 0;

	for (size_t i = 0; i < envelope->recipient_count; i++)
		if (names(message->to, envelope->recipients[i]) || names(message->cc, envelope->recipients[i]))
			return false;
	while ((header = header_next(&message->headers, STR("Delivered-To"), &position))) {
		struct str mailbox = str_trim(header->raw);

		if (str_find_byte(mailbox, 0, '@') != STR_NONE && !is_ours(context, mailbox))
			return true;
	}
	return false;
}

bool forwarding_seen(const struct message *message, const struct envelope *envelope, forwarding_is_ours *is_ours,
		     const void *context)
{
	return has_second_arc_set(&message->headers) || has_forwarders_field(&message->headers) ||
	       sender_is_rewritten(envelope->sender) || (envelope->sender.n && is_ours(context, envelope->sender)) ||
	       went_to_another(message, envelope, is_ours, context);
}
