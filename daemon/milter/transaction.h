/*
 * transaction - one message as it comes in: envelope, header and body, up to the limits of its generation.
 *
 * A connection has one of these and uses it for message after message. Nothing is trusted to come in pairs: beginning
 * a message, or resetting, forgets the one before, however far it got. Running out of memory is remembered and told by
 * transaction_failure(). Used by one thread at a time.
 */
#ifndef COLDSHOULDER_MILTER_TRANSACTION_H
#define COLDSHOULDER_MILTER_TRANSACTION_H

#include "base/buf.h"
#include "judge/judge.h"
#include "mail/envelope.h"
#include "milter/tally.h"

struct transaction {
	struct generation *generation; /* a reference; NULL: no message is under way */
	struct arena *arena;           /* NULL until the first message; kept from one to the next */
	struct buf raw;                /* the message so far; kept for the next one unless it grew large */
	struct envelope
	    envelope; /* sender, sender_given, auth_user and local_pickup; recipients by transaction_envelope() */
	struct list recipients; /* of struct str */
	struct tally removable; /* X-Coldshoulder* and X-Spam-* fields that came with the message */
	size_t header_count;
	size_t body_bytes;
	uint32_t limits; /* enum mail_limit bits hit while collecting */
	enum status failure;
	bool header_ended;
	bool header_judged;          /* it was asked whether the header settles the message */
	bool settled;                /* it does: the body is not wanted */
	struct judgement *judgement; /* of the header; NULL: there is none */
};

/* A transaction with no message under way; transaction_free() is due. */
struct transaction transaction_make(void);

/* Frees everything, the generation's reference included. The transaction is then as new. */
void transaction_free(struct transaction *transaction);

/* Forgets the message under way, if any, and gives its generation back. */
void transaction_reset(struct transaction *transaction);

/* Begins a message under `generation`, whose reference is taken over, with MAIL FROM's argument ("<a@b>", "<>", ""). */
void transaction_begin(struct transaction *transaction, struct generation *generation, const char *sender);

/* A copy of `text` that lives as long as the message; the empty slice for NULL, or when out of memory. */
struct str transaction_keep(struct transaction *transaction, const char *text);

/*
 * True when the recipient of this RCPT TO argument should get a message of its own (the configuration's `split`): only
 * inbound mail of clients that are not authenticated. `envelope` is the session's so far.
 */
bool transaction_splits(struct transaction *transaction, const struct envelope *envelope, const char *argument);

/* Adds an accepted RCPT TO argument; beyond max_recipients only the limit is noted. */
void transaction_add_recipient(struct transaction *transaction, const char *argument);

/*
 * Adds a header field as libmilter gives it: folded lines end with LF. `leading_space` says that the value begins with
 * the blank behind the colon, if there was one (SMFIP_HDR_LEADSPC). Beyond the limits the field is not kept, but one
 * that may have to be removed is counted all the same.
 */
void transaction_add_header(struct transaction *transaction, const char *name, const char *value, bool leading_space);

/* The header is complete. */
void transaction_end_header(struct transaction *transaction);

/* Adds a piece of the body. False when no more is wanted: scan_bytes have been read. */
bool transaction_add_body(struct transaction *transaction, const void *bytes, size_t n);

/* The message with its header, as far as it was kept. Valid until the transaction changes. */
struct str transaction_raw(struct transaction *transaction);

/* The envelope with its recipients; client fields are the caller's to fill in. Valid as long as the message. */
struct envelope transaction_envelope(const struct transaction *transaction);

/* STATUS_OK, or why the message could not be collected: STATUS_NO_MEMORY; STATUS_INTERNAL without a message. */
enum status transaction_failure(const struct transaction *transaction);

#endif
