#include "policy/advice.h"

#include "base/buf.h"
#include "engine/rule.h"
#include "mail/fold.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { QUOTE_MAX = 160 };

/* What is wrong, and what to do instead when no rule says it. */
static const struct {
	const char *wrong;
	const char *instead;
} texts[CONCERN_COUNT] = {
    [CONCERN_RESIDUE] = {"your message still contains a merge field or a variant that nobody filled in.",
			 "Read it as its recipient would, write the name yourself, and send it again."},
    [CONCERN_APOLOGY] = {"your message apologises to a stranger for being sent.",
			 "Write only to people who have a reason to hear from you; then there is nothing to excuse."},
    [CONCERN_PITCH] = {"this reads like a cold sales mail to somebody who has never heard from you.",
		       "A sale follows a relationship: find somebody who can introduce you, or write about the "
		       "recipient's concern instead of our offer."},
    [CONCERN_TEMPLATE] = {"you have sent nearly the same words to too many people who do not know you.",
			  "Write to fewer people, and to each about his own concern."},
    [CONCERN_FIRST_CONTACTS] =
	{"you have written to too many strangers today.",
	 "Customers and running conversations are not counted; strangers can wait until tomorrow."},
    [CONCERN_TOOLS] = {"your message carries a link of an outreach tool.",
		       "Link to our own pages directly, or ask for the tool to be put on the site's list."},
};

static const char cold_wrong[] = "this reads like cold outreach.";
static const char cold_instead[] = "Write to one person at a time, in your own words, with a reason that is theirs.";
static const char get_through[] =
    "If a person wrote this to a person: write to the postmaster of this domain, whose mail is never refused, or let "
    "the one you want to reach write to you first; from then on you are known here.";

__attribute__((format(printf, 3, 4))) static bool add(struct advice *advice, struct arena *arena, const char *format,
						      ...)
{
	struct buf line = buf_make(arena);
	char text[1000];
	va_list args;

	if (advice->count == ADVICE_LINES_MAX)
		return true;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	buf_add_text(&line, text);
	advice->lines[advice->count++] = buf_str(&line).p;
	return !buf_failed(&line);
}

/* An SMTP reply is ASCII: accents go, and what is left of another script would be question marks only. */
static struct str quotable(struct str words, struct arena *arena)
{
	size_t foreign = 0;

	for (size_t i = 0; i < words.n; i++)
		foreign += (unsigned char)words.p[i] >= 0x80;
	if (foreign)
		words = fold_string(words, arena);
	for (size_t i = foreign = 0; i < words.n; i++)
		foreign += (unsigned char)words.p[i] >= 0x80;
	return foreign > words.n / 4 ? STR("") : str_sub(words, 0, QUOTE_MAX);
}

static struct str weightiest_words(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->hit_count; i++)
		if (!verdict->hits[i].shadow && !verdict->hits[i].rule->when && verdict->hits[i].score > 0 &&
		    verdict->hits[i].evidence.n)
			return verdict->hits[i].evidence;
	return str_of(NULL);
}

/* The rule that a concern, or else the verdict, rests on: the first of its class that speaks for itself. */
static const struct rule_hit *teaching_rule(const struct advice_subject *subject)
{
	for (size_t i = 0; i < subject->verdict->hit_count; i++) {
		const struct rule_hit *hit = &subject->verdict->hits[i];

		if (!hit->shadow && (subject->outcome->concern == CONCERN_NONE
					 ? hit->rule->reply != NULL
					 : enforcement_rule_raises(hit->rule->id, subject->outcome->concern)))
			return hit;
	}
	return NULL;
}

static bool add_numbers(struct advice *advice, const struct advice_subject *subject, struct arena *arena)
{
	const struct enforcement *enforcement = &subject->policy->enforcement;

	if (subject->outcome->concern == CONCERN_TEMPLATE)
		return add(advice, arena, "With this message %u strangers would have it; %u may.",
			   subject->outbound->strangers_of_template, enforcement->template_strangers);
	if (subject->outcome->concern == CONCERN_FIRST_CONTACTS)
		return add(advice, arena, "With this message they would be %u; %u a day are allowed.",
			   subject->outbound->first_contacts_today, enforcement->first_contacts_per_day);
	return true;
}

static bool add_help(struct advice *advice, const struct enforcement *enforcement, struct arena *arena)
{
	bool good = !enforcement->help_link || add(advice, arena, "More about this: %s", enforcement->help_link);

	return good && add(advice, arena, "If this is wrong, please tell %s.",
			   enforcement->help_contact ? enforcement->help_contact : "your postmaster");
}

enum status advice_outbound(const struct advice_subject *subject, struct arena *arena, struct advice *ret_advice)
{
	const struct enforcement *enforcement = &subject->policy->enforcement;
	enum concern concern = subject->outcome->concern;
	const struct rule_hit *rule = teaching_rule(subject);
	struct str words = concern == CONCERN_NONE
			       ? weightiest_words(subject->verdict)
			       : enforcement_words(enforcement, concern, subject->verdict, subject->today);
	struct str quote = quotable(words, arena);
	bool good;

	*ret_advice = (struct advice){.count = 0};
	good = add(ret_advice, arena, "%s: %s", subject->action == ACTION_TEMPFAIL ? "Not sent for now" : "Not sent",
		   concern == CONCERN_NONE ? cold_wrong : texts[concern].wrong);
	if (quote.n)
		good &= add(ret_advice, arena, "You wrote: \"%.*s\"", STR_ARGS(quote));
	good &= add_numbers(ret_advice, subject, arena);
	good &= add(ret_advice, arena, "%s",
		    rule && rule->rule->reply ? rule->rule->reply
		    : concern == CONCERN_NONE ? cold_instead
					      : texts[concern].instead);
	if (rule || concern != CONCERN_NONE)
		good &= add(ret_advice, arena, "Rule: %s%s%s", concern == CONCERN_NONE ? "" : concern_name(concern),
			    rule && concern != CONCERN_NONE ? ", " : "", rule ? rule->rule->id : "");
	good &= add_help(ret_advice, enforcement, arena);
	return good ? STATUS_OK : STATUS_NO_MEMORY;
}

static const char *inbound_reason(const struct policy_outcome *outcome)
{
	if (outcome->list)
		return "Mail from this sender is not accepted here.";
	switch (outcome->mail_class) {
	case CLASS_LINKEDIN:
		return "LinkedIn solicitations are not accepted here.";
	case CLASS_DIGEST:
		return "Digests and marketing mail are not accepted here.";
	case CLASS_TEMPLATE:
		return "The same text was sent to many people here, and is not accepted.";
	case CLASS_CLEAN:
	case CLASS_COLD:
	case CLASS_POLICY:
	case CLASS_COUNT:
		break;
	}
	return "Unsolicited offers to strangers are not accepted here.";
}

enum status advice_inbound(const struct advice_subject *subject, struct arena *arena, struct advice *ret_advice)
{
	const char *reply = subject->policy->reply ? subject->policy->reply : subject->verdict->reply;
	bool good;

	*ret_advice = (struct advice){.count = 0};
	if (subject->action == ACTION_TEMPFAIL) {
		good = add(ret_advice, arena, "Not accepted for now. Please try again later.");
	} else if (subject->outcome->disconnect) {
		good = add(ret_advice, arena, "Not accepted. You have been told why before.");
	} else if (reply && str_trim(str_of(reply)).n && !subject->outcome->list) {
		good = add(ret_advice, arena, "%s", reply);
	} else {
		good = add(ret_advice, arena, "%s", inbound_reason(subject->outcome)) &&
		       add(ret_advice, arena, "%s", get_through);
	}
	return good ? STATUS_OK : STATUS_NO_MEMORY;
}
