/*
 * memory_query - what a decoded message says to the memory.
 */
#ifndef COLDSHOULDER_MEMORY_MEMORY_QUERY_H
#define COLDSHOULDER_MEMORY_MEMORY_QUERY_H

#include "mail/message.h"
#include "memory/memory.h"

/* True for a mailbox of one of our domains. */
typedef bool memory_is_local(const void *context, struct str mailbox);

/*
 * Fills in what the message itself tells: sender, others (the mailboxes of To and Cc that are not ours), Message-ID and
 * threads, `content`, `personal`. The rest (direction, our mailboxes, authentication, text) is the caller's. In
 * `arena`. STATUS_NO_MEMORY.
 */
enum status memory_query_fill(struct memory_query *query, const struct message *message, memory_is_local *is_local,
			      const void *context, struct arena *arena);

#endif
