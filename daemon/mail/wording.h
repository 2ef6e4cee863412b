/*
 * wording - how people and mail programs word the formal parts of a mail, in 13 languages: en de fr es it pt nl pl sv
 * tr ru ja zh. All phrases are in folded form (mail/fold.h) and are compared with folded text. Constant data, pure.
 */
#ifndef COLDSHOULDER_MAIL_WORDING_H
#define COLDSHOULDER_MAIL_WORDING_H

#include "base/str.h"

#include <stdint.h>

enum wording {
	WORDING_GREETING,          /* "hi", "sehr geehrte": a name may follow */
	WORDING_GREETING_SENTENCE, /* a whole sentence of greeting: "お世話になって" */
	WORDING_ADDRESSEE,         /* ends a line that names whom the mail is for: "様" */
	WORDING_PLEASANTRY,        /* "hope you are well" */
	WORDING_CLOSING,           /* "best regards" */
	WORDING_POSTSCRIPT,        /* "p.s." */
	WORDING_SENT_FROM,         /* "sent from my iphone" */
	WORDING_WROTE,             /* the verb of "on ..., x wrote:" */
	WORDING_ORIGINAL_MESSAGE,  /* "original message", between dashes */
	WORDING_FORWARDED,         /* "forwarded message", between dashes */
	WORDING_FORWARD_END,
	WORDING_LABEL_FROM, /* header labels of a quoted or forwarded message */
	WORDING_LABEL_DATE,
	WORDING_LABEL_TO,
	WORDING_LABEL_SUBJECT,
	WORDING_LEGAL,           /* says by itself that the paragraph is a disclaimer */
	WORDING_LEGAL_HINT,      /* of disclaimers, and of people who speak of confidence or sell data protection */
	WORDING_UNSUBSCRIBE,     /* one word or two that make a short line a footer */
	WORDING_BULK_FOOTER,     /* makes its paragraph a footer, unless the author speaks in it */
	WORDING_LIST_FOOTER,     /* below a ruler */
	WORDING_PLATFORM_FOOTER, /* LinkedIn's, below a ruler or by itself */
	WORDING_AUTHOR_SPEAKS,   /* "just reply", "from me": the sentence is the author's own, whatever it offers */
	WORDING_REMINDER,        /* "bumping this", "below": says that an older mail is to be read */
	WORDING_KINDS
};

/* Number of phrases, and one of them. */
size_t wording_count(enum wording wording);
const char *wording_at(enum wording wording, size_t index);

/* True when `folded` begins with a phrase and a word ends there; *ret_end (may be NULL) is set behind the longest one.
 */
bool wording_starts(enum wording wording, struct str folded, size_t *ret_end);

/* True when `folded` ends with a phrase and a word begins there. */
bool wording_ends(enum wording wording, struct str folded);

/* True when a phrase stands anywhere in `folded`, as whole words. Repeated searches want an index. */
bool wording_contains(enum wording wording, struct str folded);

enum { WORDING_PHRASES_MAX = 400 };

/* The phrases of some kinds in the order of their first bytes, for searching a whole text once. */
struct wording_index {
	const char *phrases[WORDING_PHRASES_MAX];
	uint8_t kinds[WORDING_PHRASES_MAX];   /* enum wording */
	uint8_t seconds[WORDING_PHRASES_MAX]; /* their second bytes */
	uint64_t second_bits[256];            /* by first byte: a bit for each second byte modulo 64 */
	uint64_t third_bits[256];             /* likewise */
	uint16_t begin[257];                  /* phrases[begin[b], begin[b + 1]) begin with byte b */
};

struct wording_match {
	size_t start;
	size_t end;
	enum wording wording;
};

/* Prepares the search for the phrases of `kinds`, at most WORDING_PHRASES_MAX in all. */
void wording_index_make(struct wording_index *ret_index, const enum wording *kinds, size_t kind_count);

/* The first phrase at or behind offset `from`, as whole words; false when there is none. */
bool wording_find(const struct wording_index *index, struct str folded, size_t from, struct wording_match *ret_match);

#endif
