#include "cli/memory_ask.h"

#include "cli/control.h"
#include "judge/memory_request.h"

#include <stdio.h>

bool memory_asker_open(struct memory_asker *asker, const struct memory_setup_options *options)
{
	asker->options = options;
	return memory_setup_begin(options, &asker->setup);
}

static void print_refusal(const struct memory_asker *asker, const json_t *reply)
{
	const char *error = json_string_value(json_object_get(reply, "error"));
	const char *hint = json_string_value(json_object_get(reply, "hint"));

	fprintf(stderr, "coldshoulder %s: %s\n", asker->options->command, error ? error : "out of memory");
	if (hint)
		fprintf(stderr, "  hint: %s\n", hint);
}

static enum memory_asked ask_store(struct memory_asker *asker, const json_t *request, json_t **ret_reply)
{
	json_t *reply;

	if (!asker->setup.memory && !memory_setup_open_memory(asker->options, &asker->setup))
		return MEMORY_UNUSABLE;
	reply = memory_request_run(asker->setup.memory, asker->setup.config, request);
	if (json_is_true(json_object_get(reply, "ok"))) {
		*ret_reply = reply;
		return MEMORY_ANSWERED;
	}
	print_refusal(asker, reply);
	json_decref(reply);
	return MEMORY_REFUSED;
}

enum memory_asked memory_ask(struct memory_asker *asker, json_t *request, json_t **ret_reply)
{
	const struct control_options options = {asker->options->command, asker->options->config, asker->options->state};
	enum control_answer answer = CONTROL_NONE;
	enum memory_asked asked;

	*ret_reply = NULL;
	if (!request) {
		fprintf(stderr, "coldshoulder %s: that is no UTF-8\n", asker->options->command);
		return MEMORY_REFUSED;
	}
	/* Once there was none, the store is ours. */
	if (!asker->setup.memory)
		answer = control_ask(&options, json_incref(request), true, ret_reply);
	if (answer == CONTROL_NONE) {
		asked = ask_store(asker, request, ret_reply);
	} else {
		asked = answer == CONTROL_OK ? MEMORY_ANSWERED : MEMORY_REFUSED;
	}
	if (asked != MEMORY_ANSWERED && *ret_reply) {
		json_decref(*ret_reply);
		*ret_reply = NULL;
	}
	json_decref(request);
	return asked;
}

void memory_asker_close(struct memory_asker *asker)
{
	memory_setup_close(&asker->setup);
}

unsigned long long memory_asked_number(const json_t *reply, const char *name)
{
	return (unsigned long long)json_integer_value(json_object_get(reply, name));
}
