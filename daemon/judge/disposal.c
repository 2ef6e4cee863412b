#include "judge/disposal.h"

#include "base/clock.h"
#include "mail/forwarding.h"
#include "policy/recipients.h"

static bool is_ours(const void *context, struct str mailbox)
{
	return direction_is_local(context, mailbox);
}

struct str disposal_writing_mailbox(const struct config *config, const struct message *message,
				    const struct envelope *envelope)
{
	const struct address_list *from = &message->from;

	if (from->count && direction_is_local(&config->direction, from->items[0].mailbox))
		return from->items[0].mailbox;
	return envelope->sender;
}

static uint32_t today(const struct disposal *disposal)
{
	return matcher_day(disposal->now ? disposal->now : clock_wall_seconds());
}

enum status disposal_find_policies(const struct disposal *disposal, struct recipients *ret_recipients)
{
	const struct policy_set *set = &disposal->config->policies;
	const struct envelope *envelope = disposal->envelope;
	struct arena *arena = disposal->message->arena;

	if (disposal->direction == DIRECTION_INBOUND)
		return recipients_inbound(set, envelope->recipients, envelope->recipient_count, today(disposal), arena,
					  ret_recipients);
	return recipients_outbound(set, disposal_writing_mailbox(disposal->config, disposal->message, envelope),
				   envelope->auth_user, today(disposal), arena, ret_recipients);
}

/* What must never be blocked: it would strike a list, a forwarder, or nobody at all. LinkedIn's own mail is no list. */
static enum held_back never_block(const struct disposal *disposal, const struct decision *decision)
{
	const struct envelope *envelope = disposal->envelope;

	if (disposal->direction != DIRECTION_INBOUND)
		return HELD_NOT;
	if (envelope->sender_given && !envelope->sender.n)
		return HELD_NULL;
	if (decision->facts.value[FACT_LIST] && decision->facts.value[FACT_LINKEDIN] == LINKEDIN_NONE)
		return HELD_LIST;
	if (forwarding_seen(disposal->message, envelope, is_ours, &disposal->config->direction))
		return HELD_FORWARD;
	return HELD_NOT;
}

static struct enforcement_facts count_strangers(const struct disposal *disposal, const struct decision *decision)
{
	const int64_t *value = decision->facts.value;

	return (struct enforcement_facts){
	    .strangers_of_template = (unsigned int)value[FACT_TEMPLATE_SEEN],
	    .first_contacts = disposal->recall ? disposal->recall->answer.first_contacts : 0,
	    .first_contacts_today = (unsigned int)value[FACT_FIRST_CONTACTS_TODAY],
	    .stranger = value[FACT_RELATION] == RELATION_STRANGER,
	};
}

static struct str from_mailbox(const struct message *message)
{
	return message->from.count ? message->from.items[0].mailbox : STR("");
}

/* What could not be looked at properly may be put off, where the site wants it so. */
static void apply_failure(const struct disposal *disposal, struct decision *decision)
{
	const struct failure_settings *settings = &disposal->config->failure;

	if (action_blocks(decision->outcome.action))
		return;
	if (settings->tempfail[FAILURE_STORE] && disposal->recall && !disposal->recall->answer.asked)
		decision->failure = FAILURE_STORE;
	else if (settings->tempfail[FAILURE_LIMITS] && disposal->message->facts.limits)
		decision->failure = FAILURE_LIMITS;
	if (decision->failure != FAILURE_NONE)
		decision->outcome.action = decision->outcome.would = ACTION_TEMPFAIL;
}

void disposal_apply(const struct disposal *disposal, struct decision *decision)
{
	const struct direction_settings *direction = &disposal->config->direction;
	const struct envelope *envelope = disposal->envelope;
	bool inbound = disposal->direction == DIRECTION_INBOUND;
	const struct policy_case message = {
	    .direction = disposal->direction,
	    .verdict = &decision->verdict,
	    .sender = inbound ? from_mailbox(disposal->message) : decision->recipients.items[0].mailbox,
	    .envelope_sender = envelope->sender,
	    .login = envelope->auth_user,
	    .sender_proved = disposal->auth == AUTH_PASS ||
			     network_contains(direction->networks, direction->network_count, envelope->client_address),
	    .never_block = never_block(disposal, decision),
	    .learning = disposal->recall && recall_still_learning(disposal->recall, disposal->config),
	    .stranger = decision->facts.value[FACT_RELATION] == RELATION_STRANGER,
	    .offences = (unsigned int)decision->facts.value[FACT_OFFENCES],
	    .outbound = count_strangers(disposal, decision),
	    .today = today(disposal),
	};

	decision->outcome = recipients_apply(&decision->recipients, &message);
	decision->outbound = message.outbound;
	decision->near_budget =
	    !inbound && enforcement_near_budget(&decision->recipients.items[0].policy->enforcement, &message.outbound);
	apply_failure(disposal, decision);
}
