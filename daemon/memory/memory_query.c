#include "memory/memory_query.h"

#include "base/list.h"

enum { OTHERS_MAX = 100, CONTENT_MAX = 16 * 1024 };

static bool add_others(struct list *others, struct address_list addresses, memory_is_local *is_local,
		       const void *context)
{
	for (size_t i = 0; i < addresses.count && others->count < OTHERS_MAX; i++) {
		struct address *other;

		if (!addresses.items[i].mailbox.n || is_local(context, addresses.items[i].mailbox))
			continue;
		other = list_push(others);
		if (!other)
			return false;
		*other = addresses.items[i];
	}
	return true;
}

static struct str raw_field(const struct message *message, struct str name)
{
	const struct header *header = header_first(&message->headers, name);

	return header ? header->raw : STR("");
}

enum status memory_query_fill(struct memory_query *query, const struct message *message, memory_is_local *is_local,
			      const void *context, struct arena *arena)
{
	struct list others = list_make(sizeof(struct address), arena);

	if (!add_others(&others, message->to, is_local, context) ||
	    !add_others(&others, message->cc, is_local, context))
		return STATUS_NO_MEMORY;
	query->others = others.items;
	query->other_count = others.count;
	query->sender = message->from.count ? message->from.items[0] : (struct address){.mailbox = STR("")};
	query->message_id = message->message_id;
	query->content =
	    message->text.n ? str_sub(message->text, 0, CONTENT_MAX) : str_sub(message->raw, 0, CONTENT_MAX);
	query->in_reply_to = raw_field(message, STR("In-Reply-To"));
	query->references = raw_field(message, STR("References"));
	query->personal = !message->facts.list && !message->facts.bulk && !message->facts.automatic;
	return STATUS_OK;
}
