#include "mail/link_scan.h"

#include <string.h>

enum { HOST_MAX = 253 };

/* Top-level domains that bare hosts in mail have; with a scheme or "www." any will do. Sorted. */
static const char *const top_level[] = {
    "academy",    "ae",       "africa",     "agency",    "ai",
    "app",        "ar",       "at",         "au",        "be",
    "berlin",     "bg",       "bio",        "biz",       "blog",
    "br",         "business", "ca",         "capital",   "care",
    "cat",        "cc",       "ch",         "chat",      "cl",
    "cloud",      "club",     "cn",         "co",        "coach",
    "com",        "company",  "consulting", "cz",        "de",
    "design",     "dev",      "digital",    "directory", "dk",
    "edu",        "ee",       "email",      "es",        "eu",
    "events",     "example",  "expert",     "fi",        "finance",
    "fm",         "fr",       "fyi",        "gg",        "gl",
    "gle",        "global",   "gov",        "gr",        "group",
    "guide",      "health",   "hk",         "hr",        "hu",
    "id",         "ie",       "il",         "im",        "in",
    "inc",        "info",     "ink",        "institute", "international",
    "io",         "is",       "it",         "jobs",      "jp",
    "kr",         "la",       "law",        "legal",     "life",
    "link",       "live",     "llc",        "lt",        "lu",
    "lv",         "ly",       "market",     "marketing", "me",
    "media",      "mobi",     "mx",         "my",        "net",
    "network",    "news",     "ngo",        "ninja",     "nl",
    "no",         "nz",       "one",        "online",    "org",
    "page",       "partners", "ph",         "pl",        "plus",
    "pro",        "pt",       "pub",        "qa",        "ro",
    "rs",         "ru",       "run",        "sa",        "sale",
    "school",     "se",       "services",   "sg",        "sh",
    "shop",       "si",       "site",       "sk",        "so",
    "social",     "software", "solutions",  "space",     "store",
    "studio",     "su",       "support",    "systems",   "tech",
    "technology", "test",     "th",         "to",        "tools",
    "top",        "tr",       "trade",      "training",  "travel",
    "tv",         "tw",       "ua",         "uk",        "us",
    "uy",         "vc",       "ventures",   "video",     "vip",
    "vn",         "website",  "wiki",       "work",      "works",
    "world",      "xn--p1ai", "xyz",        "za",        "zone",
};

static bool is_top_level(struct str label)
{
	size_t low = 0, high = sizeof top_level / sizeof top_level[0];

	while (low < high) {
		size_t middle = (low + high) / 2;
		struct str known = str_of(top_level[middle]);
		size_t n = known.n < label.n ? known.n : label.n;
		int order = 0;

		for (size_t i = 0; i < n && !order; i++)
			order = (unsigned char)ascii_lower(label.p[i]) - (unsigned char)known.p[i];
		if (!order)
			order = label.n > known.n ? 1 : label.n < known.n ? -1 : 0;
		if (!order)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/* Letters of a host: ASCII, and the accented Latin letters that occur in bare IDN hosts (U+00C0 to U+017F). */
static bool is_host_byte(struct str text, size_t at)
{
	unsigned char c = (unsigned char)text.p[at];

	if (c < 0x80)
		return ascii_is_alnum((char)c) || c == '-' || c == '.' || c == '_';
	if (c >= 0xc3 && c <= 0xc5)
		return true;
	return c < 0xc0 && at > 0 && (unsigned char)text.p[at - 1] >= 0xc3 && (unsigned char)text.p[at - 1] <= 0xc5;
}

bool link_is_host(struct str host)
{
	struct str label = {"", 0};
	size_t labels = 0;

	if (host.n > HOST_MAX || host.n < 4)
		return false;
	while (str_split(&host, '.', &label)) {
		if (!label.n || label.p[0] == '-' || label.p[label.n - 1] == '-')
			return false;
		labels++;
	}
	return labels > 1 && is_top_level(label);
}

/* Blanks, controls and what RFC 3986 leaves out of URLs. */
static bool is_excluded(unsigned char c)
{
	switch (c) {
	case '<':
	case '>':
	case '"':
	case '`':
	case '{':
	case '|':
	case '}':
	case '\\':
	case '^':
	case 0x7f:
		return true;
	default:
		return c <= ' ';
	}
}

/* Where the URL that begins at `start` ends: at a blank, or what cannot be in a URL, or a bracket that opened before
 * it. */
static size_t url_end(struct str text, size_t start)
{
	size_t end = start, open = 0;

	for (; end < text.n; end++) {
		unsigned char c = (unsigned char)text.p[end];

		if (is_excluded(c))
			break;
		/* CJK punctuation, full-width forms and typographic quotation marks */
		if ((c == 0xe3 && end + 1 < text.n && (unsigned char)text.p[end + 1] == 0x80) || c == 0xef ||
		    (c == 0xe2 && end + 1 < text.n && (unsigned char)text.p[end + 1] == 0x80) ||
		    (c == 0xc2 && end + 1 < text.n && (unsigned char)text.p[end + 1] == 0xa0))
			break;
		open += c == '(';
		if (c == ')' && open-- == 0)
			break;
	}
	while (end > start && strchr(".,;:!?'*_]", text.p[end - 1]))
		end--;
	return end;
}

/*
 * The host that a dot at `dot` belongs to, framed by *ret_start and *ret_end; false when it cannot be a bare one, and
 * then *ret_end is where the search goes on.
 */
static bool bare_host(struct str text, size_t dot, size_t *ret_start, size_t *ret_end)
{
	size_t start = dot, end = dot + 1;
	struct str host;

	while (start && dot - start < HOST_MAX && is_host_byte(text, start - 1))
		start--;
	while (start < dot && !ascii_is_alnum(text.p[start]) && (unsigned char)text.p[start] < 0x80)
		start++;
	while (end < text.n && end - dot < HOST_MAX && is_host_byte(text, end))
		end++;
	*ret_start = start;
	*ret_end = end;
	if (start == dot || (start && (text.p[start - 1] == '@' || text.p[start - 1] == '/')) ||
	    (end < text.n && text.p[end] == '@'))
		return false;
	while (end > dot && !ascii_is_alnum(text.p[end - 1]))
		end--;
	host = str_sub(text, start, end - start);
	if (!str_starts_nocase(host, STR("www.")) && !link_is_host(host))
		return false;
	*ret_end = end;
	return true;
}

/* A scheme that stands before "://" at `colon`; the offset of its first letter, or STR_NONE. */
static size_t scheme_start(struct str text, size_t colon)
{
	static const char *const schemes[] = {"https", "http"};

	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(schemes[i]);

		if (colon >= n && str_equal_nocase(str_sub(text, colon - n, n), str_of(schemes[i])) &&
		    (colon == n || !ascii_is_alnum(text.p[colon - n - 1])))
			return colon - n;
	}
	return STR_NONE;
}

/* The next URL with a scheme at or behind `from`; the empty slice at the end of the text when there is none. */
static struct str next_with_scheme(struct str text, size_t from)
{
	for (size_t colon = from; (colon = str_find(text, colon, STR("://"))) != STR_NONE; colon += 3) {
		size_t start = scheme_start(text, colon), end;

		if (start == STR_NONE || start < from)
			continue;
		end = url_end(text, start);
		if (end > colon + 3)
			return str_sub(text, start, end - start);
	}
	return str_sub(text, text.n, 0);
}

static bool joins_labels(struct str text, size_t dot)
{
	return dot > 0 && dot + 1 < text.n && is_host_byte(text, dot - 1) && is_host_byte(text, dot + 1) &&
	       text.p[dot + 1] != '.';
}

/* The next bare host in text[from, before), with its path. */
static bool next_bare(struct str text, size_t from, size_t before, struct str *ret_url)
{
	for (size_t dot = from; (dot = str_find_byte(text, dot, '.')) != STR_NONE && dot < before; dot++) {
		size_t start, end;

		if (!joins_labels(text, dot))
			continue;
		if (!bare_host(text, dot, &start, &end) || start < from) {
			dot = end;
			continue;
		}
		if (end < text.n && (text.p[end] == '/' || text.p[end] == '?' || text.p[end] == ':'))
			end = url_end(text, start);
		*ret_url = str_sub(text, start, end - start);
		return true;
	}
	return false;
}

struct link_scanner link_scanner_make(struct str text)
{
	return (struct link_scanner){.text = text};
}

bool link_scan(struct link_scanner *scanner, struct str *ret_url)
{
	struct str text = scanner->text;
	size_t ahead;

	if (!scanner->ahead_known || (size_t)(scanner->ahead.p - text.p) < scanner->at) {
		scanner->ahead = next_with_scheme(text, scanner->at);
		scanner->ahead_known = true;
	}
	ahead = (size_t)(scanner->ahead.p - text.p);
	if (next_bare(text, scanner->at, ahead, ret_url)) {
		scanner->at = (size_t)(ret_url->p - text.p) + ret_url->n;
		return true;
	}
	*ret_url = scanner->ahead;
	scanner->at = ahead + scanner->ahead.n;
	return scanner->ahead.n > 0;
}
