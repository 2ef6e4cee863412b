/*
 * limits - how much of one message is looked at. A limit that is hit is a fact and a log field,
 * never a crash and never a free pass: the verdict is made on what was read.
 */
#ifndef COLDSHOULDER_MAIL_LIMITS_H
#define COLDSHOULDER_MAIL_LIMITS_H

#include <stddef.h>

struct mail_limits {
	size_t scan_bytes;    /* bytes of the body read at all (max_scan_bytes) */
	size_t headers;       /* header fields */
	size_t header_bytes;  /* bytes of all header fields together */
	size_t mime_depth;    /* nested multiparts and messages */
	size_t mime_parts;    /* parts in all */
	size_t decoded_bytes; /* decoded bytes of all text parts together */
	size_t html_depth;    /* nested HTML elements */
	size_t view_words;    /* words per view */
	size_t links;         /* links kept */
	unsigned int time_ms; /* per message; checked between steps */
};

/* Bits of the `limits` fact, one for each limit above that a message has hit. */
enum mail_limit {
	MAIL_LIMIT_SCAN_BYTES = 1 << 0,
	MAIL_LIMIT_HEADERS = 1 << 1,
	MAIL_LIMIT_HEADER_BYTES = 1 << 2,
	MAIL_LIMIT_MIME_DEPTH = 1 << 3,
	MAIL_LIMIT_MIME_PARTS = 1 << 4,
	MAIL_LIMIT_DECODED_BYTES = 1 << 5,
	MAIL_LIMIT_HTML_DEPTH = 1 << 6,
	MAIL_LIMIT_VIEW_WORDS = 1 << 7,
	MAIL_LIMIT_LINKS = 1 << 8,
	MAIL_LIMIT_TIME = 1 << 9,
	MAIL_LIMIT_RECIPIENTS = 1 << 10,
	MAIL_LIMIT_MATCH = 1 << 11 /* a pattern gave up (PCRE2 limits) */
};

/* The name of one limit bit as used in logs and JSON ("mime_depth"); NULL for an unknown bit. */
const char *mail_limit_name(enum mail_limit limit);

/* The built-in values, which are also the configuration's defaults. */
extern const struct mail_limits mail_limits_default;

#endif
