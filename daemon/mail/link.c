#include "mail/link.h"

#include "base/buf.h"
#include "mail/link_scan.h"
#include "mail/percent.h"
#include "mail/redirect.h"
#include "mail/script.h"

#include <idn2.h>
#include <string.h>

enum {
	TARGET_BYTES_MAX = 8192, /* longer ones are cut: host and path stand in front */
	REDIRECTS_MAX = 3,
	EXAMINED_PER_LINE = 4, /* links looked at for each that may be listed: most of a mail's repeat one another */
	SCHEME_BYTES = 12
};

/* RFC 3986 2.3 */
static bool is_unreserved(unsigned char c)
{
	return c < 0x80 && (ascii_is_alnum((char)c) || c == '-' || c == '.' || c == '_' || c == '~');
}

static bool is_host_byte(unsigned char c)
{
	return c >= 0x80 || is_unreserved(c);
}

/* Without blanks around it and line breaks and tabs in it, which browsers ignore (WHATWG URL 4.4). */
static struct str tidy(struct str target, struct arena *arena)
{
	struct buf out = buf_make(arena);

	target = str_trim(str_sub(target, 0, TARGET_BYTES_MAX));
	if (target.n > 1 && target.p[0] == '<' && target.p[target.n - 1] == '>')
		target = str_sub(target, 1, target.n - 2);
	if (str_find_byte(target, 0, '\n') == STR_NONE && str_find_byte(target, 0, '\t') == STR_NONE &&
	    str_find_byte(target, 0, '\r') == STR_NONE)
		return target;
	for (size_t i = 0; i < target.n; i++)
		if (target.p[i] != '\n' && target.p[i] != '\r' && target.p[i] != '\t')
			buf_add_byte(&out, target.p[i]);
	return buf_failed(&out) ? (struct str){"", 0} : buf_str(&out);
}

/* Cuts the scheme off; false when it is not one of the web's, or there is none and no host can be told. */
static bool cut_scheme(struct str *target)
{
	size_t colon = str_find_byte(str_sub(*target, 0, SCHEME_BYTES), 0, ':'), end;
	struct str scheme = str_sub(*target, 0, colon == STR_NONE ? 0 : colon), host;

	if (str_equal_nocase(scheme, STR("http")) || str_equal_nocase(scheme, STR("https"))) {
		*target = str_sub(*target, colon + 1, target->n);
		while (target->n && (target->p[0] == '/' || target->p[0] == '\\'))
			*target = str_sub(*target, 1, target->n);
		return target->n > 0;
	}
	if (str_starts(*target, STR("//"))) {
		*target = str_sub(*target, 2, target->n);
		return target->n > 0;
	}
	for (end = 0; end < target->n && !strchr("/?#:@ ", target->p[end]);)
		end++;
	host = str_sub(*target, 0, end);
	if (end < target->n && (target->p[end] == '@' || target->p[end] == ' '))
		return false;
	return str_starts_nocase(host, STR("www.")) || link_is_host(host);
}

static struct str lower(struct str s, struct arena *arena)
{
	char *copy = arena_strndup(arena, s.p, s.n);

	if (!copy)
		return (struct str){"", 0};
	for (size_t i = 0; i < s.n; i++)
		copy[i] = ascii_lower(copy[i]);
	return (struct str){copy, s.n};
}

static bool is_utf8(struct str s)
{
	for (size_t i = 0; i < s.n;) {
		int32_t c;
		size_t n = script_read(s.p + i, s.n - i, &c);

		if (n == 1 && (unsigned char)s.p[i] >= 0x80)
			return false;
		i += n;
	}
	return true;
}

/* Lower case, A-labels (UTS #46) where it is an IDN that converts, no dot at the end. */
static struct str host_normalise(struct str host, struct arena *arena)
{
	struct str decoded = percent_decode(host, is_host_byte, arena);
	bool ascii = true;
	char *alabel = NULL;

	if (!is_utf8(decoded))
		decoded = host;
	while (decoded.n && decoded.p[decoded.n - 1] == '.')
		decoded.n--;
	host = lower(decoded, arena);
	for (size_t i = 0; i < host.n; i++)
		ascii &= (unsigned char)host.p[i] < 0x80;
	if (ascii || !host.n)
		return host;
	if (idn2_lookup_u8((const uint8_t *)host.p, (uint8_t **)&alabel, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) ==
	    IDN2_OK)
		host = lower(str_of(alabel), arena);
	idn2_free(alabel);
	return host;
}

/* The host of an authority: user, password and default ports are dropped. */
static struct str host_of(struct str authority, struct arena *arena)
{
	size_t at, colon;
	struct str port = {"", 0}, host;
	struct buf out = buf_make(arena);

	while ((at = str_find_byte(authority, 0, '@')) != STR_NONE)
		authority = str_sub(authority, at + 1, authority.n);
	colon = str_find_byte(authority, 0, ':');
	if (colon != STR_NONE && authority.p[0] != '[') {
		port = str_sub(authority, colon + 1, authority.n);
		authority = str_sub(authority, 0, colon);
	}
	host = host_normalise(authority, arena);
	if (!port.n || str_equal(port, STR("80")) || str_equal(port, STR("443")))
		return host;
	buf_add_str(&out, host);
	buf_add_byte(&out, ':');
	buf_add_str(&out, port);
	return buf_failed(&out) ? (struct str){"", 0} : buf_str(&out);
}

/* No browser follows a link whose host has blanks or control characters in it. */
static bool is_one_word(struct str host)
{
	for (size_t i = 0; i < host.n; i++)
		if ((unsigned char)host.p[i] <= ' ' || host.p[i] == 0x7f)
			return false;
	return host.n > 0;
}

bool link_parse(struct str target, struct arena *arena, struct link_target *ret_target)
{
	size_t authority = 0, path;
	struct str rest;

	target = tidy(target, arena);
	if (!cut_scheme(&target))
		return false;
	while (authority < target.n && (!target.p[authority] || !strchr("/?#\\", target.p[authority])))
		authority++;
	ret_target->host = host_of(str_sub(target, 0, authority), arena);
	rest = str_sub(target, authority, target.n);
	for (path = 0; path < rest.n && rest.p[path] != '?' && rest.p[path] != '#';)
		path++;
	ret_target->path = percent_decode(str_sub(rest, 0, path), is_unreserved, arena);
	ret_target->query = (struct str){"", 0};
	if (path < rest.n && rest.p[path] == '?') {
		size_t fragment = str_find_byte(rest, path, '#');

		ret_target->query = str_sub(rest, path + 1, (fragment == STR_NONE ? rest.n : fragment) - path - 1);
	}
	return is_one_word(ret_target->host);
}

static struct str label_before(struct str host, size_t *end)
{
	size_t start = *end;
	struct str label;

	while (start && host.p[start - 1] != '.')
		start--;
	label = str_sub(host, start, *end - start);
	*end = start ? start - 1 : 0;
	return label;
}

struct str link_organisation(struct str host)
{
	static const char *const second_levels[] = {"co", "com", "net", "org", "gov", "edu",
						    "ac", "or",  "ne",  "go",  "gob"};
	size_t port = str_find_byte(host, 0, ':'), end;
	struct str last, second;

	if (port != STR_NONE)
		host = str_sub(host, 0, port);
	end = host.n;
	last = label_before(host, &end);
	if (!end)
		return host;
	second = label_before(host, &end);
	for (size_t i = 0; last.n == 2 && end && i < sizeof second_levels / sizeof second_levels[0]; i++)
		if (str_equal(second, str_of(second_levels[i]))) {
			second = label_before(host, &end);
			break;
		}
	return str_sub(host, (size_t)(second.p - host.p), host.n);
}

/* Follows redirectors; *link is the last place. */
static void follow(struct link_target *link, struct arena *arena)
{
	for (size_t i = 0; i < REDIRECTS_MAX; i++) {
		struct link_target next;
		bool known;
		struct str target = redirect_target(link, arena, &known);

		if (!target.n || !link_parse(target, arena, &next))
			return;
		*link = next;
	}
}

/* The visible text as a host, when it is nothing but a URL or a host. */
static bool visible_host(struct str visible, struct arena *arena, struct link_target *ret_link)
{
	struct link_scanner scanner;
	struct str url;

	visible = str_trim(visible);
	while (visible.n && strchr(".,;:!<>()[]\"'", visible.p[0]))
		visible = str_sub(visible, 1, visible.n);
	scanner = link_scanner_make(visible);
	if (!link_scan(&scanner, &url) || url.p != visible.p || visible.n > url.n + 1)
		return false;
	return link_parse(url, arena, ret_link);
}

bool link_mismatch(struct str visible, struct str target, struct arena *arena)
{
	struct link_target shown, led;

	if (str_find_byte(visible, 0, '.') == STR_NONE || !visible_host(visible, arena, &shown) ||
	    !link_parse(target, arena, &led))
		return false;
	if (str_equal(link_organisation(shown.host), link_organisation(led.host)))
		return false;
	follow(&led, arena);
	follow(&shown, arena);
	return !str_equal(link_organisation(shown.host), link_organisation(led.host));
}

void links_examine(struct message *message)
{
	for (size_t i = 0; i < message->link_count && !message->facts.link_mismatch; i++)
		message->facts.link_mismatch =
		    link_mismatch(message->links[i].visible, message->links[i].target, message->arena);
}

struct lister {
	struct arena *arena;
	struct buf out;
	struct list lines; /* of struct str */
	size_t max;
	size_t examined;
	bool cut;
	bool failed;
};

static void add_line(struct lister *l, const struct link_target *link)
{
	size_t start = l->out.n;
	struct str line, *kept;

	buf_add_str(&l->out, link->host);
	buf_add_str(&l->out, link->path);
	if (buf_failed(&l->out)) {
		l->failed = true;
		return;
	}
	line = str_sub(buf_str(&l->out), start, l->out.n);
	for (size_t i = 0; i < l->lines.count; i++) {
		const struct str *known = list_at(&l->lines, i);

		if (str_equal(*known, line)) {
			l->out.n = start;
			return;
		}
	}
	l->cut = l->lines.count >= l->max;
	kept = l->cut ? NULL : list_push(&l->lines);
	if (!kept) {
		l->failed |= !l->cut;
		l->out.n = start;
		return;
	}
	*kept = line;
	buf_add_byte(&l->out, '\n');
}

/* Adds a link, and where it leads when it carries that in itself. */
static void add_link(struct lister *l, struct str target)
{
	struct link_target link;

	l->cut |= l->examined++ >= l->max * EXAMINED_PER_LINE;
	for (size_t i = 0; i <= REDIRECTS_MAX && !l->cut; i++) {
		bool known = false;

		if (!link_parse(target, l->arena, &link))
			return;
		target = redirect_target(&link, l->arena, &known);
		if (!known || i == REDIRECTS_MAX) {
			add_line(l, &link);
		}
		if (!target.n)
			return;
	}
}

enum status links_list(const struct message *message, size_t max, struct arena *arena, struct str *ret_text,
		       bool *ret_cut)
{
	struct lister l = {
	    .arena = arena,
	    .out = buf_make(arena),
	    .lines = list_make(sizeof(struct str), arena),
	    .max = max,
	};
	struct link_scanner scanner = link_scanner_make(message->text);
	struct str url;

	for (size_t i = 0; i < message->link_count && !l.failed && !l.cut; i++)
		add_link(&l, message->links[i].target);
	while (!l.failed && !l.cut && link_scan(&scanner, &url))
		add_link(&l, url);
	if (l.failed || buf_failed(&l.out))
		return STATUS_NO_MEMORY;
	if (l.out.n)
		l.out.p[--l.out.n] = '\0';
	*ret_text = buf_str(&l.out);
	*ret_cut = l.cut;
	return STATUS_OK;
}
