/*
 * address - mailboxes in header fields (RFC 5322, RFC 6532) and in envelopes (RFC 5321).
 */
#ifndef COLDSHOULDER_MAIL_ADDRESS_H
#define COLDSHOULDER_MAIL_ADDRESS_H

#include "base/arena.h"
#include "base/str.h"

struct address {
	struct str display; /* decoded display name, UTF-8; may be empty */
	struct str mailbox; /* local@domain as written, quotes of the local part kept; may lack the domain */
	struct str local;
	struct str domain; /* lower case, IDN as A-labels where it can be converted; no trailing dot */
};

struct address_list {
	const struct address *items;
	size_t count;
};

/* Reads every mailbox of an address field's raw value, groups included; broken ones as far as they go. In `arena`. */
struct address_list address_parse_header(struct str raw_value, struct arena *arena);

/*
 * Reads an envelope address as a milter sees it ("<a@b>", "a@b", "<@relay:a@b>", "<>", ""): strips the angle
 * brackets and a source route. In `arena`.
 */
struct address address_parse_envelope(struct str argument, struct arena *arena);

/* The domain of "local@domain" in lower case; empty when there is none. A slice of `arena` memory or of `mailbox`. */
struct str address_domain(struct str mailbox, struct arena *arena);

#endif
