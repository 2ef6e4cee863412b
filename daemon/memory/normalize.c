#include "memory/normalize.h"

#include "base/buf.h"
#include "mail/address.h"
#include "memory/alias.h"

#include <string.h>

enum { SRS_DEPTH_MAX = 3, LOCAL_MAX = 256 };

struct mailbox {
	struct str local;
	struct str domain;
};

/* Domains that do not look at dots, and those that are another domain by a second name. */
static const struct {
	const char *domain;
	const char *same_as;
} dotless[] = {
    {"gmail.com", "gmail.com"},           {"googlemail.com", "gmail.com"},    {"proton.me", "proton.me"},
    {"protonmail.com", "protonmail.com"}, {"protonmail.ch", "protonmail.ch"}, {"pm.me", "pm.me"},
};

/* Without quotes and backslashes (RFC 5321 section 4.1.2), lower case. */
static struct str plain_local(struct str local, struct arena *arena)
{
	bool quoted = local.n >= 2 && local.p[0] == '"' && local.p[local.n - 1] == '"';
	char *out;
	size_t n = 0;

	if (quoted)
		local = str_sub(local, 1, local.n - 2);
	out = arena_alloc(arena, local.n + 1);
	if (!out)
		return STR("");
	for (size_t i = 0; i < local.n; i++) {
		if (quoted && local.p[i] == '\\' && i + 1 < local.n)
			i++;
		out[n++] = ascii_lower(local.p[i]);
	}
	return (struct str){out, n};
}

/* "prvs=TAG=local" (BATV). */
static struct str without_batv(struct str local)
{
	size_t second;

	if (!str_starts(local, STR("prvs=")))
		return local;
	second = str_find_byte(local, 5, '=');
	return second == STR_NONE ? local : str_sub(local, second + 1, local.n);
}

/* Cuts "FIELD=" off the front of `rest`. */
static bool skip_field(struct str *rest)
{
	struct str field;

	return str_split(rest, '=', &field) && field.n && rest->n;
}

/* "srs0=HASH=TIME=domain=local", or "srs1=HASH=forwarder==HASH=TIME=domain=local"; = may be + or - behind the tag. */
static bool undo_srs(struct mailbox *mailbox)
{
	struct str rest = mailbox->local, domain;
	bool again = str_starts(rest, STR("srs1"));

	if ((!again && !str_starts(rest, STR("srs0"))) || rest.n < 6 || !memchr("=+-", rest.p[4], 3))
		return false;
	rest = str_sub(rest, 5, rest.n);
	if (again) {
		if (!skip_field(&rest) || !skip_field(&rest))
			return false;
		rest = str_sub(rest, 1, rest.n);
	}
	if (!skip_field(&rest) || !skip_field(&rest) || !str_split(&rest, '=', &domain) || !domain.n || !rest.n)
		return false;
	mailbox->local = rest;
	mailbox->domain = domain;
	return true;
}

static bool is_domain(struct str text)
{
	size_t dot = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_alnum(text.p[i]) && text.p[i] != '.' && text.p[i] != '-')
			return false;
		if (text.p[i] == '.')
			dot = i;
	}
	return dot > 0 && text.n - dot > 2 && ascii_is_alpha(text.p[text.n - 1]);
}

/* "list+jane=example.org" and "list-jane=example.org" are "list". */
static struct str without_verp(struct str local)
{
	const char *equals = local.n ? memrchr(local.p, '=', local.n) : NULL;
	size_t at = equals ? (size_t)(equals - local.p) : 0;
	size_t cut;

	if (at == 0 || !is_domain(str_sub(local, at + 1, local.n)))
		return local;
	cut = str_find_byte(str_sub(local, 0, at), 0, '+');
	if (cut == STR_NONE) {
		const char *minus = memrchr(local.p, '-', at);

		cut = minus ? (size_t)(minus - local.p) : 0;
	}
	return cut ? str_sub(local, 0, cut) : local;
}

static struct str without_extension(struct str local, struct str delimiters)
{
	for (size_t i = 1; i < local.n; i++)
		if (local.p[i] == '+' || (delimiters.n && memchr(delimiters.p, local.p[i], delimiters.n)))
			return str_sub(local, 0, i);
	return local;
}

static void ignore_dots(struct mailbox *mailbox, struct arena *arena)
{
	char *out;
	size_t n = 0;

	for (size_t i = 0; i < sizeof dotless / sizeof *dotless; i++) {
		if (!str_equal(mailbox->domain, str_of(dotless[i].domain)))
			continue;
		mailbox->domain = str_of(dotless[i].same_as);
		out = arena_alloc(arena, mailbox->local.n + 1);
		for (size_t k = 0; out && k < mailbox->local.n; k++)
			if (mailbox->local.p[k] != '.')
				out[n++] = mailbox->local.p[k];
		mailbox->local = out ? (struct str){out, n} : STR("");
		return;
	}
}

struct str normalize_mailbox(const struct normalize_settings *settings, struct str text, struct arena *arena)
{
	struct address address = address_parse_envelope(text, arena);
	struct mailbox mailbox = {.domain = address.domain};
	struct buf out = buf_make(arena);

	if (address.local.n > LOCAL_MAX)
		return STR("");
	mailbox.local = without_batv(plain_local(address.local, arena));
	for (int depth = 0; depth < SRS_DEPTH_MAX && undo_srs(&mailbox); depth++)
		;
	mailbox.local = without_extension(without_verp(mailbox.local), settings->delimiters);
	ignore_dots(&mailbox, arena);
	if (!mailbox.local.n || !mailbox.domain.n)
		return STR("");
	buf_reserve(&out, mailbox.local.n + mailbox.domain.n + 1);
	buf_add_str(&out, mailbox.local);
	buf_add_byte(&out, '@');
	buf_add_str(&out, mailbox.domain);
	return buf_failed(&out) ? STR("") : alias_map_follow(settings->aliases, buf_str(&out), arena);
}

struct str normalized_domain(struct str mailbox)
{
	const char *at = mailbox.n ? memrchr(mailbox.p, '@', mailbox.n) : NULL;

	return at ? str_sub(mailbox, (size_t)(at + 1 - mailbox.p), mailbox.n) : STR("");
}
