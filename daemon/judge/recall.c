#include "judge/recall.h"

#include "judge/disposal.h"
#include "memory/memory_query.h"
#include "policy/direction.h"

static bool is_local(const void *context, struct str mailbox)
{
	return direction_is_local(context, mailbox);
}

/* The recipients who are not ours: only they can be first contacts of outbound mail. */
static enum status remote_recipients(const struct recall_question *question, struct arena *arena,
				     struct memory_query *query)
{
	const struct envelope *envelope = question->envelope;
	struct str *remote = arena_calloc(arena, envelope->recipient_count + 1, sizeof *remote);

	if (!remote)
		return STATUS_NO_MEMORY;
	query->recipients = remote;
	for (size_t i = 0; i < envelope->recipient_count; i++)
		if (!direction_is_local(&question->config->direction, envelope->recipients[i]))
			remote[query->recipient_count++] = envelope->recipients[i];
	return STATUS_OK;
}

static bool is_solicitation(enum linkedin_stream stream)
{
	return stream == LINKEDIN_INVITATION || stream == LINKEDIN_GUEST_INVITATION || stream == LINKEDIN_INMAIL ||
	       stream == LINKEDIN_MESSAGE;
}

static enum status make_query(const struct recall_question *question, struct memory_query *query)
{
	const struct message *message = question->message;
	const struct envelope *envelope = question->envelope;
	struct arena *arena = message->arena;
	enum status status;

	*query = (struct memory_query){
	    .outbound = question->direction == DIRECTION_OUTBOUND,
	    .now = question->now,
	    .auth = question->auth,
	    .recipients = envelope->recipients,
	    .recipient_count = envelope->recipient_count,
	};
	status = memory_query_fill(query, message, is_local, &question->config->direction, arena);
	if (status != STATUS_OK)
		return status;
	if ((envelope->sender_given && !envelope->sender.n) || question->linkedin != LINKEDIN_NONE)
		query->personal = false;
	/* Templates are letters of persons. */
	if (query->personal)
		query->text = views_get(question->views, VIEW_BODY, STR(""))->text;
	if (query->outbound) {
		query->recipient_count = 0;
		query->local = disposal_writing_mailbox(question->config, message, envelope);
		query->user = envelope->auth_user;
		return remote_recipients(question, arena, query);
	}
	if (is_solicitation(question->linkedin) && message->from.count)
		query->person = message->from.items[0].display;
	return STATUS_OK;
}

enum status recall_ask(struct memory *memory, const struct recall_question *question, struct recall **ret_recall)
{
	struct arena *arena = question->message->arena;
	struct recall *recall = arena_calloc(arena, 1, sizeof *recall);
	enum status status;

	if (!recall)
		return STATUS_NO_MEMORY;
	recall->memory = memory;
	status = make_query(question, &recall->query);
	if (status == STATUS_OK)
		status = memory_look_up(memory, &recall->query, arena, &recall->answer);
	if (status == STATUS_OK)
		*ret_recall = recall;
	return status;
}

void recall_facts(const struct recall *recall, struct facts *facts)
{
	const struct memory_answer *answer = &recall->answer;
	int64_t *value = facts->value;

	value[FACT_RELATION] = answer->relation;
	/* Somebody we write to asks through LinkedIn: that is no stranger's solicitation. */
	if (answer->person_known && answer->relation < RELATION_KNOWN)
		value[FACT_RELATION] = RELATION_KNOWN;
	value[FACT_REPLY_TO_OURS] = answer->reply_to_ours;
	value[FACT_CC_KNOWN] = answer->cc_known;
	value[FACT_RECEIVED_BEFORE] = answer->received_before;
	value[FACT_FOLLOWUP] = answer->followup;
	value[FACT_ANSWERED] = answer->answered;
	value[FACT_FREEMAIL_FROM] = answer->freemail;
	value[FACT_TEMPLATE_SEEN] = answer->template_seen;
	value[FACT_TEMPLATE_SENDERS] = answer->template_senders;
	value[FACT_TEMPLATE_DOMAINS] = answer->template_domains;
	value[FACT_TEMPLATE_LEARNED] = answer->template_learned;
	value[FACT_OFFENCES] = answer->offences;
	value[FACT_FIRST_CONTACTS_TODAY] = answer->first_contacts_today;
	value[FACT_SENDER_RECIPIENTS] = answer->contacted;
	value[FACT_SENDER_ANSWERS] = answer->answers;
}

bool recall_still_learning(const struct recall *recall, const struct config *config)
{
	return recall->answer.asked && !recall->answer.bootstrapped &&
	       recall->answer.outbound_days < config->learning_days;
}

void recall_learn(const struct recall *recall, const struct decision *decision)
{
	enum mail_class mail_class = decision->outcome.mail_class;
	bool held_against = mail_class == CLASS_COLD || mail_class == CLASS_TEMPLATE;

	memory_learn(recall->memory, &(struct memory_event){
					 .query = &recall->query,
					 .answer = &recall->answer,
					 .blocked = decision->outcome.action > ACTION_TAG,
					 .offence = decision->direction == DIRECTION_INBOUND && held_against &&
						    decision->outcome.action >= ACTION_TAG,
				     });
}
