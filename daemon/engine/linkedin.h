/*
 * linkedin - which of LinkedIn's streams a message belongs to.
 *
 * Only a proved origin counts (DKIM of linkedin.com in trusted authentication results, or a client name that the MTA
 * confirmed forward and back); links, logos, header names and words prove nothing.
 */
#ifndef COLDSHOULDER_ENGINE_LINKEDIN_H
#define COLDSHOULDER_ENGINE_LINKEDIN_H

#include "engine/facts.h"
#include "mail/auth_results.h"
#include "mail/envelope.h"
#include "mail/message.h"

struct linkedin_finding {
	enum linkedin_stream stream; /* LINKEDIN_NONE unless the origin is proved */
	bool claimed;             /* the message says it is LinkedIn's: From domain, X-LinkedIn-* or envelope sender */
	struct str template_name; /* of a proved message; may be empty; a slice of the message's arena */
	bool template_new;        /* it has a name, and nothing in linkedin_table.c knows that name */
};

/* True when trusted authentication or the confirmed client name proves LinkedIn's origin. `envelope` may be NULL. */
bool linkedin_origin_proved(const struct auth_evidence *evidence, const struct envelope *envelope);

/* Tells the stream of `message`; reads headers and links, no prose. */
struct linkedin_finding linkedin_classify(const struct message *message, bool origin_proved);

#endif
