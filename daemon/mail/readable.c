#include "mail/readable.h"

#include "base/clock.h"

#include <string.h>

enum { COMPARE_BYTES = 4 << 20, UNSEEN_BYTES = 64 * 1024 };

struct readable readable_make(const struct mail_limits *limits, struct message_facts *facts, struct arena *arena)
{
	return (struct readable){
	    .arena = arena,
	    .limits = limits,
	    .facts = facts,
	    .deadline = clock_monotonic_ns() + (int64_t)limits->time_ms * 1000000,
	    .text = buf_make(arena),
	    .spans = list_make(sizeof(struct readable_span), arena),
	    .links = list_make(sizeof(struct link), arena),
	    .unseen = buf_make(arena),
	    .decoded_left = limits->decoded_bytes,
	    .compare_left = COMPARE_BYTES,
	};
}

void readable_flush(struct readable *readable)
{
	struct readable_span *span;

	if (readable->role != TEXT_AUTHOR && readable->text.n > readable->role_start) {
		span = list_push(&readable->spans);
		if (span) {
			span->span = (struct text_span){readable->role_start, readable->text.n, readable->role};
			span->soft = readable->role_soft;
		} else {
			readable->failed = true;
		}
	}
	readable->role_start = readable->text.n;
}

void readable_set_role(struct readable *readable, enum text_role role, bool soft)
{
	if (role == readable->role && soft == readable->role_soft)
		return;
	readable_flush(readable);
	readable->role = role;
	readable->role_soft = soft;
}

void readable_paragraph(struct readable *readable)
{
	struct buf *text = &readable->text;

	if (text->n && text->p[text->n - 1] != '\n')
		buf_add_byte(text, '\n');
	if (text->n > 1 && text->p[text->n - 2] != '\n')
		buf_add_byte(text, '\n');
}

void readable_part(struct readable *readable)
{
	readable_paragraph(readable);
	if (readable->text.n)
		buf_add_text(&readable->text, "\f\n");
}

void readable_blank_form_feeds(struct readable *readable, size_t start)
{
	struct str text = buf_str(&readable->text);

	for (size_t at = start; (at = str_find_byte(text, at, '\f')) != STR_NONE; at++)
		readable->text.p[at] = ' ';
}

void readable_remove(struct readable *readable, size_t start, size_t end)
{
	struct buf *text = &readable->text;
	size_t kept = 0;

	if (end <= start || end > text->n)
		return;
	for (size_t i = 0; i < readable->spans.count; i++) {
		struct readable_span *span = list_at(&readable->spans, i);

		if (span->span.start >= start && span->span.end <= end)
			continue;
		if (span->span.start >= end) {
			span->span.start -= end - start;
			span->span.end -= end - start;
		}
		*(struct readable_span *)list_at(&readable->spans, kept++) = *span;
	}
	readable->spans.count = kept;
	memmove(text->p + start, text->p + end, text->n - end + 1);
	text->n -= end - start;
	if (readable->role_start > text->n)
		readable->role_start = text->n;
}

static bool is_blank(struct str s)
{
	return str_trim(s).n == 0;
}

/* True when text[start, end of text) has words outside the spans at or behind index `first`. */
static bool words_outside(const struct readable *readable, size_t first, size_t start)
{
	struct str text = buf_str(&readable->text);

	for (size_t i = first; i < readable->spans.count; i++) {
		const struct readable_span *span = list_at(&readable->spans, i);

		if (span->span.start > start && !is_blank(str_sub(text, start, span->span.start - start)))
			return true;
		start = span->span.end;
	}
	return !is_blank(str_sub(text, start, text.n));
}

void readable_settle_quotes(struct readable *readable, size_t first, size_t start)
{
	bool quotes = words_outside(readable, first, start);
	size_t kept = first;

	for (size_t i = first; i < readable->spans.count; i++) {
		struct readable_span span = *(struct readable_span *)list_at(&readable->spans, i);

		if (span.soft && !quotes)
			continue;
		span.soft = false;
		*(struct readable_span *)list_at(&readable->spans, kept++) = span;
	}
	readable->spans.count = kept;
}

void readable_add_link(struct readable *readable, struct str target, struct str visible)
{
	struct link *link;

	if (readable->links.count >= readable->limits->links) {
		readable->facts->limits |= MAIL_LIMIT_LINKS;
		return;
	}
	link = list_push(&readable->links);
	if (link)
		*link = (struct link){target, visible};
	else
		readable->failed = true;
}

void readable_add_unseen(struct readable *readable, struct str text)
{
	if (!text.n || readable->unseen.n + text.n > UNSEEN_BYTES)
		return;
	buf_add_str(&readable->unseen, text);
	buf_add_byte(&readable->unseen, ' ');
}

struct str readable_take(struct readable *readable, struct str bytes)
{
	if (bytes.n > readable->decoded_left) {
		readable->facts->limits |= MAIL_LIMIT_DECODED_BYTES;
		bytes.n = readable->decoded_left;
	}
	readable->decoded_left -= bytes.n;
	return bytes;
}

bool readable_time_left(struct readable *readable)
{
	if (clock_monotonic_ns() < readable->deadline)
		return true;
	readable->facts->limits |= MAIL_LIMIT_TIME;
	return false;
}

bool readable_failed(const struct readable *readable)
{
	return readable->failed || buf_failed(&readable->text) || buf_failed(&readable->unseen);
}

enum status readable_finish(struct readable *readable, struct message *message)
{
	struct text_span *spans;

	readable_flush(readable);
	spans = arena_calloc(readable->arena, readable->spans.count, sizeof *spans);
	if (!spans || readable_failed(readable))
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < readable->spans.count; i++)
		spans[i] = ((struct readable_span *)list_at(&readable->spans, i))->span;
	message->text = buf_str(&readable->text);
	message->spans = spans;
	message->span_count = readable->spans.count;
	message->links = readable->links.items;
	message->link_count = readable->links.count;
	return STATUS_OK;
}
