/*
 * auth_results - what the site's own verifier found (RFC 8601), and whether that can be believed.
 *
 * A milter does not see the MTA's own Received, and copies of the header that a sender brings along survive the common
 * verifiers: a header's place proves nothing. So the postmaster says what makes it safe: nothing (AUTH_MODE_OFF), the
 * queue id in the authserv-id (AUTH_MODE_JOBID), or an MTA that removes all incoming ones (AUTH_MODE_STRIPPED).
 */
#ifndef COLDSHOULDER_MAIL_AUTH_RESULTS_H
#define COLDSHOULDER_MAIL_AUTH_RESULTS_H

#include "mail/message.h"

enum auth_mode { AUTH_MODE_OFF, AUTH_MODE_JOBID, AUTH_MODE_STRIPPED };
enum auth_result { AUTH_NONE, AUTH_PASS, AUTH_FAIL };

struct auth_settings {
	enum auth_mode mode;
	const struct str *authserv_ids; /* compared without regard to case */
	size_t authserv_id_count;
};

struct auth_evidence {
	enum auth_result from;          /* for the domain of From: DMARC, else aligned DKIM, else aligned SPF */
	bool forged;                    /* our own authserv-id in a header that does not qualify */
	const struct str *dkim_domains; /* d= (header.d, or the domain of header.i) of each dkim=pass that counts */
	size_t dkim_domain_count;
};

/*
 * Reads every Authentication-Results of `message` and weighs those that count under `settings`; `queue_id` is macro i
 * (or its stand-in for stored mail). In the message's arena. STATUS_NO_MEMORY.
 */
enum status auth_results_read(const struct message *message, const struct auth_settings *settings, struct str queue_id,
			      struct auth_evidence *ret_evidence);

/* True when a DKIM signature of `domain` or of a domain under it passed. */
bool auth_dkim_passed(const struct auth_evidence *evidence, struct str domain);

#endif
