/*
 * replay_envelope - the envelope that a stored message may have come with, from what delivery left in its header.
 */
#ifndef COLDSHOULDER_CLI_REPLAY_ENVELOPE_H
#define COLDSHOULDER_CLI_REPLAY_ENVELOPE_H

#include "base/arena.h"
#include "mail/envelope.h"
#include "policy/direction.h"

struct replay_people {
	const struct direction_settings *direction;
	const struct str *recipients; /* told by the user: whose mail it is */
	size_t recipient_count;
	const struct str *own; /* who sent mail from here */
	size_t own_count;
};

/*
 * Received mail is for whom the user says; else for whom the delivery noted (Delivered-To and its kin); else for those
 * in To and Cc that are ours; else for one mailbox without a name that matters. Sent mail is from its From to all in
 * To, Cc and Bcc. Slices of `raw` and `arena`; false when out of memory.
 */
bool replay_envelope_make(const struct replay_people *people, bool sent, struct str raw, struct arena *arena,
			  struct envelope *ret_envelope);

#endif
