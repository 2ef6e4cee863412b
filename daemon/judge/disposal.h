/*
 * disposal - what is to be done with a message: the policies of its recipients, or of its sender, have their say.
 */
#ifndef COLDSHOULDER_JUDGE_DISPOSAL_H
#define COLDSHOULDER_JUDGE_DISPOSAL_H

#include "judge/decision.h"
#include "judge/recall.h"
#include "mail/auth_results.h"
#include "mail/message.h"

/* What the policies are told about. All of it must outlive the decision. */
struct disposal {
	const struct config *config;
	const struct message *message;
	const struct envelope *envelope;
	enum direction direction;
	enum auth_result auth;
	const struct recall *recall; /* NULL: no memory, or not asked yet */
	int64_t now;                 /* seconds since 1970; 0: the wall clock */
};

/* Finds the policies that count for the message. In the message's arena; STATUS_NO_MEMORY. */
enum status disposal_find_policies(const struct disposal *disposal, struct recipients *ret_recipients);

/* Applies decision->recipients to the verdict: sets decision->outcome, and what is known about budgets. */
void disposal_apply(const struct disposal *disposal, struct decision *decision);

/* The mailbox of ours that writes an outbound message: From when it is local, else the envelope sender. */
struct str disposal_writing_mailbox(const struct config *config, const struct message *message,
				    const struct envelope *envelope);

#endif
