/*
 * normalize - one spelling for every mailbox that is the same to the people who use it.
 *
 * In this order: quotes of the local part off; letters lower-case (RFC 5321 section 2.4 lets a host tell them apart,
 * and none does); BATV ("prvs=TAG=jane"), SRS0 and SRS1 (the mailbox before the forwarder), VERP
 * ("list+jane=example.org" is "list") undone; what stands behind a recipient delimiter off ("jane+shop" is "jane");
 * dots out where the domain ignores them (gmail.com, googlemail.com, which are one, and Proton's domains); our own
 * aliases followed.
 */
#ifndef COLDSHOULDER_MEMORY_NORMALIZE_H
#define COLDSHOULDER_MEMORY_NORMALIZE_H

#include "base/arena.h"
#include "base/str.h"

struct alias_map;

struct normalize_settings {
	struct str delimiters;           /* Postfix's recipient_delimiter, each byte one; "+" counts in any case */
	const struct alias_map *aliases; /* may be NULL */
};

/*
 * "local@domain" in its one spelling, in `arena`; empty when `mailbox` has no domain or local part, or when out of
 * memory. `mailbox` may stand in angle brackets. Pure.
 */
struct str normalize_mailbox(const struct normalize_settings *settings, struct str mailbox, struct arena *arena);

/* The part behind the '@' of a normalised mailbox. */
struct str normalized_domain(struct str mailbox);

#endif
