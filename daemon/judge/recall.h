/*
 * recall - what the memory knows about a message, as facts; and what it learns from it afterwards.
 *
 * Without a memory (the tool's default) every sender is a stranger; with one that cannot be asked, the relation is
 * unknown, and no rule takes that for a stranger.
 */
#ifndef COLDSHOULDER_JUDGE_RECALL_H
#define COLDSHOULDER_JUDGE_RECALL_H

#include "engine/linkedin.h"
#include "judge/config.h"
#include "judge/decision.h"
#include "mail/view.h"
#include "memory/memory.h"

/* What was asked and answered; lives in the message's arena. */
struct recall {
	struct memory *memory;
	struct memory_query query;
	struct memory_answer answer;
};

/* What the look-up is made from. All of it must outlive the recall. */
struct recall_question {
	const struct config *config;
	const struct message *message;
	const struct envelope *envelope;
	struct views *views;
	enum direction direction;
	int64_t now; /* seconds since 1970; 0: the wall clock */
	enum auth_result auth;
	enum linkedin_stream linkedin;
};

/* Asks `memory`. In the message's arena; STATUS_NO_MEMORY. */
enum status recall_ask(struct memory *memory, const struct recall_question *question, struct recall **ret_recall);

/* Sets the facts that come from the memory. */
void recall_facts(const struct recall *recall, struct facts *facts);

/*
 * True while the site's outbound mail has not been watched for long enough to block by relationships (learning_days).
 * False when the store could not be asked: then the relation is unknown, which no rule takes for a stranger.
 */
bool recall_still_learning(const struct recall *recall, const struct config *config);

/* Learns from the message after its verdict was carried out. Never waits. */
void recall_learn(const struct recall *recall, const struct decision *decision);

#endif
