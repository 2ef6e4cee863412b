/*
 * session - one connection of the MTA: what was negotiated, who the SMTP client is, and the message under way.
 *
 * Made at the negotiation, freed when the connection closes. libmilter moves the callbacks of a connection from thread
 * to thread, never two at a time, so a session needs no lock and must not be tied to a thread.
 */
#ifndef COLDSHOULDER_MILTER_SESSION_H
#define COLDSHOULDER_MILTER_SESSION_H

#include "milter/transaction.h"

#include <sys/socket.h>

/* Macros that tell about the client, as the MTA sent them; NULL: not sent. */
struct client_macros {
	const char *name;        /* {client_name} */
	const char *resolve;     /* {client_resolve}: Sendmail only */
	const char *port;        /* {client_port} */
	const char *daemon_name; /* {daemon_name} */
	const char *daemon_port; /* {daemon_port} */
	const char *mta_version; /* v */
};

struct session {
	unsigned long actions;  /* SMFIF_*, as negotiated */
	unsigned long protocol; /* SMFIP_*, as negotiated */
	struct buf client_name; /* confirmed forward and back; else empty */
	struct buf client_address;
	struct buf helo;
	struct buf daemon_name;
	bool maybe_pickup;   /* the connection looks like local submission without SMTP */
	bool in_transaction; /* counted among the filter's transactions */
	bool in_data;        /* counted among those that have reached DATA */
	struct transaction transaction;
};

/* NULL when out of memory. */
struct session *session_create(unsigned long actions, unsigned long protocol);

/* NULL is allowed. */
void session_destroy(struct session *session);

/*
 * Notes the client. `host_name` is xxfi_connect's: a name, "[ip]" or "unknown"; `address` may be NULL. The name counts
 * only when the MTA says that it leads back to the address: Sendmail by {client_resolve} = OK, Postfix by giving the
 * same name in {client_name}.
 */
void session_set_client(struct session *session, const char *host_name, const struct sockaddr *address,
			const struct client_macros *macros);

/* Notes the HELO name; a later one replaces it. */
void session_set_helo(struct session *session, const char *name);

/*
 * Begins a message; the reference to `generation` is taken over. `queue_id` is macro i at MAIL, which only local
 * submission has that early; `auth_user` is {auth_authen}. Both may be NULL.
 */
void session_begin_message(struct session *session, struct generation *generation, const char *sender,
			   const char *queue_id, const char *auth_user);

/* The envelope of the message under way, all of it but the queue id. Valid until the session changes. */
struct envelope session_envelope(const struct session *session);

#endif
