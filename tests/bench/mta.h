/*
 * mta - the MTA's side of the milter protocol, version 6, as Postfix speaks it.
 *
 * Steps that the filter wants no reply for are gathered and sent with the next one that has a reply. One connection is
 * used by one thread at a time.
 */
#ifndef COLDSHOULDER_BENCH_MTA_H
#define COLDSHOULDER_BENCH_MTA_H

#include "base/buf.h"
#include "mail_file.h"

#include <stdint.h>

/* What every session and message of a run has in common. */
struct mta_settings {
	const char *socket; /* unix:PATH or inet:PORT@HOST */
	const char *daemon_name;
	const char *client_address;
	const char *auth_user; /* NULL: not authenticated */
	const char *sender;    /* NULL: the one of the message */
	const char *const *recipients;
	size_t recipient_count;
};

struct mta {
	const struct mta_settings *settings;
	int fd;            /* -1: not connected */
	uint32_t protocol; /* SMFIP_*, as negotiated */
	struct buf out;
	struct buf in;
	char reply; /* SMFIR_* of the last step */
};

/* Connects and opens an SMTP session. False: nobody there, or no milter. */
bool mta_open(struct mta *mta, const struct mta_settings *settings);

/*
 * Sends one message. False: the connection is broken. *ret_verdict is the filter's last word (SMFIR_*), `edits` gets
 * what it asked for as "i:NAME:VALUE|q:REASON|".
 */
bool mta_send(struct mta *mta, const struct mail_file *file, const char *queue_id, char *ret_verdict,
	      struct buf *edits);

/* Ends the session, if there is one, and frees the buffers. */
void mta_close(struct mta *mta);

#endif
