#include "cli/learn.h"

#include "cli/command.h"
#include "cli/mailbox_source.h"
#include "cli/memory_ask.h"
#include "mail/view.h"
#include "memory/memory_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A template has 150 words at most: what is longer need not be sent. */
enum { TEXT_MAX = 16 * 1024 };

struct marker {
	const struct learn_options *options;
	struct memory_asker asker;
	bool learned;
	bool failed;
};

static json_t *json_str(struct str text)
{
	return json_stringn(text.p, text.n);
}

/* The text of a message, and the names that stand beside it: they are masked in a template. NULL: no text. */
static json_t *request_of(const struct marker *marker, struct str raw)
{
	const struct config *config = marker->asker.setup.config;
	struct arena *arena = marker->asker.setup.arena;
	struct memory_query query = {.outbound = false};
	json_t *names = json_array();
	struct message message;
	struct views *views;

	if (message_parse(raw, &config->limits, arena, &message) != STATUS_OK ||
	    memory_query_fill(&query, &message, memory_setup_is_local, &config->direction, arena) != STATUS_OK ||
	    !(views = views_create(&message, &config->limits))) {
		json_decref(names);
		return NULL;
	}
	for (size_t i = 0; i < query.other_count; i++)
		json_array_append_new(names, json_str(query.others[i].display));
	return json_pack("{ss so so so so sb}", "command", "template", "text",
			 json_str(str_sub(views_get(views, VIEW_BODY, STR(""))->text, 0, TEXT_MAX)), "from",
			 json_str(query.sender.mailbox), "from_name", json_str(query.sender.display), "names", names,
			 "learned", marker->learned);
}

static void mark(struct marker *marker, const char *name, json_t *request)
{
	json_t *reply;

	if (memory_ask(&marker->asker, request, &reply) != MEMORY_ANSWERED) {
		fprintf(stderr, "coldshoulder %s: %s: not done\n", marker->options->setup.command, name);
		marker->failed = true;
		return;
	}
	printf("%s: template %llu is %s\n", name, memory_asked_number(reply, "id"),
	       marker->learned ? "unwanted from now on" : "no longer unwanted");
	json_decref(reply);
}

static void take_message(void *context, const char *name, struct str raw)
{
	struct marker *marker = context;

	mark(marker, name, request_of(marker, raw));
	arena_reset(marker->asker.setup.arena);
}

static void take_failure(void *context, const char *name, const char *why)
{
	struct marker *marker = context;

	fprintf(stderr, "coldshoulder %s: %s: %s\n", marker->options->setup.command, name, why);
	marker->failed = true;
}

/* "1234": the id that the log tells. */
static bool is_id(const char *text, uint64_t *ret_id)
{
	char *end;

	if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 18)
		return false;
	*ret_id = strtoull(text, &end, 10);
	return *ret_id != 0;
}

static void mark_by_id(struct marker *marker, uint64_t id)
{
	char name[48];

	snprintf(name, sizeof name, "%llu", (unsigned long long)id);
	mark(marker, name,
	     json_pack("{ss sI sb}", "command", "template", "id", (json_int_t)id, "learned", marker->learned));
}

/* Ids to the front, files behind them; the number of ids. */
static int sort_operands(char **operands, int count)
{
	int ids = 0;
	uint64_t id;

	for (int i = 0; i < count; i++) {
		char *operand = operands[i];

		if (!is_id(operand, &id))
			continue;
		memmove(operands + ids + 1, operands + ids, (size_t)(i - ids) * sizeof *operands);
		operands[ids++] = operand;
	}
	return ids;
}

int learn_template(const struct learn_options *options, bool learned)
{
	struct marker marker = {.options = options, .learned = learned};
	const struct mailbox_reader reader = {.message = take_message, .failed = take_failure, .context = &marker};
	int ids = sort_operands(options->paths, options->path_count);
	int code = COMMAND_USAGE;
	struct mailbox_source source;
	uint64_t id;

	if (!mailbox_source_open(&source, options->paths + ids, options->path_count - ids))
		return memory_setup_failed(&options->setup, "reading", STATUS_NO_MEMORY);
	if (memory_asker_open(&marker.asker, &options->setup)) {
		for (int i = 0; i < ids; i++)
			if (is_id(options->paths[i], &id))
				mark_by_id(&marker, id);
		if (!mailbox_source_read(&source, &reader))
			take_failure(&marker, "reading", "ended early");
		memory_asker_close(&marker.asker);
		code = marker.failed ? COMMAND_INPUT : COMMAND_OK;
	}
	mailbox_source_close(&source);
	return code;
}
