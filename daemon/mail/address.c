#include "mail/address.h"

#include "base/list.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"
#include "mail/header.h"

#include <gmime/gmime.h>
#include <idn2.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIELD_MAX = 64 * 1024, /* bytes of one address field that are read */
	GROUP_DEPTH_MAX = 8,
	COLONS_MAX = 100, /* each may open a group, and GMime recurses */
	DOMAIN_MAX = 1024 /* bytes of a domain that may be converted to A-labels */
};

static struct str copy_of(const char *s, struct arena *arena)
{
	const char *copy = s ? arena_strdup(arena, s) : NULL;

	return copy ? (struct str){copy, strlen(copy)} : STR("");
}

/* IDNA 2008 A-labels of a domain that is not ASCII; the domain itself when it cannot be converted. */
static struct str to_a_labels(struct str domain, struct arena *arena)
{
	const char *text;
	char *ascii = NULL;

	if (domain.n > DOMAIN_MAX || !(text = arena_strndup(arena, domain.p, domain.n)))
		return domain;
	if (idn2_to_ascii_8z(text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK)
		domain = copy_of(ascii, arena);
	idn2_free(ascii);
	return domain;
}

struct str address_domain(struct str mailbox, struct arena *arena)
{
	const char *at = mailbox.n ? memrchr(mailbox.p, '@', mailbox.n) : NULL;
	struct str domain;
	char *lower;

	if (!at)
		return STR("");
	domain = str_trim(str_sub(mailbox, (size_t)(at + 1 - mailbox.p), mailbox.n));
	while (domain.n && domain.p[domain.n - 1] == '.')
		domain.n--;
	if (utf8_ascii_run(domain) < domain.n)
		domain = to_a_labels(domain, arena);
	lower = arena_strndup(arena, domain.p, domain.n);
	if (!lower)
		return STR("");
	for (size_t i = 0; i < domain.n; i++)
		lower[i] = ascii_lower(lower[i]);
	return (struct str){lower, domain.n};
}

static void split_mailbox(struct address *address, struct arena *arena)
{
	const char *at = address->mailbox.n ? memrchr(address->mailbox.p, '@', address->mailbox.n) : NULL;

	address->local = str_sub(address->mailbox, 0, at ? (size_t)(at - address->mailbox.p) : address->mailbox.n);
	address->domain = address_domain(address->mailbox, arena);
}

static void add_mailbox(struct list *list, const char *display, const char *mailbox, struct arena *arena)
{
	struct str name = copy_of(display, arena);
	struct str addr = str_trim(copy_of(mailbox, arena));
	struct address *address;

	if (!addr.n && !name.n)
		return;
	address = list_push(list);
	if (!address)
		return;
	if (charset_to_utf8(name, STR("utf-8"), arena, &name) != STATUS_OK)
		name = STR("");
	address->display = str_trim(name);
	address->mailbox = addr;
	split_mailbox(address, arena);
}

static void add_all(struct list *list, InternetAddressList *addresses, int depth, struct arena *arena)
{
	for (int i = 0; i < internet_address_list_length(addresses); i++) {
		InternetAddress *one = internet_address_list_get_address(addresses, i);

		if (INTERNET_ADDRESS_IS_MAILBOX(one)) {
			add_mailbox(list, internet_address_get_name(one),
				    internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one)), arena);
		} else if (depth < GROUP_DEPTH_MAX) {
			InternetAddressList *members = internet_address_group_get_members(INTERNET_ADDRESS_GROUP(one));

			if (members)
				add_all(list, members, depth + 1, arena);
		}
	}
}

/* What GMime gives up on: whatever stands in angle brackets, or else looks like local@domain. */
static void add_salvaged(struct list *list, struct str value, struct arena *arena)
{
	size_t at = str_find_byte(value, 0, '@');
	size_t start = at, end = at;
	const char *mailbox;

	if (at == STR_NONE)
		return;
	while (start > 0 && !ascii_is_space(value.p[start - 1]) && !strchr("<>,;:\"()", value.p[start - 1]))
		start--;
	while (end < value.n && !ascii_is_space(value.p[end]) && !strchr("<>,;:\"()", value.p[end]))
		end++;
	mailbox = arena_strndup(arena, value.p + start, end - start);
	if (mailbox && start < at)
		add_mailbox(list, NULL, mailbox, arena);
}

static struct str limit_groups(struct str value)
{
	size_t colons = 0;

	for (size_t at = str_find_byte(value, 0, ':'); at != STR_NONE; at = str_find_byte(value, at + 1, ':'))
		if (++colons > COLONS_MAX)
			return str_sub(value, 0, at);
	return value;
}

struct address_list address_parse_header(struct str raw_value, struct arena *arena)
{
	const struct header field = {.name = STR(""), .raw = str_sub(raw_value, 0, FIELD_MAX)};
	struct list list = list_make(sizeof(struct address), arena);
	struct str value = header_unfold(&field, arena);
	InternetAddressList *addresses = NULL;
	const char *text;

	if (charset_to_utf8(value, STR(""), arena, &value) != STATUS_OK ||
	    encoded_word_decode(value, ENCODED_WORD_PHRASE, arena, &value) != STATUS_OK || !value.n)
		return (struct address_list){NULL, 0};
	value = limit_groups(value);
	text = arena_strndup(arena, value.p, value.n);
	if (text)
		addresses = internet_address_list_parse(NULL, text);
	if (addresses) {
		add_all(&list, addresses, 0, arena);
		g_object_unref(addresses);
	}
	if (!list.count)
		add_salvaged(&list, value, arena);
	return (struct address_list){list.items, list.count};
}

/* Without "<@a,@b:" in front (RFC 5321 section 4.1.1.3: accept and ignore). */
static struct str without_route(struct str path)
{
	size_t colon = str_find_byte(path, 0, ':');

	return path.n && path.p[0] == '@' && colon != STR_NONE ? str_sub(path, colon + 1, path.n) : path;
}

struct address address_parse_envelope(struct str argument, struct arena *arena)
{
	struct address address = {.display = STR("")};
	struct str path = str_trim(argument);

	if (path.n && path.p[0] == '<') {
		const char *end = memrchr(path.p, '>', path.n);

		path = str_sub(path, 1, end ? (size_t)(end - path.p) - 1 : path.n);
	}
	address.mailbox = str_trim(without_route(path));
	split_mailbox(&address, arena);
	return address;
}
