/*
 * memory_ask - asks the memory of the running daemon by its control socket, or the store itself when none runs.
 */
#ifndef COLDSHOULDER_CLI_MEMORY_ASK_H
#define COLDSHOULDER_CLI_MEMORY_ASK_H

#include "cli/memory_setup.h"

#include <jansson.h>

struct memory_asker {
	const struct memory_setup_options *options;
	struct memory_setup setup; /* its memory is opened when no daemon answers */
};

/* Reads the configuration and gives root's rights up. False: why was printed, and there is nothing to close. */
bool memory_asker_open(struct memory_asker *asker, const struct memory_setup_options *options);

enum memory_asked {
	MEMORY_ANSWERED, /* *ret_reply is a new reference */
	MEMORY_REFUSED,  /* why was printed; *ret_reply is NULL */
	MEMORY_UNUSABLE  /* there is neither daemon nor store; why was printed */
};

/* Sends a request of judge/memory_request.h, whose reference is taken over; NULL counts as not UTF-8. */
enum memory_asked memory_ask(struct memory_asker *asker, json_t *request, json_t **ret_reply);

void memory_asker_close(struct memory_asker *asker);

/* A number of a reply. */
unsigned long long memory_asked_number(const json_t *reply, const char *name);

#endif
