/*
 * view - what rules look at: folded, valid UTF-8, each with a map back to the original words.
 *
 * The readable text is folded once; body, opener, closing and signature are cut out of it, with a line feed where
 * something was cut out between (so that no phrase spans it) and blanks elsewhere. Views are built when
 * they are first asked for. They live in the message's arena and are not shared between threads.
 */
#ifndef COLDSHOULDER_MAIL_VIEW_H
#define COLDSHOULDER_MAIL_VIEW_H

#include "mail/fold.h"
#include "mail/message.h"

enum view_kind {
	VIEW_SUBJECT,
	VIEW_FROM_NAME, /* display name of From */
	VIEW_OPENER,    /* the author's first sentences behind the greeting, about 60 words */
	VIEW_BODY,      /* the author's own text: no quotes, forwards, signature, legal or list footer */
	VIEW_CLOSING,   /* the author's last sentences before the signature */
	VIEW_SIGNATURE,
	VIEW_TEXT,       /* everything readable, quotes included */
	VIEW_LINKS,      /* host + path, one a line */
	VIEW_HEADER,     /* header:NAME, decoded and folded; all instances, one a line */
	VIEW_RAW_HEADER, /* raw:NAME, bytes, not folded; all instances, one a line */
	VIEW_KINDS
};

/* The name as written in rules ("opener", "header"). */
const char *view_kind_name(enum view_kind kind);

/* Reads "opener", "header:NAME", "raw:NAME"; false when there is no such view. *ret_header is empty but for the last
 * two. */
bool view_kind_parse(struct str text, enum view_kind *ret_kind, struct str *ret_header);

struct view {
	struct str text;               /* what rules match; NUL-terminated */
	const struct fold_word *words; /* offsets into text and original; NULL for raw:NAME and links */
	size_t word_count;
	struct str original; /* the text that the word offsets point into */
};

struct views;

/*
 * Prepares the views of `message`, which must outlive them, and sets its facts.link_mismatch. NULL when out of memory.
 * Cheap: nothing is folded yet.
 */
struct views *views_create(struct message *message, const struct mail_limits *limits);

/*
 * The view; built at the first call. `header` names the field of VIEW_HEADER and VIEW_RAW_HEADER and is ignored
 * otherwise. Never NULL; an empty view when there is nothing, or when out of memory (then views_failed()).
 * Building the text views may set message->facts.quoted_only and limits.
 */
const struct view *views_get(struct views *views, enum view_kind kind, struct str header);

/* True when some view could not be built for lack of memory. */
bool views_failed(const struct views *views);

/* Number of words of the author's own text (VIEW_BODY). */
size_t views_body_words(struct views *views);

/* The author's words behind view->text[start, end), whole words; for raw and links views the bytes themselves. */
struct str view_evidence(const struct view *view, size_t start, size_t end);

/*
 * A view of a bare text, folded as that kind would be (links: those in it, or the text itself): for the examples of
 * rules. In `arena`.
 */
enum status view_of_text(enum view_kind kind, struct str text, struct arena *arena, struct view *ret_view);

#endif
