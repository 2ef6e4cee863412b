#include "engine/facts.h"

#include "mail/auth_results.h"

static const char *const direction_values[] = {"inbound", "outbound", "internal", NULL};
static const char *const relation_values[] = {"unknown", "stranger", "known", "mutual", NULL};
static const char *const auth_values[] = {[AUTH_NONE] = "none", [AUTH_PASS] = "pass", [AUTH_FAIL] = "fail", NULL};
static const char *const linkedin_values[] = {
    [LINKEDIN_NONE] = "none",
    [LINKEDIN_INVITATION] = "invitation",
    [LINKEDIN_GUEST_INVITATION] = "guest_invitation",
    [LINKEDIN_INMAIL] = "inmail",
    [LINKEDIN_MESSAGE] = "message",
    [LINKEDIN_ACCEPTANCE] = "acceptance",
    [LINKEDIN_DIGEST] = "digest",
    [LINKEDIN_MARKETING] = "marketing",
    [LINKEDIN_JOB] = "job",
    [LINKEDIN_SECURITY] = "security",
    [LINKEDIN_BILLING] = "billing",
    [LINKEDIN_SUPPORT] = "support",
    [LINKEDIN_STAFF] = "staff",
    [LINKEDIN_UNKNOWN] = "unknown",
    NULL,
};

static const struct fact_info table[FACT_COUNT] = {
    [FACT_DIRECTION] = {"direction", FACT_KIND_ENUM, direction_values, "where the message is going"},
    [FACT_RELATION] = {"relation", FACT_KIND_ENUM, relation_values,
		       "how well the two correspondents know each other, by what our side sent"},
    [FACT_AUTH] = {"auth", FACT_KIND_ENUM, auth_values, "whether the domain of From is proved"},
    [FACT_LINKEDIN] = {"linkedin", FACT_KIND_ENUM, linkedin_values, "LinkedIn's stream, by proved origin"},
    [FACT_INBOUND] = {"inbound", FACT_KIND_BOOL, NULL, "direction is inbound"},
    [FACT_OUTBOUND] = {"outbound", FACT_KIND_BOOL, NULL, "direction is outbound"},
    [FACT_INTERNAL] = {"internal", FACT_KIND_BOOL, NULL, "direction is internal"},
    [FACT_AUTH_FORGED] = {"auth_forged", FACT_KIND_BOOL, NULL,
			  "an Authentication-Results with our own id that we did not make"},
    [FACT_LINKEDIN_CLAIMED] = {"linkedin_claimed", FACT_KIND_BOOL, NULL, "the message says it is LinkedIn's"},
    [FACT_LIST] = {"list", FACT_KIND_BOOL, NULL, "a mailing list's message"},
    [FACT_BULK] = {"bulk", FACT_KIND_BOOL, NULL, "marked as bulk mail"},
    [FACT_AUTO] = {"auto", FACT_KIND_BOOL, NULL, "sent by a machine (RFC 3834, DSN, MDN)"},
    [FACT_REPLY] = {"reply", FACT_KIND_BOOL, NULL, "looks like a reply"},
    [FACT_REPLY_TO_OURS] = {"reply_to_ours", FACT_KIND_BOOL, NULL, "a reply to a message that we sent"},
    [FACT_CC_KNOWN] = {"cc_known", FACT_KIND_BOOL, NULL, "somebody known is in To or Cc"},
    [FACT_RECEIVED_BEFORE] = {"received_before", FACT_KIND_BOOL, NULL, "they have written here before"},
    [FACT_FOLLOWUP] = {"followup", FACT_KIND_BOOL, NULL, "a follow-up to their own unanswered message"},
    [FACT_ANSWERED] = {"answered", FACT_KIND_BOOL, NULL, "we have answered them before"},
    [FACT_FREEMAIL_FROM] = {"freemail_from", FACT_KIND_BOOL, NULL, "From is at a free-mail provider"},
    [FACT_HAS_UNSUBSCRIBE] = {"has_unsubscribe", FACT_KIND_BOOL, NULL, "has a List-Unsubscribe field"},
    [FACT_HAS_ATTACHMENT] = {"has_attachment", FACT_KIND_BOOL, NULL, "has an attachment"},
    [FACT_CALENDAR] = {"calendar", FACT_KIND_BOOL, NULL, "has a text/calendar part"},
    [FACT_ENCRYPTED] = {"encrypted", FACT_KIND_BOOL, NULL, "encrypted: there is no text to see"},
    [FACT_PARTS_DIFFER] = {"parts_differ", FACT_KIND_BOOL, NULL, "plain text and HTML say different things"},
    [FACT_HIDDEN_TEXT] = {"hidden_text", FACT_KIND_BOOL, NULL, "HTML hides words from the reader"},
    [FACT_TRACKING_PIXEL] = {"tracking_pixel", FACT_KIND_BOOL, NULL, "has an invisible remote image"},
    [FACT_LINK_MISMATCH] = {"link_mismatch", FACT_KIND_BOOL, NULL, "a link shows one host and leads to another"},
    [FACT_QUOTED_ONLY] = {"quoted_only", FACT_KIND_BOOL, NULL, "almost nothing new above older text"},
    [FACT_TEMPLATE_LEARNED] = {"template_learned", FACT_KIND_BOOL, NULL, "like a template that somebody reported"},
    [FACT_RECIPIENTS] = {"recipients", FACT_KIND_NUMBER, NULL, "recipients of the envelope"},
    [FACT_FIRST_CONTACTS_TODAY] = {"first_contacts_today", FACT_KIND_NUMBER, NULL,
				   "strangers whom this sender of ours wrote to today"},
    [FACT_TEMPLATE_SEEN] = {"template_seen", FACT_KIND_NUMBER, NULL, "near-duplicates of this text seen"},
    [FACT_TEMPLATE_SENDERS] = {"template_senders", FACT_KIND_NUMBER, NULL, "senders of near-duplicates"},
    [FACT_TEMPLATE_DOMAINS] = {"template_domains", FACT_KIND_NUMBER, NULL, "sender domains of near-duplicates"},
    [FACT_OFFENCES] = {"offences", FACT_KIND_NUMBER, NULL, "earlier offences of this sender"},
    [FACT_SENDER_RECIPIENTS] = {"sender_recipients", FACT_KIND_NUMBER, NULL,
				"mailboxes here that the sender wrote to, these included"},
    [FACT_SENDER_ANSWERS] = {"sender_answers", FACT_KIND_NUMBER, NULL, "how many of them ever wrote back"},
    [FACT_WORDS] = {"words", FACT_KIND_NUMBER, NULL, "words of the author's own text"},
    [FACT_LINKS] = {"links", FACT_KIND_NUMBER, NULL, "links"},
    [FACT_LIMITS] = {"limits", FACT_KIND_NUMBER, NULL, "limits hit while reading, as bits; 0: none"},
};

const struct fact_info *fact_info(enum fact_id id)
{
	return &table[id];
}

bool fact_find(struct str name, enum fact_id *ret_id)
{
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (str_equal(name, str_of(table[i].name))) {
			*ret_id = (enum fact_id)i;
			return true;
		}
	return false;
}

bool fact_value_find(enum fact_id id, struct str name, int64_t *ret_value)
{
	const char *const *values = table[id].values;

	for (int64_t i = 0; values && values[i]; i++)
		if (str_equal(name, str_of(values[i]))) {
			*ret_value = i;
			return true;
		}
	return false;
}

const char *fact_value_name(enum fact_id id, int64_t value)
{
	const char *const *values = table[id].values;

	for (int64_t i = 0; values && values[i]; i++)
		if (i == value)
			return values[i];
	return NULL;
}

struct facts facts_default(void)
{
	struct facts facts = {0};

	facts_set_direction(&facts, DIRECTION_INBOUND);
	facts.value[FACT_RELATION] = RELATION_STRANGER;
	facts.value[FACT_AUTH] = AUTH_NONE;
	facts.value[FACT_LINKEDIN] = LINKEDIN_NONE;
	facts.value[FACT_RECIPIENTS] = 1;
	return facts;
}

void facts_set_direction(struct facts *facts, enum direction direction)
{
	facts->value[FACT_DIRECTION] = direction;
	facts->value[FACT_INBOUND] = direction == DIRECTION_INBOUND;
	facts->value[FACT_OUTBOUND] = direction == DIRECTION_OUTBOUND;
	facts->value[FACT_INTERNAL] = direction == DIRECTION_INTERNAL;
}
