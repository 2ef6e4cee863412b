/*
 * link_scan - finds URLs in running text: with http(s)://, with www., or a bare host with a known top-level domain.
 */
#ifndef COLDSHOULDER_MAIL_LINK_SCAN_H
#define COLDSHOULDER_MAIL_LINK_SCAN_H

#include "base/str.h"

/* A search through one text; the whole of it takes linear time. */
struct link_scanner {
	struct str text;
	size_t at;
	struct str ahead; /* the next URL with a scheme, once it is known */
	bool ahead_known;
};

struct link_scanner link_scanner_make(struct str text);

/* The next URL, without the punctuation around it; a slice of the text. False when there is none. */
bool link_scan(struct link_scanner *scanner, struct str *ret_url);

/* True when `host` (ASCII or IDN, without port) has the shape of a public host name: labels and a known last one. */
bool link_is_host(struct str host);

#endif
