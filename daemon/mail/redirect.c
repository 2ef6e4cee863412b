#include "mail/redirect.h"

#include "base/buf.h"
#include "mail/percent.h"

/* Hosts (with what is below them) that pass on; `path` "" for any; `parameter` holds the target. */
static const struct redirector {
	const char *host;
	const char *path;
	const char *parameter;
} redirectors[] = {
    {"google.com", "/url", "q"},
    {"google.com", "/url", "url"},
    {"safelinks.protection.outlook.com", "", "url"},
    {"urldefense.proofpoint.com", "/v1/url", "u"},
    {"l.facebook.com", "/l.php", "u"},
    {"lm.facebook.com", "/l.php", "u"},
    {"l.instagram.com", "", "u"},
    {"l.messenger.com", "", "u"},
    {"linkedin.com", "/redir", "url"},
    {"linkedin.com", "/safety/go", "url"},
    {"linkedin.com", "/comm/safety/go", "url"},
    {"youtube.com", "/redirect", "q"},
    {"slack-redir.net", "/link", "url"},
    {"out.reddit.com", "", "url"},
    {"vk.com", "/away.php", "to"},
    {"t.umblr.com", "/redirect", "z"},
    {"linkprotect.cudasvc.com", "/url", "a"},
    {"secure-web.cisco.com", "", "url"},
    {"protect2.fireeye.com", "", "u"},
    {"duckduckgo.com", "/l/", "uddg"},
    {"steamcommunity.com", "/linkfilter", "url"},
    {"deref-mail.com", "", "redirectUrl"},
    {"deref-gmx.net", "", "redirectUrl"},
};

/* Names of parameters that carry the target wherever they are. */
static const char *const parameters[] = {"url",  "u",           "redirect", "redirect_url", "redirecturl", "target",
					 "dest", "destination", "goto",     "link",         "to",          "r"};

/* Bytes that a URL can hold as they are. */
static bool is_graphic(unsigned char c)
{
	return c > ' ' && c < 0x7f;
}

static bool is_absolute(struct str s)
{
	return str_starts_nocase(s, STR("http://")) || str_starts_nocase(s, STR("https://")) ||
	       str_starts_nocase(s, STR("http%3a")) || str_starts_nocase(s, STR("https%3a"));
}

/* The value of a parameter, as written. HTML that was escaped twice leaves "&amp;" between them. */
static struct str parameter_of(struct str query, struct str name)
{
	struct str item;

	while (str_split(&query, '&', &item)) {
		size_t equals = str_find_byte(item, 0, '=');

		if (str_starts(item, STR("amp;"))) {
			item = str_sub(item, 4, item.n);
			equals = equals == STR_NONE ? equals : equals - 4;
		}
		if (equals != STR_NONE && str_equal_nocase(str_sub(item, 0, equals), name))
			return str_sub(item, equals + 1, item.n);
	}
	return (struct str){"", 0};
}

/* Proofpoint's second form: '-' for '%', '_' for '/'. */
static struct str defense_v2(struct str query, struct arena *arena)
{
	struct str value = parameter_of(query, STR("u"));
	struct buf out = buf_make(arena);

	for (size_t i = 0; i < value.n; i++)
		buf_add_byte(&out, value.p[i] == '-' ? '%' : value.p[i] == '_' ? '/' : value.p[i]);
	return buf_failed(&out) ? (struct str){"", 0} : percent_decode(buf_str(&out), is_graphic, arena);
}

/* Proofpoint's third form: /v3/__TARGET__;... where browsers and programs may have made one slash of two. */
static struct str defense_v3(struct str path, struct arena *arena)
{
	struct str inner = str_sub(path, 6, path.n);
	size_t end = str_find(inner, 0, STR("__;"));
	struct buf out = buf_make(arena);

	if (end == STR_NONE)
		end = str_find(inner, 0, STR("__"));
	inner = str_sub(inner, 0, end == STR_NONE ? inner.n : end);
	if (str_starts_nocase(inner, STR("https:/")) && !str_starts_nocase(inner, STR("https://"))) {
		buf_add_text(&out, "https://");
		buf_add_str(&out, str_sub(inner, 7, inner.n));
	} else if (str_starts_nocase(inner, STR("http:/")) && !str_starts_nocase(inner, STR("http://"))) {
		buf_add_text(&out, "http://");
		buf_add_str(&out, str_sub(inner, 6, inner.n));
	} else {
		buf_add_str(&out, inner);
	}
	return buf_failed(&out) ? (struct str){"", 0} : buf_str(&out);
}

static bool is_google(struct str host)
{
	return str_starts(host, STR("www.google.")) || str_starts(host, STR("google."));
}

static bool is_at(const struct link_target *link, const struct redirector *redirector)
{
	struct str host = str_of(redirector->host);
	bool same = str_in_domain(link->host, host) || (str_equal(host, STR("google.com")) && is_google(link->host));

	return same && str_starts(link->path, str_of(redirector->path));
}

static struct str known_target(const struct link_target *link, struct arena *arena)
{
	struct str value;

	if (str_in_domain(link->host, STR("urldefense.com")) || str_equal(link->host, STR("urldefense.us"))) {
		if (str_starts(link->path, STR("/v3/__")))
			return defense_v3(link->path, arena);
		if (str_starts(link->path, STR("/v2/url")))
			return defense_v2(link->query, arena);
	}
	if (str_equal(link->host, STR("urldefense.proofpoint.com")) && str_starts(link->path, STR("/v2/url")))
		return defense_v2(link->query, arena);
	for (size_t i = 0; i < sizeof redirectors / sizeof redirectors[0]; i++) {
		if (!is_at(link, &redirectors[i]))
			continue;
		value = parameter_of(link->query, str_of(redirectors[i].parameter));
		if (value.n)
			return percent_decode(value, is_graphic, arena);
	}
	return (struct str){"", 0};
}

struct str redirect_target(const struct link_target *link, struct arena *arena, bool *ret_known)
{
	struct str target = known_target(link, arena);

	*ret_known = target.n > 0;
	if (*ret_known || str_find_nocase(link->query, 0, STR("http")) == STR_NONE)
		return target;
	for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
		struct str value = parameter_of(link->query, str_of(parameters[i]));

		if (is_absolute(value))
			return percent_decode(value, is_graphic, arena);
	}
	return target;
}
