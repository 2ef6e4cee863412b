#include "fake_judge.h"

#include "mail/address.h"

#include <stdio.h>
#include <string.h>

struct fake_judge fake_judge;
struct config fake_config;

static struct generation generation = {.config = &fake_config, .number = 1};

void fake_judge_reset(void)
{
	fake_judge =
	    (struct fake_judge){.decision = {.direction = DIRECTION_INBOUND, .judged = true, .policy = "test"}};
	fake_config = (struct config){
	    .max_recipients = 100,
	    .limits = {.scan_bytes = 1000, .headers = 100, .header_bytes = 4000},
	};
}

struct generation_slot *fake_judge_slot(void)
{
	return (struct generation_slot *)&generation;
}

struct generation *generation_slot_acquire(struct generation_slot *slot)
{
	(void)slot;
	fake_judge.references++;
	return &generation;
}

void generation_release(struct generation *released)
{
	if (released)
		fake_judge.references--;
}

enum status judge_message(const struct generation *with, const struct envelope *envelope, struct str raw,
			  uint32_t session_limits, const struct judge_override *override, struct arena *arena,
			  struct decision *ret_decision, struct views **ret_views)
{
	(void)with;
	(void) override;
	(void)ret_views;
	fake_judge.judged++;
	fake_judge.limits = session_limits;
	fake_judge.envelope = *envelope;
	fake_judge.recipient_count = envelope->recipient_count;
	snprintf(fake_judge.raw, sizeof fake_judge.raw, "%.*s", STR_ARGS(raw));
	snprintf(fake_judge.sender, sizeof fake_judge.sender, "%.*s", STR_ARGS(envelope->sender));
	snprintf(fake_judge.queue_id, sizeof fake_judge.queue_id, "%.*s", STR_ARGS(envelope->queue_id));
	*ret_decision = fake_judge.decision;
	if (!arena_alloc(arena, 100000))
		return STATUS_NO_MEMORY;
	return fake_judge.status;
}

/* Every message has to be seen whole. */
enum status judge_early(const struct generation *with, const struct envelope *envelope, struct str header,
			uint32_t session_limits, struct arena *arena, struct judgement **ret_judgement,
			bool *ret_settled)
{
	(void)with;
	(void)envelope;
	(void)header;
	(void)session_limits;
	(void)arena;
	*ret_judgement = NULL;
	*ret_settled = false;
	return STATUS_OK;
}

enum status judge_rest(struct judgement *judgement, const struct envelope *envelope, struct str raw,
		       uint32_t session_limits, struct decision *ret_decision)
{
	(void)judgement;
	(void)envelope;
	(void)raw;
	(void)session_limits;
	(void)ret_decision;
	return STATUS_INTERNAL;
}

enum status judge_conclude(struct judgement *judgement, struct decision *ret_decision)
{
	(void)judgement;
	(void)ret_decision;
	return STATUS_INTERNAL;
}

size_t decision_headers(const struct decision *decision, const struct config *config, struct arena *arena,
			struct decision_header headers[DECISION_HEADERS_MAX])
{
	(void)decision;
	(void)config;
	(void)arena;
	memcpy(headers, fake_judge.headers, sizeof fake_judge.headers);
	return fake_judge.header_count;
}

enum status decision_advice(const struct decision *decision, struct arena *arena, struct advice *ret_advice)
{
	*ret_advice = (struct advice){
	    .lines = {arena_strdup(arena, decision->verdict.reply ? decision->verdict.reply : "Not accepted.")},
	    .count = 1};
	return ret_advice->lines[0] ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Every two recipients differ, when they may. */
bool policy_set_splits(const struct policy_set *set, struct str first, struct str next, uint32_t today)
{
	(void)today;
	return set->split && !str_equal(first, next);
}

/* Stands in for policy/: the authenticated send, all others receive. */
enum direction direction_decide(const struct direction_settings *settings, const struct envelope *envelope)
{
	(void)settings;
	return envelope->auth_user.n ? DIRECTION_OUTBOUND : DIRECTION_INBOUND;
}

/* Stands in for mail/address.c. */
struct address address_parse_envelope(struct str argument, struct arena *arena)
{
	(void)arena;
	if (argument.n >= 2 && argument.p[0] == '<' && argument.p[argument.n - 1] == '>')
		argument = str_sub(argument, 1, argument.n - 2);
	return (struct address){.mailbox = argument};
}

void judge_learn(const struct decision *decision)
{
	(void)decision;
}
