/*
 * readable - the text, links and facts of a message while they are gathered from its parts.
 *
 * Everything is in the message's arena. Running out of memory is remembered (readable_failed()), not reported at each
 * call. Not shared between threads.
 */
#ifndef COLDSHOULDER_MAIL_READABLE_H
#define COLDSHOULDER_MAIL_READABLE_H

#include "base/buf.h"
#include "base/list.h"
#include "mail/message.h"

struct readable_span {
	struct text_span span;
	bool soft; /* a plain <blockquote>: a quote only when it is not all there is */
};

struct readable {
	struct arena *arena;
	const struct mail_limits *limits;
	struct message_facts *facts;
	int64_t deadline; /* clock_monotonic_ns() */
	struct buf text;
	struct list spans; /* of struct readable_span: those that are closed */
	struct list links; /* of struct link */
	enum text_role role;
	bool role_soft;
	size_t role_start;
	struct buf unseen;   /* what HTML hid, and descriptions of images: a blank behind each */
	size_t decoded_left; /* bytes that may still be decoded */
	size_t compare_left; /* bytes that may still be compared between alternatives */
	bool failed;
};

/* An empty one; the time limit runs from now on. */
struct readable readable_make(const struct mail_limits *limits, struct message_facts *facts, struct arena *arena);

/* Text added from now on has this role. */
void readable_set_role(struct readable *readable, enum text_role role, bool soft);

/* Closes the span that is open, and begins another one of the same role at the end of the text. */
void readable_flush(struct readable *readable);

/* Starts a new paragraph, unless there is no text yet. */
void readable_paragraph(struct readable *readable);

/* Starts a new text part behind a line that holds only a form feed, unless there is no text yet. */
void readable_part(struct readable *readable);

/* Makes the form feeds at or behind text offset `start` blanks: only readable_part() may set them. */
void readable_blank_form_feeds(struct readable *readable, size_t start);

/* Takes text[start, end) and its spans out. No span may cross either end: call readable_flush() at both. */
void readable_remove(struct readable *readable, size_t start, size_t end);

/* Makes soft spans at or behind index `first` quotes, or nothing at all when text[start, end) holds nothing else. */
void readable_settle_quotes(struct readable *readable, size_t first, size_t start);

/* Adds a link (both slices stay valid); beyond limits->links it is dropped and noted. */
void readable_add_link(struct readable *readable, struct str target, struct str visible);

/* Keeps text that HTML has and a reader does not see, up to a bound. */
void readable_add_unseen(struct readable *readable, struct str text);

/* The first of `bytes` that may still be decoded; a cut is noted. */
struct str readable_take(struct readable *readable, struct str bytes);

/* False, and noted, when the message has used up its time. */
bool readable_time_left(struct readable *readable);

bool readable_failed(const struct readable *readable);

/* Hands text, spans and links to `message`. STATUS_NO_MEMORY. */
enum status readable_finish(struct readable *readable, struct message *message);

#endif
