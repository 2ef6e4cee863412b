/*
 * postfix_queue - what lies in a queue of Postfix, as "postqueue -j" tells it (Postfix 3.1 and newer).
 */
#ifndef COLDSHOULDER_CLI_POSTFIX_QUEUE_H
#define COLDSHOULDER_CLI_POSTFIX_QUEUE_H

#include "base/error.h"

struct queued_message {
	const char *queue_id;
	long long arrived;     /* seconds since 1970 */
	const char *sender;    /* empty: the null sender */
	const char *recipient; /* the first one */
	size_t recipient_count;
};

typedef void queued_message_receiver(void *context, const struct queued_message *message);

/*
 * Hands every message of the queue ("hold") to `receive`, which may keep nothing of it. `config_directory` is that of
 * the Postfix instance, NULL for the default one. STATUS_OK; otherwise `problem` says in words what went wrong.
 */
enum status postfix_queue_read(const char *config_directory, const char *queue, queued_message_receiver *receive,
			       void *context, char *problem, size_t problem_size);

#endif
