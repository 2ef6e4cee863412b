#include "mail/auth_results.h"

#include "base/buf.h"
#include "base/list.h"

/* One resinfo (RFC 8601 section 2.2); missing properties are empty. */
struct result {
	struct str method;
	struct str value; /* "pass" */
	struct str header_d;
	struct str header_i;
	struct str header_from;
	struct str smtp_mailfrom;
};

/* What the qualifying headers say about the From domain. */
struct findings {
	struct str from; /* domain; empty unless there is exactly one From address */
	bool dmarc_pass;
	bool dmarc_fail;
	bool aligned_pass;
	bool from_dkim_fail;
	struct list dkim_domains; /* of struct str */
};

/* Offset behind the comment that opens at `at`; comments nest (RFC 5322 section 3.2.2). */
static size_t comment_end(struct str value, size_t at)
{
	size_t depth = 0;

	for (; at < value.n; at++) {
		if (value.p[at] == '\\')
			at++;
		else if (value.p[at] == '(')
			depth++;
		else if (value.p[at] == ')' && --depth == 0)
			return at + 1;
	}
	return value.n;
}

/* Offset behind the quoted string that opens at `at`. */
static size_t quoted_end(struct str value, size_t at)
{
	for (at++; at < value.n && value.p[at] != '"'; at++)
		if (value.p[at] == '\\')
			at++;
	return at < value.n ? at + 1 : value.n;
}

/* The value with each comment turned into a blank. */
static struct str without_comments(struct str value, struct arena *arena)
{
	struct buf out = buf_make(arena);

	if (str_find_byte(value, 0, '(') == STR_NONE)
		return value;
	for (size_t at = 0; at < value.n;) {
		size_t start = at;

		if (value.p[at] == '(') {
			at = comment_end(value, at);
			buf_add_byte(&out, ' ');
			continue;
		}
		if (value.p[at] == '"')
			at = quoted_end(value, at);
		else
			at++;
		buf_add(&out, value.p + start, at - start);
	}
	return buf_failed(&out) ? STR("") : buf_str(&out);
}

/* Cuts the text up to the next semicolon outside of quotes off `rest`; false at the end. */
static bool next_segment(struct str *rest, struct str *ret_segment)
{
	size_t at = 0;

	if (!rest->p)
		return false;
	while (at < rest->n && rest->p[at] != ';')
		at = rest->p[at] == '"' ? quoted_end(*rest, at) : at + 1;
	*ret_segment = str_trim(str_sub(*rest, 0, at));
	*rest = at < rest->n ? str_sub(*rest, at + 1, rest->n) : (struct str){NULL, 0};
	return true;
}

/* A token or quoted string at the start of *rest, which is moved behind it. Quotes are taken off, escapes stay. */
static struct str next_value(struct str *rest)
{
	struct str text = str_trim(*rest), value;
	size_t at = 0;

	if (text.n && text.p[0] == '"') {
		at = quoted_end(text, 0);
		value = str_sub(text, 1, at >= 2 && text.p[at - 1] == '"' ? at - 2 : at - 1);
	} else {
		while (at < text.n && !ascii_is_space(text.p[at]))
			at++;
		value = str_sub(text, 0, at);
	}
	*rest = str_sub(text, at, text.n);
	return value;
}

/* "smtp . mailfrom" is "smtp.mailfrom": blanks may stand around the dot. */
static bool is_property(struct str key, struct str name)
{
	size_t matched = 0;

	for (size_t i = 0; i < key.n; i++) {
		if (ascii_is_space(key.p[i]))
			continue;
		if (matched == name.n || ascii_lower(key.p[i]) != name.p[matched])
			return false;
		matched++;
	}
	return matched == name.n;
}

static struct result read_result(struct str segment)
{
	struct result result = {.method = STR("")};
	struct str rest = segment;

	for (;;) {
		size_t equals = str_find_byte(rest, 0, '=');
		struct str key, value;

		if (equals == STR_NONE)
			return result;
		key = str_trim(str_sub(rest, 0, equals));
		rest = str_sub(rest, equals + 1, rest.n);
		value = next_value(&rest);
		if (!result.method.n) {
			size_t version = str_find_byte(key, 0, '/');

			result.method = version == STR_NONE ? key : str_trim(str_sub(key, 0, version));
			result.value = value;
		} else if (is_property(key, STR("header.d"))) {
			result.header_d = value;
		} else if (is_property(key, STR("header.i"))) {
			result.header_i = value;
		} else if (is_property(key, STR("header.from"))) {
			result.header_from = value;
		} else if (is_property(key, STR("smtp.mailfrom"))) {
			result.smtp_mailfrom = value;
		}
	}
}

/* The domain of "local@domain", "@domain" or "domain", as address_domain() writes it. */
static struct str domain_of(struct str value, struct arena *arena)
{
	struct buf mailbox = buf_make(arena);

	if (str_find_byte(value, 0, '@') != STR_NONE)
		return address_domain(value, arena);
	buf_add_byte(&mailbox, '@');
	buf_add_str(&mailbox, value);
	return address_domain(buf_str(&mailbox), arena);
}

static bool is_under(struct str domain, struct str parent)
{
	return str_find_byte(parent, 0, '.') != STR_NONE && str_in_domain(domain, parent);
}

/* Relaxed alignment (RFC 7489 section 3.1), with "one is under the other" standing for the organisational domain. */
static bool is_aligned(struct str domain, struct str from)
{
	return domain.n && from.n && (is_under(domain, from) || is_under(from, domain));
}

static bool weigh_dkim(struct findings *findings, const struct result *result, struct arena *arena)
{
	struct str domain = domain_of(result->header_d.n ? result->header_d : result->header_i, arena);
	struct str *place;

	if (str_equal_nocase(result->value, STR("fail")))
		findings->from_dkim_fail |= domain.n && str_equal_nocase(domain, findings->from);
	if (!domain.n || !str_equal_nocase(result->value, STR("pass")))
		return true;
	findings->aligned_pass |= is_aligned(domain, findings->from);
	place = list_push(&findings->dkim_domains);
	if (place)
		*place = domain;
	return place != NULL;
}

static bool weigh(struct findings *findings, const struct result *result, struct arena *arena)
{
	bool pass = str_equal_nocase(result->value, STR("pass"));
	struct str domain;

	if (str_equal_nocase(result->method, STR("dkim")))
		return weigh_dkim(findings, result, arena);
	if (str_equal_nocase(result->method, STR("dmarc"))) {
		domain = domain_of(result->header_from, arena);
		findings->dmarc_pass |= pass && domain.n && str_equal_nocase(domain, findings->from);
		findings->dmarc_fail |= str_equal_nocase(result->value, STR("fail")) &&
					(!domain.n || str_equal_nocase(domain, findings->from));
	} else if (str_equal_nocase(result->method, STR("spf")) && pass) {
		findings->aligned_pass |= is_aligned(domain_of(result->smtp_mailfrom, arena), findings->from);
	}
	return true;
}

static bool is_ours(const struct auth_settings *settings, struct str id)
{
	for (size_t i = 0; i < settings->authserv_id_count; i++)
		if (str_equal_nocase(settings->authserv_ids[i], id))
			return true;
	return false;
}

/* Whether a header with this authserv-id counts; *ret_forged when it bears our name and does not. */
static bool qualifies(const struct auth_settings *settings, struct str id, struct str queue_id, bool *ret_forged)
{
	size_t slash = str_find_byte(id, 0, '/');
	struct str name = slash == STR_NONE ? id : str_sub(id, 0, slash);
	struct str job = slash == STR_NONE ? STR("") : str_sub(id, slash + 1, id.n);

	*ret_forged = false;
	if (!is_ours(settings, id) && !is_ours(settings, name))
		return false;
	if (settings->mode == AUTH_MODE_STRIPPED)
		return true;
	if (queue_id.n && str_equal(job, queue_id) && is_ours(settings, name))
		return true;
	*ret_forged = true;
	return false;
}

/* Reads one header; what qualifies goes into `findings`. */
static enum status read_header(const struct message *message, const struct header *header,
			       const struct auth_settings *settings, struct str queue_id, struct findings *findings,
			       bool *forged)
{
	struct str rest = without_comments(header_unfold(header, message->arena), message->arena);
	struct str segment, version;
	bool is_forged;

	if (!next_segment(&rest, &segment))
		return STATUS_OK;
	if (!qualifies(settings, next_value(&segment), queue_id, &is_forged)) {
		*forged |= is_forged;
		return STATUS_OK;
	}
	version = str_trim(segment);
	if (version.n && !str_equal(version, STR("1")))
		return STATUS_OK;
	while (next_segment(&rest, &segment)) {
		struct result result = read_result(segment);

		if (!weigh(findings, &result, message->arena))
			return STATUS_NO_MEMORY;
	}
	return STATUS_OK;
}

static enum auth_result conclude(const struct findings *findings)
{
	if (!findings->from.n)
		return AUTH_NONE;
	if (findings->dmarc_pass)
		return AUTH_PASS;
	if (findings->dmarc_fail)
		return AUTH_FAIL;
	if (findings->aligned_pass)
		return AUTH_PASS;
	return findings->from_dkim_fail ? AUTH_FAIL : AUTH_NONE;
}

enum status auth_results_read(const struct message *message, const struct auth_settings *settings, struct str queue_id,
			      struct auth_evidence *ret_evidence)
{
	struct findings findings = {.dkim_domains = list_make(sizeof(struct str), message->arena)};
	const struct header *header;
	size_t position = 0;

	*ret_evidence = (struct auth_evidence){.from = AUTH_NONE};
	if (settings->mode == AUTH_MODE_OFF)
		return STATUS_OK;
	if (message->from.count == 1)
		findings.from = message->from.items[0].domain;
	while ((header = header_next(&message->headers, STR("Authentication-Results"), &position))) {
		enum status status = read_header(message, header, settings, queue_id, &findings, &ret_evidence->forged);

		if (status != STATUS_OK)
			return status;
	}
	ret_evidence->from = conclude(&findings);
	ret_evidence->dkim_domains = findings.dkim_domains.items;
	ret_evidence->dkim_domain_count = findings.dkim_domains.count;
	return STATUS_OK;
}

bool auth_dkim_passed(const struct auth_evidence *evidence, struct str domain)
{
	for (size_t i = 0; i < evidence->dkim_domain_count; i++)
		if (str_in_domain(evidence->dkim_domains[i], domain))
			return true;
	return false;
}
