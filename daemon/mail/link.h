/*
 * link - where the links of a mail lead: host and path, normalised, redirectors unwrapped.
 */
#ifndef COLDSHOULDER_MAIL_LINK_H
#define COLDSHOULDER_MAIL_LINK_H

#include "base/arena.h"
#include "base/str.h"
#include "mail/message.h"

/* A web link taken apart; slices of what was given or of the arena. */
struct link_target {
	struct str host;  /* lower case, IDN as A-labels, user and default port dropped; "host:port" for other ports */
	struct str path;  /* with the leading slash; unreserved characters percent-decoded (RFC 3986 6.2.2.2) */
	struct str query; /* as written, without the question mark */
};

/*
 * Reads http and https links, "//host/...", "www.host/..." and "host/..."; false for everything else (mailto:, tel:,
 * relative links) and when out of memory.
 */
bool link_parse(struct str target, struct arena *arena, struct link_target *ret_target);

/* The last two labels of a host, or three below "co.uk" and its like; a slice. */
struct str link_organisation(struct str host);

/* True when `visible` reads as a host or URL of another organisation than the one `target` leads to. */
bool link_mismatch(struct str visible, struct str target, struct arena *arena);

/* Sets message->facts.link_mismatch. */
void links_examine(struct message *message);

/*
 * The links of HTML and the URLs in the text, "host/path", one a line, each once, at most `max`; NUL-terminated, in
 * `arena`. A known redirector gives the place it leads to, others that carry a URL give both. *ret_cut: there were
 * more. STATUS_NO_MEMORY.
 */
enum status links_list(const struct message *message, size_t max, struct arena *arena, struct str *ret_text,
		       bool *ret_cut);

#endif
