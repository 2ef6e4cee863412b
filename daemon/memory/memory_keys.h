/*
 * memory_keys - a message as the memory sees it: every address, name, Message-ID and text as a keyed hash.
 *
 * In the message's arena; made by a look-up and used again by the learning after it.
 */
#ifndef COLDSHOULDER_MEMORY_MEMORY_KEYS_H
#define COLDSHOULDER_MEMORY_MEMORY_KEYS_H

#include "memory/memory.h"

struct memory_keys {
	struct store_query query;   /* for the store; its arrays are here too */
	struct store_answer answer; /* what it said, with what was queued */
	struct store_sketch sketch; /* used when query.sketch is set */
	struct template_text text;
	uint64_t message;        /* the Message-ID, or what stands in for it; 0: none */
	uint64_t message_id;     /* the Message-ID alone; 0: none */
	uint64_t sender_domain;  /* free-mail domains too: for telling them apart only */
	uint64_t sender_person;  /* inbound: the display name of From; 0: none */
	const uint64_t *persons; /* outbound: display names by recipient, 0 where there is none */
	bool mailbox_known;      /* false: there was no sender (inbound) or no mailbox of ours (outbound) */
	bool answered;           /* `answer` is what a store said */
	enum relation relation;  /* the answer's */
};

/* NULL when out of memory. */
struct memory_keys *memory_keys_make(const struct memory *memory, const struct memory_query *query,
				     struct arena *arena);

#endif
