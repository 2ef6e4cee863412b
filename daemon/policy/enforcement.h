/*
 * enforcement - what a site does not want its own people to send, each concern with its own action.
 *
 * Most concerns are rules of the family "policy" (rules/outbound.conf), recognised by their ids; the two budgets are
 * numbers of the policy. Only mail to strangers is counted: customers and threads are free.
 */
#ifndef COLDSHOULDER_POLICY_ENFORCEMENT_H
#define COLDSHOULDER_POLICY_ENFORCEMENT_H

#include "engine/verdict.h"
#include "policy/action.h"
#include "policy/matcher.h"

enum concern {
	CONCERN_NONE,
	CONCERN_RESIDUE,        /* merge fields that nobody filled in */
	CONCERN_APOLOGY,        /* an apologetic opener to a stranger */
	CONCERN_PITCH,          /* a cold pitch to strangers */
	CONCERN_TEMPLATE,       /* one template to more than template_strangers of them */
	CONCERN_FIRST_CONTACTS, /* more than first_contacts_per_day of them */
	CONCERN_TOOLS,          /* links of outreach tools that are not on the site's list */
	CONCERN_COUNT
};

/* "residue", "first_contacts", ...; NULL for CONCERN_NONE. */
const char *concern_name(enum concern concern);

/* True when the concern is about strangers, and so of no use before the memory knows whom the site writes to. */
bool concern_needs_memory(enum concern concern);

/* Actions are ACTION_ACCEPT (which only logs), ACTION_TEMPFAIL, ACTION_QUARANTINE or ACTION_REJECT. */
struct enforcement {
	enum action actions[CONCERN_COUNT];
	unsigned int template_strangers;     /* 0: no limit */
	unsigned int first_contacts_per_day; /* 0: no limit */
	const struct matcher *tool_links;    /* hosts whose links are ours to use; NULL: none */
	const struct matcher *exceptions;    /* senders and logins to whom none of this applies; NULL: none */
	const char *help_link;               /* for the reply; NULL: none */
	const char *help_contact;            /* for the reply; NULL: the postmaster */
};

/* What is counted of an outbound message and its sender. */
struct enforcement_facts {
	unsigned int strangers_of_template; /* different strangers who got this text, this message counted */
	unsigned int first_contacts;        /* strangers of this message */
	unsigned int first_contacts_today;  /* of the user, these counted */
	bool stranger;                      /* one of the recipients at least is one */
};

/*
 * The gravest concern that the message raises, and the action set for it; CONCERN_NONE: none does. Of concerns with
 * the same action the first in order above.
 */
enum concern enforcement_find(const struct enforcement *enforcement, const struct enforcement_facts *facts,
			      const struct verdict *verdict, uint32_t today, enum action *ret_action);

/* True when a rule of this id raises the concern. */
bool enforcement_rule_raises(const char *id, enum concern concern);

/* The author's own words, or link, that raised the concern; empty: there are none, as for a budget. */
struct str enforcement_words(const struct enforcement *enforcement, enum concern concern, const struct verdict *verdict,
			     uint32_t today);

/* True when the user has used 80 % or more of the day's first contacts with this message. */
bool enforcement_near_budget(const struct enforcement *enforcement, const struct enforcement_facts *facts);

#endif
