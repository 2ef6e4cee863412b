#include "policy/direction.h"

#include <arpa/inet.h>
#include <string.h>

/* RFC 4291 section 2.5.5.2: IPv4-mapped IPv6 addresses. */
static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
enum { MAPPED_BITS = 96, ADDRESS_BITS = 128, ADDRESS_TEXT_MAX = 64 };

static bool address_parse(struct str text, uint8_t address[16], bool *ret_ipv4)
{
	char copy[ADDRESS_TEXT_MAX];

	if (str_starts_nocase(text, STR("IPv6:")))
		text = str_sub(text, 5, text.n);
	if (!text.n || text.n >= sizeof copy)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	*ret_ipv4 = inet_pton(AF_INET, copy, address + sizeof mapped_prefix) == 1;
	if (*ret_ipv4)
		memcpy(address, mapped_prefix, sizeof mapped_prefix);
	return *ret_ipv4 || inet_pton(AF_INET6, copy, address) == 1;
}

static bool prefix_parse(struct str text, unsigned int max, unsigned int *ret_bits)
{
	unsigned int bits = 0;

	if (!text.n || text.n > 3)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_digit(text.p[i]))
			return false;
		bits = bits * 10 + (unsigned int)(text.p[i] - '0');
	}
	*ret_bits = bits;
	return bits <= max;
}

static bool same_prefix(const uint8_t a[16], const uint8_t b[16], unsigned int bits)
{
	unsigned int bytes = bits / 8, rest = bits % 8;

	if (memcmp(a, b, bytes) != 0)
		return false;
	return rest == 0 || ((a[bytes] ^ b[bytes]) >> (8 - rest)) == 0;
}

bool network_parse(struct str text, struct network *ret_network)
{
	static const uint8_t zeros[16];
	struct network network = {.prefix_bits = ADDRESS_BITS};
	uint8_t masked[16];
	size_t slash = str_find_byte(text, 0, '/');
	bool ipv4;

	if (!address_parse(str_sub(text, 0, slash == STR_NONE ? text.n : slash), network.address, &ipv4))
		return false;
	if (slash != STR_NONE) {
		if (!prefix_parse(str_sub(text, slash + 1, text.n), ipv4 ? 32 : ADDRESS_BITS, &network.prefix_bits))
			return false;
		if (ipv4)
			network.prefix_bits += MAPPED_BITS;
	}
	/* Host bits must be zero: 192.0.2.1/24 is more likely a slip than a network. */
	memcpy(masked, network.address, sizeof masked);
	for (unsigned int bit = 0; bit < network.prefix_bits; bit++)
		masked[bit / 8] &= (uint8_t) ~(0x80U >> bit % 8);
	if (memcmp(masked, zeros, sizeof zeros) != 0)
		return false;
	*ret_network = network;
	return true;
}

bool network_contains(const struct network *networks, size_t count, struct str address)
{
	uint8_t bytes[16];
	bool ipv4;

	if (!address_parse(address, bytes, &ipv4))
		return false;
	for (size_t i = 0; i < count; i++)
		if (same_prefix(networks[i].address, bytes, networks[i].prefix_bits))
			return true;
	return false;
}

bool direction_is_local(const struct direction_settings *settings, struct str mailbox)
{
	struct str domain = {NULL, 0};

	for (size_t i = mailbox.n; i-- > 0;) {
		if (mailbox.p[i] == '@') {
			domain = str_sub(mailbox, i + 1, mailbox.n);
			break;
		}
	}
	if (domain.n && domain.p[domain.n - 1] == '.')
		domain.n--;
	if (!domain.n)
		return false;
	for (size_t i = 0; i < settings->local_domain_count; i++) {
		struct str local = settings->local_domains[i];

		if (str_equal_nocase(domain, local))
			return true;
		if (local.n > 1 && local.p[0] == '.' && str_ends_nocase(domain, local))
			return true;
	}
	return false;
}

static bool goes_out(const struct direction_settings *settings, const struct envelope *envelope)
{
	bool local_sender = direction_is_local(settings, envelope->sender);

	if (envelope->auth_user.n)
		return true;
	for (size_t i = 0; i < settings->outbound_daemon_count; i++)
		if (str_equal(envelope->daemon_name, settings->outbound_daemons[i]))
			return true;
	if (envelope->local_pickup)
		return local_sender;
	return local_sender && network_contains(settings->networks, settings->network_count, envelope->client_address);
}

enum direction direction_decide(const struct direction_settings *settings, const struct envelope *envelope)
{
	if (!goes_out(settings, envelope))
		return DIRECTION_INBOUND;
	for (size_t i = 0; i < envelope->recipient_count; i++)
		if (!direction_is_local(settings, envelope->recipients[i]))
			return DIRECTION_OUTBOUND;
	return envelope->recipient_count ? DIRECTION_INTERNAL : DIRECTION_OUTBOUND;
}
