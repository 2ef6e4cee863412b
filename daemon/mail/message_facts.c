#include "mail/message_facts.h"

#include <string.h>

enum mark {
	MARK_LIST = 1 << 0,
	MARK_BULK = 1 << 1,
	MARK_AUTOMATIC = 1 << 2,
	MARK_UNSUBSCRIBE = 1 << 3,
	MARK_REPLY = 1 << 4,
	MARK_VALUE = 1 << 5 /* it depends on the value */
};

struct field_mark {
	const char *name; /* lower case; a prefix when it ends in '-' */
	unsigned int marks;
};

/* In the order of the alphabet. */
static const struct field_mark field_marks[] = {
    {"auto-submitted", MARK_VALUE},
    {"feedback-id", MARK_BULK},
    {"in-reply-to", MARK_REPLY},
    {"list-archive", MARK_LIST},
    {"list-help", MARK_VALUE},
    {"list-id", MARK_LIST},
    {"list-owner", MARK_LIST},
    {"list-post", MARK_VALUE},
    {"list-subscribe", MARK_LIST},
    {"list-unsubscribe", MARK_UNSUBSCRIBE},
    {"list-unsubscribe-post", MARK_BULK},
    {"mailing-list", MARK_LIST},
    {"precedence", MARK_VALUE},
    {"references", MARK_REPLY},
    {"sender", MARK_VALUE},
    {"x-autoreply", MARK_AUTOMATIC},
    {"x-autorespond", MARK_AUTOMATIC},
    {"x-beenthere", MARK_LIST},
    {"x-bugzilla-", MARK_AUTOMATIC},
    {"x-campaign", MARK_BULK},
    {"x-campaignid", MARK_BULK},
    {"x-cron-env", MARK_AUTOMATIC},
    {"x-csa-complaints", MARK_BULK},
    {"x-failed-recipients", MARK_AUTOMATIC},
    {"x-github-", MARK_AUTOMATIC},
    {"x-gitlab-", MARK_AUTOMATIC},
    {"x-hubspot-", MARK_BULK},
    {"x-jira-", MARK_AUTOMATIC},
    {"x-mailgun-", MARK_BULK},
    {"x-mailing-list", MARK_LIST},
    {"x-mailman-version", MARK_LIST},
    {"x-mc-user", MARK_BULK},
    {"x-ml-name", MARK_LIST},
    {"x-redmine-", MARK_AUTOMATIC},
    {"x-ses-outgoing", MARK_BULK},
    {"x-sg-eid", MARK_BULK},
    {"x-trac-", MARK_AUTOMATIC},
};

static bool name_matches(struct str name, const char *mark)
{
	size_t n = strlen(mark);

	if (mark[n - 1] == '-')
		return str_starts_nocase(name, (struct str){mark, n});
	return str_equal_nocase(name, (struct str){mark, n});
}

static unsigned int marks_of(struct str name)
{
	char first = name.n ? ascii_lower(name.p[0]) : '\0';

	for (size_t i = 0; i < sizeof field_marks / sizeof *field_marks; i++)
		if (field_marks[i].name[0] == first && name_matches(name, field_marks[i].name))
			return field_marks[i].marks;
	return 0;
}

/* "owner-list@", "list-owner@", "list-bounces@": a list manager's Sender. */
static bool is_list_sender(struct str value)
{
	return str_find_nocase(value, 0, STR("-bounces@")) != STR_NONE ||
	       str_find_nocase(value, 0, STR("-bounces+")) != STR_NONE ||
	       str_find_nocase(value, 0, STR("-owner@")) != STR_NONE || str_starts_nocase(value, STR("owner-")) ||
	       str_find_nocase(value, 0, STR("<owner-")) != STR_NONE;
}

static unsigned int precedence_marks(struct str value)
{
	if (str_equal_nocase(value, STR("list")))
		return MARK_LIST | MARK_BULK;
	if (str_equal_nocase(value, STR("bulk")) || str_equal_nocase(value, STR("junk")))
		return MARK_BULK;
	return str_equal_nocase(value, STR("auto_reply")) ? MARK_AUTOMATIC : 0;
}

/* For the fields whose value decides. */
static unsigned int value_marks(const struct header *header)
{
	struct str value = str_trim(header->raw);

	switch (ascii_lower(header->name.p[0])) {
	case 'a':
		return str_starts_nocase(value, STR("no")) ? 0 : MARK_AUTOMATIC;
	case 'p':
		return precedence_marks(value);
	case 's':
		return is_list_sender(value) ? MARK_LIST : 0;
	default:
		/* "List-Post: NO" is a newsletter; a List-Help that only leads to a web page is a sender's as well. */
		return str_find_nocase(value, 0, STR("mailto:")) != STR_NONE ? MARK_LIST : 0;
	}
}

/* "Re:", "AW:", "[list] Re:", "Re[2]:", "回复：" and their like in front of a subject. */
static bool is_reply_subject(struct str subject)
{
	static const char *const marks[] = {"re",  "aw",  "sv",  "antw", "vs",   "odp",  "rif",
					    "ref", "ynt", "res", "回复", "答复", "返信", "ответ"};
	size_t tag;

	if (str_starts(subject, STR("[")) && (tag = str_find_byte(subject, 0, ']')) != STR_NONE)
		subject = str_trim(str_sub(subject, tag + 1, subject.n));
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		struct str rest;

		if (!str_starts_nocase(subject, str_of(marks[i])))
			continue;
		rest = str_trim(str_sub(subject, strlen(marks[i]), subject.n));
		if (str_starts(rest, STR("[")) && (tag = str_find_byte(rest, 0, ']')) != STR_NONE)
			rest = str_trim(str_sub(rest, tag + 1, rest.n));
		if (str_starts(rest, STR(":")) || str_starts(rest, STR("：")))
			return true;
	}
	return false;
}

void message_facts_read(const struct header_list *headers, struct str subject, struct message_facts *facts)
{
	unsigned int marks = 0;

	for (size_t i = 0; i < headers->count; i++) {
		unsigned int found = marks_of(headers->items[i].name);

		marks |= found & MARK_VALUE ? value_marks(&headers->items[i]) : found;
	}
	facts->list = marks & MARK_LIST;
	facts->bulk = marks & MARK_BULK;
	facts->automatic = marks & MARK_AUTOMATIC;
	facts->has_unsubscribe = marks & MARK_UNSUBSCRIBE;
	facts->reply = marks & MARK_REPLY || is_reply_subject(subject);
}
