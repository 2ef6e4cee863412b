/*
 * message - one RFC 5322 message, decoded: headers, readable text, links, and what its form tells.
 *
 * message_parse() never refuses: whatever the bytes are, it gives what could be read, with the limits
 * that were hit. Everything lives in the given arena. Not shared between threads.
 */
#ifndef COLDSHOULDER_MAIL_MESSAGE_H
#define COLDSHOULDER_MAIL_MESSAGE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "mail/address.h"
#include "mail/header.h"
#include "mail/limits.h"

#include <stdint.h>

/* What a stretch of the readable text is, as far as its structure (MIME, HTML) tells. */
enum text_role {
	TEXT_AUTHOR,  /* nothing known: probably the author's own words */
	TEXT_QUOTE,   /* a blockquote or a mail client's quote container */
	TEXT_FORWARD, /* a forwarded message (message/rfc822, a forward container) */
	TEXT_FOOTER   /* a signature or footer container marked as such */
};

/* text[start, end) of the message has this role. Spans are ordered and do not overlap; gaps are TEXT_AUTHOR. */
struct text_span {
	size_t start;
	size_t end;
	enum text_role role;
};

struct link {
	struct str target;  /* as written in the mail, decoded to UTF-8 */
	struct str visible; /* the visible text of an HTML link; empty for a bare URL in text */
};

/* Facts about the form of a message; the names are those of the rule language where they appear there. */
struct message_facts {
	bool reply;           /* "Re:"-like subject, In-Reply-To or References */
	bool list;            /* List-Id, List-Post, or other mailing-list marks */
	bool bulk;            /* Precedence bulk/junk/list, Feedback-ID, or bulk sender marks */
	bool automatic;       /* Auto-Submitted, DSN, MDN, vacation, null-sender forms */
	bool has_unsubscribe; /* List-Unsubscribe */
	bool calendar;        /* a text/calendar part */
	bool encrypted;       /* multipart/encrypted or S/MIME enveloped: no text to see */
	bool parts_differ;    /* the alternatives of multipart/alternative say different things */
	bool hidden_text;     /* HTML hid words from the reader */
	bool tracking_pixel;  /* a remote image of at most 2 x 2 pixels, or hidden */
	bool link_mismatch;   /* a link shows one host and leads to another */
	bool quoted_only;     /* the author wrote (almost) nothing above older text of their own */
	bool has_attachment;
	size_t hidden_words;
	uint32_t limits; /* enum mail_limit bits */
};

struct message {
	struct arena *arena;
	struct str raw;
	size_t body_start; /* offset in raw */
	struct header_list headers;
	struct str subject; /* decoded; of all Subject fields joined by a blank */
	struct address_list from;
	struct address_list to;
	struct address_list cc;
	struct address_list reply_to;
	struct str message_id; /* without <> */
	struct str text;       /* all readable text, UTF-8, lines end with LF; "\f\n" stands between text parts */
	const struct text_span *spans;
	size_t span_count;
	const struct link *links;
	size_t link_count;
	struct message_facts facts;
};

/* Call once, before any thread uses messages: initialises GMime and libxml2. */
void message_library_init(void);

/*
 * Parses `raw` (which must outlive the message) into *ret_message. Stops early at the limits, notes them in
 * facts.limits and goes on with what it has. STATUS_NO_MEMORY: nothing usable. Everything else is STATUS_OK.
 */
enum status message_parse(struct str raw, const struct mail_limits *limits, struct arena *arena,
			  struct message *ret_message);

/*
 * The two halves of message_parse(). The first needs `raw` only as far as the empty line behind the header; the second
 * takes the whole message, which begins with the same bytes, wherever it stands now: both must outlive the message.
 */
enum status message_read_header(struct str raw, const struct mail_limits *limits, struct arena *arena,
				struct message *ret_message);
enum status message_read_body(struct message *message, struct str raw, const struct mail_limits *limits);

#endif
