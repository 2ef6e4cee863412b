#include "judge/judge.h"

#include "base/clock.h"
#include "engine/linkedin.h"
#include "judge/disposal.h"
#include "judge/recall.h"
#include "judge/stored_mail.h"

#include <string.h>

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
	struct facts facts;
	struct text_hits hits;
	enum direction direction;
	bool judged;
	bool asked;                   /* the memory, if there is one */
	bool settled;                 /* no text can give it a class: none was looked at */
	struct recipients recipients; /* with their policies */
	struct ruleset_filter filter; /* their languages */
	int64_t nanoseconds;          /* spent so far */
	int64_t stage_start_ns;
	int64_t stage_micros[STAGE_COUNT];
	struct decision *decision;
};

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

/* Ends a step that began when the last one ended. */
static void end_stage(struct judgement *j, enum judge_stage stage)
{
	int64_t now = clock_monotonic_ns();

	j->stage_micros[stage] += (now - j->stage_start_ns) / 1000;
	j->stage_start_ns = now;
}

/* Facts that need neither text nor memory. */
static void gather_facts(struct judgement *j)
{
	const struct message_facts *form = &j->message.facts;
	int64_t *value = j->facts.value;

	j->facts = facts_default();
	facts_set_direction(&j->facts, j->direction);
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
	if (j->envelope.recipient_count)
		value[FACT_RECIPIENTS] = (int64_t)j->envelope.recipient_count;
}

/* Facts that come with the text views. */
static void gather_text_facts(struct judgement *j)
{
	const struct message_facts *form = &j->message.facts;
	const struct view *links = views_get(j->views, VIEW_LINKS, STR(""));
	int64_t lines = 0;

	for (size_t i = 0; i < links->text.n; i++)
		lines += links->text.p[i] == '\n';
	if (links->text.n && links->text.p[links->text.n - 1] != '\n')
		lines++;
	j->facts.value[FACT_LINKS] = lines;
	j->facts.value[FACT_WORDS] = (int64_t)views_body_words(j->views);
	j->facts.value[FACT_LINK_MISMATCH] = form->link_mismatch;
	j->facts.value[FACT_QUOTED_ONLY] = form->quoted_only;
	j->facts.value[FACT_LIMITS] = form->limits;
}

static enum status read_text(struct judgement *j)
{
	enum status status;

	gather_text_facts(j);
	status = ruleset_scan(j->generation->ruleset, j->views, j->direction, &j->filter, j->message.arena, &j->hits);
	end_stage(j, STAGE_TEXT);
	return status;
}

static enum status ask_memory(struct judgement *j)
{
	const struct recall_question question = {
	    .config = j->generation->config,
	    .message = &j->message,
	    .envelope = &j->envelope,
	    .views = j->views,
	    .direction = j->direction,
	    .now = j->override->now,
	    .auth = j->auth.from,
	    .linkedin = j->linkedin.stream,
	};
	enum status status;

	if (!j->generation->memory || j->asked)
		return STATUS_OK;
	j->asked = true;
	end_stage(j, STAGE_RULES);
	status = recall_ask(j->generation->memory, &question, &j->recall);
	if (status == STATUS_OK && !j->override->relation_given)
		recall_facts(j->recall, &j->facts);
	end_stage(j, STAGE_MEMORY);
	return status;
}

static enum status apply_rules(struct judgement *j)
{
	struct decision *decision = j->decision;
	enum status status;

	decision->facts = j->facts;
	decision->settled = j->settled;
	if (j->settled)
		return STATUS_OK;
	status = ruleset_conclude(j->generation->ruleset, &j->hits, &decision->facts, &j->filter, j->message.arena,
				  &decision->verdict);
	if (decision->verdict.match_errors)
		j->message.facts.limits |= MAIL_LIMIT_MATCH;
	return status;
}

static struct disposal disposal_of(const struct judgement *j)
{
	return (struct disposal){
	    .config = j->generation->config,
	    .message = &j->message,
	    .envelope = &j->envelope,
	    .direction = j->direction,
	    .auth = j->auth.from,
	    .recall = j->recall,
	    .now = j->override->now,
	};
}

static enum status find_policies(struct judgement *j)
{
	const struct disposal disposal = disposal_of(j);
	enum status status = disposal_find_policies(&disposal, &j->recipients);

	if (status == STATUS_OK)
		status = recipients_languages(&j->recipients, j->message.arena, &j->filter.languages,
					      &j->filter.language_count);
	j->judged = j->direction != DIRECTION_INTERNAL && !recipients_all_exempt(&j->recipients);
	return status;
}

static enum status apply_policies(struct judgement *j)
{
	const struct disposal disposal = disposal_of(j);

	j->decision->recipients = j->recipients;
	j->decision->policy = recipients_policy_names(&j->recipients, j->message.arena);
	if (j->judged)
		disposal_apply(&disposal, j->decision);
	return j->decision->policy ? STATUS_OK : STATUS_NO_MEMORY;
}

/* What the header and the envelope tell. */
static enum status read_header(struct judgement *j, struct str raw, struct arena *arena)
{
	const struct config *config = j->generation->config;
	enum status status = message_read_header(raw, &config->limits, arena, &j->message);

	if (status != STATUS_OK)
		return status;
	end_stage(j, STAGE_PARSE);
	if (j->override->stored_mail)
		stored_mail_envelope(&j->message, config->our_hosts, config->our_host_count, &j->envelope);
	status = read_auth(j);
	if (status != STATUS_OK)
		return status;
	j->direction =
	    j->override->direction_given ? j->override->direction : direction_decide(&config->direction, &j->envelope);
	return find_policies(j);
}

/* What the body, or the lack of one, makes of it. */
static enum status read_body(struct judgement *j, struct str raw, uint32_t session_limits)
{
	const struct config *config = j->generation->config;
	enum status status;

	end_stage(j, STAGE_RULES);
	status = message_read_body(&j->message, raw, &config->limits);
	if (status != STATUS_OK)
		return status;
	end_stage(j, STAGE_PARSE);
	j->message.facts.limits |= session_limits;
	j->linkedin = linkedin_classify(&j->message, linkedin_origin_proved(&j->auth, &j->envelope));
	j->views = views_create(&j->message, &config->limits);
	if (!j->views)
		return STATUS_NO_MEMORY;
	gather_facts(j);
	return STATUS_OK;
}

static enum status read_steps(struct judgement *j, struct str raw, uint32_t session_limits, struct arena *arena)
{
	enum status status = read_header(j, raw, arena);

	return status == STATUS_OK ? read_body(j, raw, session_limits) : status;
}

static const struct judge_override no_override;

static struct judgement *begin(const struct generation *generation, const struct envelope *envelope,
			       const struct judge_override *override, struct arena *arena)
{
	struct judgement *judgement = arena_alloc(arena, sizeof *judgement);

	if (judgement)
		*judgement = (struct judgement){
		    .generation = generation,
		    .override = override ? override : &no_override,
		    .envelope = *envelope,
		    .stage_start_ns = clock_monotonic_ns(),
		};
	return judgement;
}

enum status judge_read(const struct generation *generation, const struct envelope *envelope, struct str raw,
		       uint32_t session_limits, const struct judge_override *override, struct arena *arena,
		       struct judgement **ret_judgement)
{
	int64_t start = clock_monotonic_ns();
	struct judgement *judgement = begin(generation, envelope, override, arena);
	enum status status;

	if (!judgement)
		return STATUS_NO_MEMORY;
	status = read_steps(judgement, raw, session_limits, arena);
	if (status == STATUS_OK && judgement->judged)
		status = read_text(judgement);
	judgement->nanoseconds = clock_monotonic_ns() - start;
	*ret_judgement = judgement;
	return status;
}

/* Facts that the texts, which nobody has looked at yet, will tell. */
static const enum fact_id text_facts[] = {FACT_WORDS, FACT_LINKS, FACT_LINK_MISMATCH, FACT_QUOTED_ONLY, FACT_LIMITS};

/* Facts that a header tells. */
static const enum fact_id header_facts[] = {FACT_DIRECTION, FACT_INBOUND,     FACT_OUTBOUND, FACT_INTERNAL,
					    FACT_AUTH,      FACT_AUTH_FORGED, FACT_LINKEDIN, FACT_LIST,
					    FACT_BULK,      FACT_AUTO,        FACT_REPLY,    FACT_HAS_UNSUBSCRIBE,
					    FACT_RECIPIENTS};

/* Facts that the memory tells of a header. */
static const enum fact_id memory_facts[] = {FACT_RELATION, FACT_REPLY_TO_OURS,   FACT_CC_KNOWN,
					    FACT_ANSWERED, FACT_RECEIVED_BEFORE, FACT_FREEMAIL_FROM};

static void mark(bool *known, const enum fact_id *facts, size_t count, bool value)
{
	for (size_t i = 0; i < count; i++)
		known[facts[i]] = value;
}

#define MARK(known, facts, value) mark(known, facts, sizeof(facts) / sizeof *(facts), value)

static bool may_classify(const struct judgement *j, const bool *known)
{
	return ruleset_may_classify(j->generation->ruleset, &j->facts, known, &j->filter, j->message.arena);
}

/* The texts of what is inbound and cannot get a class any more are not looked at. */
static bool is_settled(const struct judgement *j)
{
	bool known[FACT_COUNT];

	if (j->override->look_closer || j->direction != DIRECTION_INBOUND)
		return false;
	for (size_t i = 0; i < FACT_COUNT; i++)
		known[i] = true;
	MARK(known, text_facts, false);
	return !may_classify(j, known);
}

/* The memory counts near-duplicates of strangers' letters, and tells messages without an id by their content. */
static bool memory_needs_text(const struct judgement *j)
{
	return j->recall && (!j->message.message_id.n ||
			     (j->recall->query.personal && j->facts.value[FACT_RELATION] < RELATION_KNOWN));
}

static enum status settle_by_header(struct judgement *j, bool *ret_settled)
{
	bool known[FACT_COUNT] = {false};
	enum status status = STATUS_OK;

	*ret_settled = !j->judged;
	if (!j->judged || j->direction != DIRECTION_INBOUND || j->linkedin.claimed || j->facts.value[FACT_LINKEDIN] ||
	    j->generation->config->failure.tempfail[FAILURE_LIMITS])
		return STATUS_OK;
	MARK(known, header_facts, true);
	j->settled = !may_classify(j, known);
	if (!j->settled && j->auth.from == AUTH_PASS && j->generation->memory) {
		status = ask_memory(j);
		MARK(known, memory_facts, true);
		j->settled = status == STATUS_OK && !may_classify(j, known);
	}
	if (j->settled)
		status = ask_memory(j);
	j->settled = j->settled && !memory_needs_text(j);
	*ret_settled = j->settled;
	return status;
}

enum status judge_early(const struct generation *generation, const struct envelope *envelope, struct str header,
			uint32_t session_limits, struct arena *arena, struct judgement **ret_judgement,
			bool *ret_settled)
{
	int64_t start = clock_monotonic_ns();
	struct judgement *judgement = begin(generation, envelope, NULL, arena);
	struct judgement *unread = arena_alloc(arena, sizeof *unread);
	enum status status;

	*ret_settled = false;
	*ret_judgement = NULL;
	if (!judgement || !unread)
		return STATUS_NO_MEMORY;
	status = read_header(judgement, header, arena);
	*unread = *judgement;
	if (status == STATUS_OK)
		status = read_body(judgement, header, session_limits);
	if (status == STATUS_OK)
		status = settle_by_header(judgement, ret_settled);
	if (status != STATUS_OK)
		return status;
	/* The rest goes on where the body has not been looked for yet. */
	*ret_judgement = *ret_settled ? judgement : unread;
	(*ret_judgement)->nanoseconds = clock_monotonic_ns() - start;
	return STATUS_OK;
}

static enum status conclude_steps(struct judgement *j)
{
	enum status status;

	if (!j->judged) {
		j->decision->facts = j->facts;
		return apply_policies(j);
	}
	status = ask_memory(j);
	if (status == STATUS_OK)
		status = apply_rules(j);
	if (status == STATUS_OK)
		status = apply_policies(j);
	end_stage(j, STAGE_RULES);
	return status;
}

enum status judge_conclude(struct judgement *judgement, struct decision *ret_decision)
{
	int64_t start = clock_monotonic_ns();
	enum status status;

	*ret_decision = (struct decision){.policy = "", .direction = judgement->direction, .judged = judgement->judged};
	judgement->decision = ret_decision;
	judgement->stage_start_ns = start;
	status = conclude_steps(judgement);
	if (status == STATUS_OK && arena_failed(judgement->message.arena))
		status = STATUS_NO_MEMORY;
	if (status != STATUS_OK)
		return status;
	if (judgement->recall) {
		ret_decision->recall = judgement->recall;
		ret_decision->template_id = judgement->recall->answer.template_id;
	}
	ret_decision->auth = judgement->auth.from;
	ret_decision->limits = judgement->message.facts.limits;
	ret_decision->queue_id = judgement->envelope.queue_id;
	ret_decision->subject = judgement->message.subject;
	ret_decision->linkedin_template = judgement->linkedin.template_name;
	ret_decision->linkedin_template_new = judgement->linkedin.template_new;
	ret_decision->recipient_count = judgement->envelope.recipient_count;
	if (judgement->message.from.count)
		ret_decision->sender = judgement->message.from.items[0].mailbox;
	memcpy(ret_decision->stage_micros, judgement->stage_micros, sizeof ret_decision->stage_micros);
	ret_decision->micros = (judgement->nanoseconds + clock_monotonic_ns() - start) / 1000;
	return STATUS_OK;
}

const struct message *judgement_message(const struct judgement *judgement)
{
	return &judgement->message;
}

struct views *judgement_views(const struct judgement *judgement)
{
	return judgement->views;
}

const struct text_hits *judgement_hits(const struct judgement *judgement)
{
	return &judgement->hits;
}

enum status judge_suppose(const struct judgement *judgement, const struct text_hits *hits, const struct facts *facts,
			  struct arena *arena, struct verdict *ret_verdict)
{
	return ruleset_conclude(judgement->generation->ruleset, hits, facts, &judgement->filter, arena, ret_verdict);
}

/* From the body to the decision. */
static enum status judge_body(struct judgement *judgement, struct str raw, uint32_t session_limits,
			      struct decision *ret_decision)
{
	int64_t start = clock_monotonic_ns();
	enum status status;

	judgement->stage_start_ns = start;
	status = read_body(judgement, raw, session_limits);
	if (status == STATUS_OK && judgement->judged)
		status = ask_memory(judgement);
	judgement->settled = status == STATUS_OK && judgement->judged && is_settled(judgement);
	if (status == STATUS_OK && judgement->judged && !judgement->settled)
		status = read_text(judgement);
	judgement->nanoseconds += clock_monotonic_ns() - start;
	return status == STATUS_OK ? judge_conclude(judgement, ret_decision) : status;
}

enum status judge_message(const struct generation *generation, const struct envelope *envelope, struct str raw,
			  uint32_t session_limits, const struct judge_override *override, struct arena *arena,
			  struct decision *ret_decision, struct views **ret_views)
{
	int64_t start = clock_monotonic_ns();
	struct judgement *judgement = begin(generation, envelope, override, arena);
	enum status status;

	if (!judgement)
		return STATUS_NO_MEMORY;
	status = read_header(judgement, raw, arena);
	judgement->nanoseconds = clock_monotonic_ns() - start;
	if (status == STATUS_OK)
		status = judge_body(judgement, raw, session_limits, ret_decision);
	if (status == STATUS_OK && ret_views)
		*ret_views = judgement->views;
	return status;
}

enum status judge_rest(struct judgement *judgement, const struct envelope *envelope, struct str raw,
		       uint32_t session_limits, struct decision *ret_decision)
{
	struct str queue_id = judgement->envelope.queue_id;

	/* It was not known in time for what the header says of it. */
	if (!str_equal(queue_id, envelope->queue_id))
		return judge_message(judgement->generation, envelope, raw, session_limits, NULL,
				     judgement->message.arena, ret_decision, NULL);
	judgement->envelope = *envelope;
	return judge_body(judgement, raw, session_limits, ret_decision);
}

void judge_learn(const struct decision *decision)
{
	if (decision->recall)
		recall_learn(decision->recall, decision);
}
