/*
 * facts - what is known about a message besides its text, by the names that rules use.
 *
 * One table describes every fact: its name, its kind, and for the enumerated ones the names of their values. The
 * rule language, the examples, the manual page and `check --json` all read that table.
 */
#ifndef COLDSHOULDER_ENGINE_FACTS_H
#define COLDSHOULDER_ENGINE_FACTS_H

#include "base/str.h"
#include "memory/relation.h"

#include <stdint.h>

enum fact_id {
	/* enumerated */
	FACT_DIRECTION,
	FACT_RELATION,
	FACT_AUTH,
	FACT_LINKEDIN,
	/* yes or no */
	FACT_INBOUND,
	FACT_OUTBOUND,
	FACT_INTERNAL,
	FACT_AUTH_FORGED,
	FACT_LINKEDIN_CLAIMED,
	FACT_LIST,
	FACT_BULK,
	FACT_AUTO,
	FACT_REPLY,
	FACT_REPLY_TO_OURS,
	FACT_CC_KNOWN,
	FACT_RECEIVED_BEFORE,
	FACT_FOLLOWUP,
	FACT_ANSWERED,
	FACT_FREEMAIL_FROM,
	FACT_HAS_UNSUBSCRIBE,
	FACT_HAS_ATTACHMENT,
	FACT_CALENDAR,
	FACT_ENCRYPTED,
	FACT_PARTS_DIFFER,
	FACT_HIDDEN_TEXT,
	FACT_TRACKING_PIXEL,
	FACT_LINK_MISMATCH,
	FACT_QUOTED_ONLY,
	FACT_TEMPLATE_LEARNED,
	/* numbers */
	FACT_RECIPIENTS,
	FACT_FIRST_CONTACTS_TODAY,
	FACT_TEMPLATE_SEEN,
	FACT_TEMPLATE_SENDERS,
	FACT_TEMPLATE_DOMAINS,
	FACT_OFFENCES,
	FACT_SENDER_RECIPIENTS,
	FACT_SENDER_ANSWERS,
	FACT_WORDS,
	FACT_LINKS,
	FACT_LIMITS,
	FACT_COUNT
};

enum fact_kind { FACT_KIND_BOOL, FACT_KIND_NUMBER, FACT_KIND_ENUM };

enum direction { DIRECTION_INBOUND, DIRECTION_OUTBOUND, DIRECTION_INTERNAL };
/* The values of the fact `relation` are those of enum relation (memory/relation.h). */
/* The values of the fact `auth` are those of enum auth_result (mail/auth_results.h). */

/* LinkedIn's streams, by proved origin (design: only a proved origin is anything but none). */
enum linkedin_stream {
	LINKEDIN_NONE,
	LINKEDIN_INVITATION,
	LINKEDIN_GUEST_INVITATION,
	LINKEDIN_INMAIL,
	LINKEDIN_MESSAGE,
	LINKEDIN_ACCEPTANCE,
	LINKEDIN_DIGEST,
	LINKEDIN_MARKETING,
	LINKEDIN_JOB,
	LINKEDIN_SECURITY,
	LINKEDIN_BILLING,
	LINKEDIN_SUPPORT,
	LINKEDIN_STAFF,
	LINKEDIN_UNKNOWN
};

struct fact_info {
	const char *name; /* as in rules */
	enum fact_kind kind;
	const char *const *values; /* FACT_KIND_ENUM: names by number, NULL at the end */
	const char *describe;      /* one line for manuals and explanations */
};

/* The description of a fact. */
const struct fact_info *fact_info(enum fact_id id);

/* Finds a fact by its name; false when there is none. */
bool fact_find(struct str name, enum fact_id *ret_id);

/* The number of an enumerated fact's value by its name; false when it has no such value. */
bool fact_value_find(enum fact_id id, struct str name, int64_t *ret_value);

/* The name of an enumerated fact's value ("stranger"); NULL when out of range or not enumerated. */
const char *fact_value_name(enum fact_id id, int64_t value);

struct facts {
	int64_t value[FACT_COUNT];
};

/* Facts of an inbound message of a stranger to one recipient, of which nothing else is known. */
struct facts facts_default(void);

/* Sets the direction and the three yes-or-no facts that repeat it. */
void facts_set_direction(struct facts *facts, enum direction direction);

#endif
