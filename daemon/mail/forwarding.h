/*
 * forwarding - was this message passed on by somebody other than its author? To refuse it would then strike the one who
 * passed it on, or go astray.
 */
#ifndef COLDSHOULDER_MAIL_FORWARDING_H
#define COLDSHOULDER_MAIL_FORWARDING_H

#include "mail/envelope.h"
#include "mail/message.h"

/* True for a mailbox of one of our domains. */
typedef bool forwarding_is_ours(const void *context, struct str mailbox);

/*
 * True when one of these shows it: a second ARC set (RFC 8617; the first is the author's own provider's), Resent-
 * fields, X-Forwarded- fields, an envelope sender rewritten by SRS, by Gmail's forwarding ("+caf_=") or to one of ours,
 * or Delivered-To a foreign mailbox while To and Cc name none of the recipients. Anybody can forge these, and gains
 * a tag in place of a rejection.
 */
bool forwarding_seen(const struct message *message, const struct envelope *envelope, forwarding_is_ours *is_ours,
		     const void *context);

#endif
