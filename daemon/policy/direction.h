/*
 * direction - is a message coming in, going out, or staying? Decided once, from the envelope alone.
 */
#ifndef COLDSHOULDER_POLICY_DIRECTION_H
#define COLDSHOULDER_POLICY_DIRECTION_H

#include "engine/facts.h"
#include "mail/envelope.h"

#include <stdint.h>

/* An IPv4 or IPv6 network; IPv4 is kept as ::ffff:a.b.c.d. */
struct network {
	uint8_t address[16];
	unsigned int prefix_bits; /* of the 128 */
};

struct direction_settings {
	const struct str *local_domains; /* "example.org", or ".example.org" for every domain under it */
	size_t local_domain_count;
	const struct network *networks;
	size_t network_count;
	const struct str *outbound_daemons;
	size_t outbound_daemon_count;
};

/* Reads "192.0.2.0/24", "2001:db8::/32" or a bare address; false when it is neither. Host bits must be zero. */
bool network_parse(struct str text, struct network *ret_network);

/* True when the textual address lies in one of the networks; false for text that is no address. */
bool network_contains(const struct network *networks, size_t count, struct str address);

/* True when the domain of `mailbox` is one of ours. */
bool direction_is_local(const struct direction_settings *settings, struct str mailbox);

/*
 * Authenticated -> outbound; a daemon name of outbound_daemons -> outbound; local pickup with a local sender ->
 * outbound; a client in `networks` with a local sender -> outbound; else inbound. Outbound with local recipients only
 * is internal.
 */
enum direction direction_decide(const struct direction_settings *settings, const struct envelope *envelope);

#endif
