#include "engine/linkedin.h"

#include "engine/linkedin_table.h"

enum { TEMPLATE_MAX = 128 };

/* What a proved message shows, gathered once. */
struct reading {
	const struct message *message;
	struct str template_name;
	struct str class_name;
	const struct linkedin_sender *sender; /* NULL: not in the table */
	bool accept_link;                     /* a button that accepts an invitation */
	bool guest_link;                      /* one for people who are no members */
	bool thread_link;                     /* a conversation */
	bool relay_reply;                     /* Reply-To is a conversation's relay address */
};

static const struct str linkedin_domain = {"linkedin.com", 12};

bool linkedin_origin_proved(const struct auth_evidence *evidence, const struct envelope *envelope)
{
	if (auth_dkim_passed(evidence, linkedin_domain))
		return true;
	return envelope && str_in_domain(envelope->client_name, linkedin_domain);
}

static struct str header_value(const struct message *message, const char *name)
{
	const struct header *header = header_first(&message->headers, str_of(name));

	return header ? header_unfold(header, message->arena) : str_of("");
}

static bool is_template_byte(char c)
{
	return ascii_is_alnum(c) || c == '_' || c == '.';
}

static struct str template_prefix(struct str text)
{
	size_t n = 0;

	while (n < text.n && n < TEMPLATE_MAX && is_template_byte(text.p[n]))
		n++;
	return str_sub(text, 0, n);
}

/* The template that LinkedIn's links carry: ek=NAME, trk=eml-NAME-..., lipi=urn:li:page:email_NAME;... */
static struct str template_of_link(struct str link)
{
	static const char *const marks[] = {"&ek=",        "?ek=",          "trk=eml-", "trkEmail=eml-",
					    "page:email_", "page%3Aemail_", NULL};

	for (size_t i = 0; marks[i]; i++) {
		struct str mark = str_of(marks[i]);
		size_t at = str_find_nocase(link, 0, mark);
		struct str name;

		if (at == STR_NONE)
			continue;
		name = template_prefix(str_sub(link, at + mark.n, link.n));
		if (name.n)
			return name;
	}
	return str_of("");
}

/* From the headers alone: the body's links may have been pasted by whoever wrote the message. */
static struct str template_of_headers(const struct message *message)
{
	struct str name = template_prefix(str_trim(header_value(message, "X-LinkedIn-Template")));
	struct str feedback;

	if (name.n)
		return name;
	feedback = str_trim(header_value(message, "Feedback-ID"));
	if (str_ends_nocase(feedback, STR(":linkedin"))) {
		name = template_prefix(feedback);
		if (name.n)
			return name;
	}
	return template_of_link(header_value(message, "List-Unsubscribe"));
}

static struct str link_host(struct str target)
{
	size_t start = str_find(target, 0, STR("://"));
	size_t n = 0;
	struct str host;

	start = start == STR_NONE ? 0 : start + 3;
	host = str_sub(target, start, target.n);
	while (n < host.n && host.p[n] != '/' && host.p[n] != '?' && host.p[n] != ':')
		n++;
	return str_sub(host, 0, n);
}

static bool contains(struct str text, const char *part)
{
	return str_find_nocase(text, 0, str_of(part)) != STR_NONE;
}

static void read_links(struct reading *reading)
{
	for (size_t i = 0; i < reading->message->link_count; i++) {
		struct str target = reading->message->links[i].target;
		bool key = contains(target, "sharedKey") && contains(target, "invitationId");

		if (!str_in_domain(link_host(target), linkedin_domain))
			continue;
		if (contains(target, "ek=invite_guest") || (key && contains(target, "/start/accept-invitation")))
			reading->guest_link = true;
		if (key || contains(target, "/invite-accept") || contains(target, "/accept-invitation"))
			reading->accept_link = true;
		if (contains(target, "messaging/thread/"))
			reading->thread_link = true;
	}
}

static const struct linkedin_sender *find_sender(const struct message *message)
{
	const struct address *from = message->from.count == 1 ? &message->from.items[0] : NULL;

	for (const struct linkedin_sender *sender = linkedin_senders; from && sender->domain; sender++)
		if (str_equal_nocase(from->domain, str_of(sender->domain)) &&
		    (!sender->local || str_equal_nocase(from->local, str_of(sender->local))))
			return sender;
	return NULL;
}

static bool stem_fits(const struct linkedin_stem *stem, struct str name)
{
	struct str part = str_of(stem->name);
	size_t from = 0;
	size_t at;

	while ((at = str_find_nocase(name, from, part)) != STR_NONE) {
		size_t end = at + part.n;

		if (!stem->whole ||
		    ((at == 0 || !ascii_is_alnum(name.p[at - 1])) && (end == name.n || !ascii_is_alnum(name.p[end]))))
			return true;
		from = at + 1;
	}
	return false;
}

static bool find_stem(const struct linkedin_stem *stems, struct str name, enum linkedin_stream *ret_stream)
{
	for (; stems->name && name.n; stems++)
		if (stem_fits(stems, name)) {
			*ret_stream = stems->stream;
			return true;
		}
	return false;
}

static bool find_class(struct str name, enum linkedin_stream *ret_stream)
{
	for (const struct linkedin_class *one = linkedin_classes; one->name; one++)
		if (str_starts_nocase(name, str_of(one->name))) {
			*ret_stream = one->stream;
			return true;
		}
	return false;
}

static bool is_new_template(struct str name)
{
	enum linkedin_stream ignored;

	return name.n && !find_stem(linkedin_protected_stems, name, &ignored) &&
	       !find_stem(linkedin_stems, name, &ignored);
}

/* Security and its like: nothing that follows may overrule them. */
static bool is_protected(const struct reading *reading, enum linkedin_stream *ret_stream)
{
	if (reading->sender && reading->sender->weight == LINKEDIN_SENDER_PROTECTED) {
		*ret_stream = reading->sender->stream;
		return true;
	}
	return find_stem(linkedin_protected_stems, reading->template_name, ret_stream);
}

/* Mail that LinkedIn's machines made, as against people who work there. */
static bool is_product_mail(const struct reading *reading)
{
	const struct message *message = reading->message;
	struct str local = message->from.count ? message->from.items[0].local : str_of("");

	for (size_t i = 0; i < message->headers.count; i++)
		if (str_starts_nocase(message->headers.items[i].name, STR("X-LinkedIn-")))
			return true;
	return reading->sender || reading->template_name.n || str_ends_nocase(local, STR("noreply")) ||
	       str_ends_nocase(local, STR("no-reply")) ||
	       contains(header_value(message, "Return-Path"), "@bounce.linkedin.com") ||
	       contains(header_value(message, "Message-ID"), ".prod.linkedin.com>") ||
	       contains(header_value(message, "List-Unsubscribe"), "linkedin.com/");
}

/* For senders of several streams, and for senders that nobody has seen yet. */
static enum linkedin_stream stream_of_structure(const struct reading *reading)
{
	const struct message *message = reading->message;
	bool known = reading->sender != NULL;

	if (known && reading->accept_link)
		return reading->guest_link ? LINKEDIN_GUEST_INVITATION : LINKEDIN_INVITATION;
	if (known && reading->sender->stream == LINKEDIN_INVITATION &&
	    str_ends_nocase(message->from.items[0].display, STR(" via LinkedIn")))
		return LINKEDIN_ACCEPTANCE;
	/* Both together: a person wrote this. Alone, each occurs in notices too. */
	if (reading->thread_link && reading->relay_reply)
		return LINKEDIN_MESSAGE;
	return LINKEDIN_UNKNOWN;
}

static enum linkedin_stream stream_of(const struct reading *reading)
{
	enum linkedin_stream stream;

	if (is_protected(reading, &stream) || find_class(reading->class_name, &stream) ||
	    find_stem(linkedin_stems, reading->template_name, &stream))
		return stream;
	if (!is_product_mail(reading))
		return LINKEDIN_STAFF;
	if (reading->sender && reading->sender->weight == LINKEDIN_SENDER_DECIDES)
		return reading->sender->stream;
	return stream_of_structure(reading);
}

static bool is_from_linkedin(const struct message *message)
{
	for (size_t i = 0; i < message->from.count; i++)
		if (str_in_domain(message->from.items[i].domain, linkedin_domain))
			return true;
	return false;
}

/* Return-Path and Sender say who the envelope's sender was. */
static bool claims_envelope(const struct message *message, const char *name)
{
	struct str value = header_value(message, name);
	size_t at = str_find_byte(value, 0, '@');
	size_t n = 0;

	if (at == STR_NONE)
		return false;
	value = str_sub(value, at + 1, value.n);
	while (n < value.n && (ascii_is_alnum(value.p[n]) || value.p[n] == '.' || value.p[n] == '-'))
		n++;
	return str_in_domain(str_sub(value, 0, n), linkedin_domain);
}

static bool is_claimed(const struct message *message)
{
	for (size_t i = 0; i < message->headers.count; i++)
		if (str_starts_nocase(message->headers.items[i].name, STR("X-LinkedIn-")))
			return true;
	return is_from_linkedin(message) || claims_envelope(message, "Return-Path") ||
	       claims_envelope(message, "Sender");
}

static bool has_relay_reply(const struct message *message)
{
	for (size_t i = 0; i < message->reply_to.count; i++)
		if (str_equal_nocase(message->reply_to.items[i].domain, STR("reply.linkedin.com")))
			return true;
	return false;
}

struct linkedin_finding linkedin_classify(const struct message *message, bool origin_proved)
{
	struct linkedin_finding finding = {.stream = LINKEDIN_NONE, .claimed = is_claimed(message)};
	struct reading reading = {.message = message};

	if (!origin_proved)
		return finding;
	/* Their signature on mail that is not from them: a forward of some kind, and no business of ours. */
	if (!is_from_linkedin(message)) {
		finding.stream = finding.claimed ? LINKEDIN_UNKNOWN : LINKEDIN_NONE;
		return finding;
	}
	reading.template_name = template_of_headers(message);
	reading.class_name = str_trim(header_value(message, "X-LinkedIn-Class"));
	reading.sender = find_sender(message);
	reading.relay_reply = has_relay_reply(message);
	read_links(&reading);
	finding.stream = stream_of(&reading);
	finding.template_name = reading.template_name;
	finding.template_new = is_new_template(reading.template_name);
	return finding;
}
