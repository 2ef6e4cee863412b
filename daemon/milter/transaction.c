#include "milter/transaction.h"

#include "base/clock.h"
#include "mail/address.h"

#include <string.h>

enum { RAW_FIRST_BYTES = 16 * 1024, RAW_KEPT_BYTES = 256 * 1024 };

struct transaction transaction_make(void)
{
	return (struct transaction){.raw = buf_make(NULL)};
}

void transaction_reset(struct transaction *t)
{
	struct arena *arena = t->arena;
	struct buf raw = t->raw;

	generation_release(t->generation);
	if (arena)
		arena_reset(arena);
	if (raw.capacity > RAW_KEPT_BYTES)
		buf_free(&raw);
	else
		buf_clear(&raw);
	*t = (struct transaction){.arena = arena, .raw = raw};
}

void transaction_free(struct transaction *t)
{
	transaction_reset(t);
	arena_destroy(t->arena);
	buf_free(&t->raw);
	*t = transaction_make();
}

static bool collecting(const struct transaction *t)
{
	return transaction_failure(t) == STATUS_OK;
}

/* What was read so far is of no use any more; a big buffer would only make the shortage worse. */
static void fail(struct transaction *t)
{
	t->failure = STATUS_NO_MEMORY;
	buf_free(&t->raw);
}

struct str transaction_keep(struct transaction *t, const char *text)
{
	char *copy;

	if (!text || !collecting(t))
		return str_of(NULL);
	copy = arena_strdup(t->arena, text);
	if (!copy)
		fail(t);
	return str_of(copy);
}

/* The address without angle brackets, as a copy that lives as long as the message. */
static struct str keep_address(struct transaction *t, const char *argument)
{
	return address_parse_envelope(transaction_keep(t, argument), t->arena).mailbox;
}

void transaction_begin(struct transaction *t, struct generation *generation, const char *sender)
{
	transaction_reset(t);
	t->generation = generation;
	if (!t->arena)
		t->arena = arena_create(0);
	if (!t->arena || !buf_reserve(&t->raw, RAW_FIRST_BYTES)) {
		fail(t);
		return;
	}
	t->recipients = list_make(sizeof(struct str), t->arena);
	t->removable = tally_make(t->arena);
	t->envelope.sender = keep_address(t, sender);
	t->envelope.sender_given = true;
}

bool transaction_splits(struct transaction *t, const struct envelope *envelope, const char *argument)
{
	const struct config *config = t->generation ? t->generation->config : NULL;
	struct envelope sender = *envelope;

	if (!config || !config->policies.split || !collecting(t) || !envelope->recipient_count || sender.local_pickup)
		return false;
	/* The direction of the sender alone: with recipients of ours only, it would be internal. */
	sender.recipient_count = 0;
	return direction_decide(&config->direction, &sender) == DIRECTION_INBOUND &&
	       policy_set_splits(&config->policies, envelope->recipients[0], keep_address(t, argument),
				 matcher_day(clock_wall_seconds()));
}

void transaction_add_recipient(struct transaction *t, const char *argument)
{
	struct str *recipient;

	if (!collecting(t))
		return;
	if (t->recipients.count >= t->generation->config->max_recipients) {
		t->limits |= MAIL_LIMIT_RECIPIENTS;
		return;
	}
	recipient = list_push(&t->recipients);
	if (!recipient)
		fail(t);
	else
		*recipient = keep_address(t, argument);
}

static bool may_be_removed(struct str name)
{
	return str_starts_nocase(name, STR("X-Coldshoulder")) || str_starts_nocase(name, STR("X-Spam-"));
}

/* libmilter ends folded lines with a bare LF; in the message they end with CRLF as all lines do. */
static void add_value(struct buf *raw, struct str value)
{
	size_t end = str_find_byte(value, 0, '\n');

	while (end != STR_NONE) {
		struct str line = str_sub(value, 0, end);

		while (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		buf_add_str(raw, line);
		buf_add(raw, "\r\n", 2);
		value = str_sub(value, end + 1, value.n);
		end = str_find_byte(value, 0, '\n');
	}
	buf_add_str(raw, value);
}

static bool header_fits(struct transaction *t, struct str name, struct str value)
{
	const struct mail_limits *limits = &t->generation->config->limits;

	if (t->header_count >= limits->headers) {
		t->limits |= MAIL_LIMIT_HEADERS;
		return false;
	}
	if (name.n + value.n > limits->header_bytes || t->raw.n > limits->header_bytes - name.n - value.n) {
		t->limits |= MAIL_LIMIT_HEADER_BYTES;
		return false;
	}
	return true;
}

void transaction_add_header(struct transaction *t, const char *name_text, const char *value_text, bool leading_space)
{
	struct str name = str_trim(str_of(name_text));
	struct str value = str_of(value_text);

	if (!collecting(t))
		return;
	if (may_be_removed(name) && !tally_add(&t->removable, name)) {
		fail(t);
		return;
	}
	if (!header_fits(t, name, value))
		return;
	t->header_count++;
	buf_add_str(&t->raw, name);
	buf_add_text(&t->raw, leading_space ? ":" : ": ");
	add_value(&t->raw, value);
	buf_add(&t->raw, "\r\n", 2);
	if (buf_failed(&t->raw))
		fail(t);
}

void transaction_end_header(struct transaction *t)
{
	if (!collecting(t) || t->header_ended)
		return;
	t->header_ended = true;
	buf_add(&t->raw, "\r\n", 2);
	if (buf_failed(&t->raw))
		fail(t);
}

bool transaction_add_body(struct transaction *t, const void *bytes, size_t n)
{
	size_t room;

	if (!collecting(t))
		return false;
	transaction_end_header(t);
	room = t->generation->config->limits.scan_bytes - t->body_bytes;
	if (n > room)
		t->limits |= MAIL_LIMIT_SCAN_BYTES;
	buf_add(&t->raw, bytes, n < room ? n : room);
	if (buf_failed(&t->raw)) {
		fail(t);
		return false;
	}
	t->body_bytes += n < room ? n : room;
	return n <= room;
}

struct str transaction_raw(struct transaction *t)
{
	transaction_end_header(t);
	return buf_str(&t->raw);
}

struct envelope transaction_envelope(const struct transaction *t)
{
	struct envelope envelope = t->envelope;

	envelope.recipients = t->recipients.items;
	envelope.recipient_count = t->recipients.count;
	return envelope;
}

enum status transaction_failure(const struct transaction *t)
{
	return t->generation ? t->failure : STATUS_INTERNAL;
}
