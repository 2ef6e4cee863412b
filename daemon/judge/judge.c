#include "judge/judge.h"

#include "base/clock.h"
#include "engine/linkedin.h"
#include "judge/recall.h"
#include "judge/stored_mail.h"
#include "policy/recipient.h"

/* What is gathered on the way from bytes to verdict. */
struct judgement {
	const struct generation *generation;
	const struct judge_override *override;
	struct envelope envelope;
	struct message message;
	struct auth_evidence auth;
	struct linkedin_finding linkedin;
	struct recall *recall; /* NULL: no memory */
	struct views *views;
	struct decision *decision;
};

static const struct judge_override no_override;

static enum status read_auth(struct judgement *j)
{
	enum status status =
	    auth_results_read(&j->message, &j->generation->config->auth, j->envelope.queue_id, &j->auth);
	struct str *domains;

	if (status != STATUS_OK || !j->override->auth_given)
		return status;
	/* Told by the caller: a pass is one of the From domain. */
	j->auth = (struct auth_evidence){.from = j->override->auth, .forged = j->auth.forged};
	if (j->auth.from != AUTH_PASS || j->message.from.count != 1)
		return STATUS_OK;
	domains = arena_alloc(j->message.arena, sizeof *domains);
	if (!domains)
		return STATUS_NO_MEMORY;
	*domains = j->message.from.items[0].domain;
	j->auth.dkim_domains = domains;
	j->auth.dkim_domain_count = 1;
	return STATUS_OK;
}

/* Facts that need no text. */
static void gather_facts(struct judgement *j, struct facts *facts)
{
	const struct message_facts *form = &j->message.facts;
	int64_t *value = facts->value;

	*facts = facts_default();
	facts_set_direction(facts, j->decision->direction);
	value[FACT_RELATION] = j->override->relation_given ? j->override->relation : RELATION_STRANGER;
	value[FACT_AUTH] = j->auth.from;
	value[FACT_AUTH_FORGED] = j->auth.forged;
	value[FACT_LINKEDIN] = j->linkedin.stream;
	value[FACT_LINKEDIN_CLAIMED] = j->linkedin.claimed;
	value[FACT_LIST] = form->list;
	value[FACT_BULK] = form->bulk;
	value[FACT_AUTO] = form->automatic;
	value[FACT_REPLY] = form->reply;
	value[FACT_HAS_UNSUBSCRIBE] = form->has_unsubscribe;
	value[FACT_HAS_ATTACHMENT] = form->has_attachment;
	value[FACT_CALENDAR] = form->calendar;
	value[FACT_ENCRYPTED] = form->encrypted;
	value[FACT_PARTS_DIFFER] = form->parts_differ;
	value[FACT_HIDDEN_TEXT] = form->hidden_text;
	value[FACT_TRACKING_PIXEL] = form->tracking_pixel;
	if (j->recall && !j->override->relation_given)
		recall_facts(j->recall, facts);
	if (j->envelope.recipient_count)
		value[FACT_RECIPIENTS] = (int64_t)j->envelope.recipient_count;
}

/* Facts that come with the text views. */
static void gather_text_facts(struct judgement *j, struct facts *facts)
{
	const struct message_facts *form = &j->message.facts;
	const struct view *links = views_get(j->views, VIEW_LINKS, STR(""));
	int64_t lines = 0;

	for (size_t i = 0; i < links->text.n; i++)
		lines += links->text.p[i] == '\n';
	if (links->text.n && links->text.p[links->text.n - 1] != '\n')
		lines++;
	facts->value[FACT_LINKS] = lines;
	facts->value[FACT_WORDS] = (int64_t)views_body_words(j->views);
	facts->value[FACT_LINK_MISMATCH] = form->link_mismatch;
	facts->value[FACT_QUOTED_ONLY] = form->quoted_only;
	facts->value[FACT_LIMITS] = form->limits;
}

/* Role mailboxes of ours must see everything; those of others do not exempt our own people from the outbound policy. */
static bool all_recipients_exempt(const struct judgement *j, bool *ret_any)
{
	const struct envelope *envelope = &j->envelope;
	bool inbound = j->decision->direction == DIRECTION_INBOUND;
	size_t exempt = 0;

	for (size_t i = 0; i < envelope->recipient_count; i++)
		exempt += recipient_is_exempt(envelope->recipients[i]) &&
			  (inbound || direction_is_local(&j->generation->config->direction, envelope->recipients[i]));
	*ret_any = exempt > 0;
	return exempt > 0 && exempt == envelope->recipient_count;
}

static enum status ask_memory(struct judgement *j)
{
	const struct recall_question question = {
	    .config = j->generation->config,
	    .message = &j->message,
	    .envelope = &j->envelope,
	    .views = j->views,
	    .direction = j->decision->direction,
	    .auth = j->auth.from,
	    .linkedin = j->linkedin.stream,
	};
	enum status status;

	if (!j->generation->memory)
		return STATUS_OK;
	status = recall_ask(j->generation->memory, &question, &j->recall);
	if (status == STATUS_OK) {
		j->decision->recall = j->recall;
		j->decision->template_id = j->recall->answer.template_id;
	}
	return status;
}

static enum status apply_rules(struct judgement *j, struct arena *arena)
{
	const struct config *config = j->generation->config;
	const struct ruleset_filter filter = {.languages = config->languages, .language_count = config->language_count};
	struct decision *decision = j->decision;
	enum status status;

	gather_facts(j, &decision->facts);
	gather_text_facts(j, &decision->facts);
	status =
	    ruleset_evaluate(j->generation->ruleset, j->views, &decision->facts, &filter, arena, &decision->verdict);
	if (status == STATUS_OK && views_failed(j->views))
		status = STATUS_NO_MEMORY;
	if (decision->verdict.match_errors)
		j->message.facts.limits |= MAIL_LIMIT_MATCH;
	return status;
}

static void apply_policy(struct judgement *j, bool any_exempt)
{
	struct decision *decision = j->decision;
	const struct config *config = j->generation->config;
	const struct policy *policy = decision->direction == DIRECTION_INBOUND ? &config->inbound : &config->outbound;

	decision->policy = policy->name;
	decision->outcome = policy_apply(policy, decision->direction, &decision->verdict);
	/* While it is not known whom we write to, nobody is blocked for being a stranger (design section 7). */
	if (j->recall && recall_still_learning(j->recall, config))
		policy_hold_back(&decision->outcome, policy, decision->direction);
	/* One recipient who must see everything keeps the message deliverable for all (design 2.6). */
	if (any_exempt)
		policy_hold_back(&decision->outcome, policy, decision->direction);
}

static enum status judge_steps(struct judgement *j, struct str raw, uint32_t session_limits, struct arena *arena)
{
	const struct config *config = j->generation->config;
	struct decision *decision = j->decision;
	bool any_exempt;
	enum status status = message_parse(raw, &config->limits, arena, &j->message);

	if (status != STATUS_OK)
		return status;
	j->message.facts.limits |= session_limits;
	if (j->override->stored_mail)
		stored_mail_envelope(&j->message, config->our_hosts, config->our_host_count, &j->envelope);
	status = read_auth(j);
	if (status != STATUS_OK)
		return status;
	decision->direction =
	    j->override->direction_given ? j->override->direction : direction_decide(&config->direction, &j->envelope);
	j->linkedin = linkedin_classify(&j->message, linkedin_origin_proved(&j->auth, &j->envelope));
	j->views = views_create(&j->message, &config->limits);
	if (!j->views)
		return STATUS_NO_MEMORY;
	decision->judged = decision->direction != DIRECTION_INTERNAL && !all_recipients_exempt(j, &any_exempt);
	if (!decision->judged) {
		gather_facts(j, &decision->facts);
		decision->policy = "exempt";
		return STATUS_OK;
	}
	status = ask_memory(j);
	if (status == STATUS_OK)
		status = apply_rules(j, arena);
	if (status == STATUS_OK)
		apply_policy(j, any_exempt);
	return status;
}

enum status judge_message(const struct generation *generation, const struct envelope *envelope, struct str raw,
			  uint32_t session_limits, const struct judge_override *override, struct arena *arena,
			  struct decision *ret_decision, struct views **ret_views)
{
	int64_t start = clock_monotonic_ns();
	/* In the arena, because the views that may be handed out look at the message. */
	struct judgement *judgement = arena_alloc(arena, sizeof *judgement);
	enum status status;

	if (!judgement)
		return STATUS_NO_MEMORY;
	*judgement = (struct judgement){
	    .generation = generation,
	    .override = override ? override : &no_override,
	    .envelope = *envelope,
	    .decision = ret_decision,
	};
	*ret_decision = (struct decision){.policy = ""};
	status = judge_steps(judgement, raw, session_limits, arena);
	if (status != STATUS_OK)
		return status;
	ret_decision->auth = judgement->auth.from;
	ret_decision->limits = judgement->message.facts.limits;
	ret_decision->queue_id = judgement->envelope.queue_id;
	ret_decision->linkedin_template = judgement->linkedin.template_name;
	ret_decision->linkedin_template_new = judgement->linkedin.template_new;
	ret_decision->recipient_count = envelope->recipient_count;
	if (judgement->message.from.count)
		ret_decision->sender = judgement->message.from.items[0].mailbox;
	ret_decision->micros = (clock_monotonic_ns() - start) / 1000;
	if (ret_views)
		*ret_views = judgement->views;
	return STATUS_OK;
}

void judge_learn(const struct decision *decision)
{
	if (decision->recall)
		recall_learn(decision->recall, decision);
}
