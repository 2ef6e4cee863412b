/*
 * envelope - what the MTA said about a message besides its bytes (RFC 5321, milter macros).
 *
 * Plain data; all slices are owned by whoever filled it in and live as long as the message.
 * An empty slice means "not given".
 */
#ifndef COLDSHOULDER_MAIL_ENVELOPE_H
#define COLDSHOULDER_MAIL_ENVELOPE_H

#include "base/str.h"

struct envelope {
	struct str queue_id;       /* macro i */
	struct str client_name;    /* confirmed forward and back by the MTA; empty when it is not */
	struct str client_address; /* textual IPv4 or IPv6; empty for a unix socket or unknown */
	struct str helo;
	struct str auth_user;         /* {auth_authen}: non-empty for an authenticated submission */
	struct str daemon_name;       /* {daemon_name} */
	struct str sender;            /* MAIL FROM without <>; empty and sender_given for the null sender */
	const struct str *recipients; /* accepted RCPT TO addresses without <> */
	size_t recipient_count;
	bool sender_given;
	bool local_pickup; /* sendmail(1) on this host: no SMTP client */
};

#endif
