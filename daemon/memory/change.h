/*
 * change - one thing to be learned, as keyed hashes: what the queue holds and stores apply.
 */
#ifndef COLDSHOULDER_MEMORY_CHANGE_H
#define COLDSHOULDER_MEMORY_CHANGE_H

#include "memory/sighting.h"
#include "memory/template.h"

enum change_kind {
	CHANGE_WROTE,    /* a local mailbox wrote to a remote one */
	CHANGE_RECEIVED, /* a remote mailbox wrote to a local one */
	CHANGE_SENT,     /* a Message-ID that we sent */
	CHANGE_PERSON,   /* a display name that a local mailbox corresponds with */
	CHANGE_COUNTED,  /* a stranger's message was counted for a recipient */
	CHANGE_OFFENCE,  /* a message was an offence */
	CHANGE_SIGHTING, /* a text was seen */
	CHANGE_OUTBOUND, /* there was outbound mail on this day */
	CHANGE_BOOTSTRAPPED
};

struct change_sighting {
	struct sketch sketch;
	struct sighting sighting;
};

struct change {
	enum change_kind kind;
	uint32_t day;
	int64_t at; /* seconds since 1970; COUNTED, OFFENCE */
	uint64_t local;
	uint64_t remote;   /* OFFENCE: the offender; PERSON: the name */
	uint64_t domain;   /* WROTE: of the remote mailbox; 0: free-mail or none */
	uint64_t message;  /* SENT, COUNTED, OFFENCE */
	uint64_t user;     /* WROTE: whose budget a first contact is counted in; 0: nobody's */
	uint64_t offender; /* WROTE: whose offences our writing forgives */
	bool first;        /* WROTE: a first contact; RECEIVED: the first from this mailbox to that one */
	uint8_t flags;     /* COUNTED: COUNTED_* */
	struct change_sighting seen;
};

#endif
