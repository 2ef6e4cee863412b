#include "cli/learn.h"

#include "cli/command.h"
#include "cli/mailbox_source.h"
#include "mail/view.h"
#include "memory/memory_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct marker {
	const struct learn_options *options;
	struct memory_setup setup;
	bool learned;
	bool failed;
};

/* The sketch of a message as a look-up would make it; false when its text is no template's. */
static bool sketch_of(struct marker *marker, struct str raw, struct sketch *ret_sketch)
{
	const struct config *config = marker->setup.config;
	struct memory_query query = {.outbound = false};
	struct message message;
	struct views *views;

	if (message_parse(raw, &config->limits, marker->setup.arena, &message) != STATUS_OK ||
	    memory_query_fill(&query, &message, memory_setup_is_local, &config->direction, marker->setup.arena) !=
		STATUS_OK)
		return false;
	views = views_create(&message, &config->limits);
	if (!views)
		return false;
	query.text = views_get(views, VIEW_BODY, STR(""))->text;
	query.personal = true;
	return memory_template_sketch(marker->setup.memory, &query, marker->setup.arena, ret_sketch);
}

static void take_message(void *context, const char *name, struct str raw)
{
	struct marker *marker = context;
	struct store *store = memory_store(marker->setup.memory);
	struct sketch sketch;
	enum status status;
	uint64_t id;

	if (!sketch_of(marker, raw, &sketch)) {
		fprintf(stderr, "coldshoulder %s: %s: the author's text is not between %d and %d words long\n",
			marker->options->setup.command, name, TEMPLATE_WORDS_MIN, TEMPLATE_WORDS_MAX);
		marker->failed = true;
		return;
	}
	status = store->operations->learn_template(store, &sketch, marker->learned, &id);
	if (status != STATUS_OK) {
		memory_setup_failed(&marker->options->setup, name, status);
		marker->failed = true;
	} else if (!id) {
		printf("%s: there is no such template\n", name);
	} else {
		printf("%s: template %llu is %s\n", name, (unsigned long long)id,
		       marker->learned ? "unwanted from now on" : "no longer unwanted");
	}
	arena_reset(marker->setup.arena);
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
	struct store *store = memory_store(marker->setup.memory);
	enum status status = store->operations->mark_template(store, id, marker->learned);
	char what[48];

	if (status == STATUS_OK) {
		printf("template %llu is %s\n", (unsigned long long)id,
		       marker->learned ? "unwanted from now on" : "no longer unwanted");
		return;
	}
	snprintf(what, sizeof what, "template %llu", (unsigned long long)id);
	memory_setup_failed(&marker->options->setup, what, status);
	marker->failed = true;
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
	const struct mailbox_reader reader = {take_message, take_failure, &marker};
	int ids = sort_operands(options->paths, options->path_count);
	int code = COMMAND_USAGE;
	struct mailbox_source source;
	uint64_t id;

	if (!mailbox_source_open(&source, options->paths + ids, options->path_count - ids))
		return memory_setup_failed(&options->setup, "reading", STATUS_NO_MEMORY);
	if (memory_setup_open(&options->setup, &marker.setup)) {
		for (int i = 0; i < ids; i++)
			if (is_id(options->paths[i], &id))
				mark_by_id(&marker, id);
		if (!mailbox_source_read(&source, &reader))
			take_failure(&marker, "reading", "ended early");
		memory_setup_close(&marker.setup);
		code = marker.failed ? COMMAND_INPUT : COMMAND_OK;
	}
	mailbox_source_close(&source);
	return code;
}
