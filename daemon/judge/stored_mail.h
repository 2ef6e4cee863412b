/*
 * stored_mail - what the site's own Received fields tell about a message that is read from a file.
 *
 * The topmost run of Received whose `by` is one of our hosts was written by us; the last of that run is where the
 * message entered, and its client and queue id stand in for the milter's macros. RFC 5321 section 4.4.
 */
#ifndef COLDSHOULDER_JUDGE_STORED_MAIL_H
#define COLDSHOULDER_JUDGE_STORED_MAIL_H

#include "mail/envelope.h"
#include "mail/message.h"

/*
 * Fills the queue id, client name and client address of `envelope` where they are empty. Slices of the message's
 * arena. Does nothing when no Received is ours.
 */
void stored_mail_envelope(const struct message *message, const struct str *our_hosts, size_t our_host_count,
			  struct envelope *envelope);

#endif
