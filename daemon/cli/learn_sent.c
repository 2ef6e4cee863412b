#include "cli/learn.h"

#include "base/clock.h"
#include "cli/command.h"
#include "cli/mailbox_source.h"
#include "cli/progress.h"
#include "mail/message.h"
#include "memory/memory_query.h"

#include <gmime/gmime.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { FLUSH_MS = 60000 };

struct learner {
	const struct learn_options *options;
	struct memory_setup setup;
	struct progress progress;
	uint64_t bytes; /* of all files; 0: not known */
	int64_t oldest; /* seconds since 1970: what is older is forgotten already */
	unsigned long learned;
	unsigned long known;
	unsigned long not_ours;
	unsigned long impersonal;
	unsigned long too_old;
	unsigned long unreadable;
	bool refused; /* the memory could not take one */
};

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

/* The header with its empty line: all that relationships need, and much faster to read. */
static struct str header_of(struct str raw)
{
	size_t lf = str_find(raw, 0, STR("\n\n")), crlf = str_find(raw, 0, STR("\n\r\n"));

	if (lf == STR_NONE && crlf == STR_NONE)
		return raw;
	return str_sub(raw, 0, lf < crlf ? lf + 2 : crlf + 3);
}

/* When it was sent; now when the field says nothing, or something later. */
static int64_t date_of(const struct message *message, int64_t now)
{
	const struct header *field = header_first(&message->headers, STR("Date"));
	struct str value = field ? header_unfold(field, message->arena) : STR("");
	const char *text = arena_strndup(message->arena, value.p, value.n);
	GDateTime *date = text && *text ? g_mime_utils_header_decode_date(text) : NULL;
	int64_t seconds = date ? g_date_time_to_unix(date) : 0;

	if (date)
		g_date_time_unref(date);
	return seconds > 0 && seconds < now ? seconds : now;
}

/* The recipients of To, Cc and Bcc that are not ours. */
static size_t remote_recipients(const struct memory_query *query, const struct message *message,
				const struct direction_settings *direction, struct str *recipients, size_t max)
{
	const struct header *bcc = header_first(&message->headers, STR("Bcc"));
	struct address_list hidden = {NULL, 0};
	size_t count = 0;

	for (size_t i = 0; i < query->other_count && count < max; i++)
		recipients[count++] = query->others[i].mailbox;
	if (bcc)
		hidden = address_parse_header(bcc->raw, message->arena);
	for (size_t i = 0; i < hidden.count && count < max; i++)
		if (!direction_is_local(direction, hidden.items[i].mailbox))
			recipients[count++] = hidden.items[i].mailbox;
	return count;
}

static void learn_message(struct learner *learner, struct str raw)
{
	const struct config *config = learner->setup.config;
	struct arena *arena = learner->setup.arena;
	struct memory_query query = {.outbound = true};
	struct str recipients[200];
	struct message message;
	bool known;

	if (message_parse(header_of(raw), &config->limits, arena, &message) != STATUS_OK ||
	    memory_query_fill(&query, &message, memory_setup_is_local, &config->direction, arena) != STATUS_OK) {
		learner->refused = true;
		return;
	}
	query.now = date_of(&message, clock_wall_seconds());
	query.local = query.sender.mailbox;
	query.recipients = recipients;
	query.recipient_count =
	    remote_recipients(&query, &message, &config->direction, recipients, sizeof recipients / sizeof *recipients);
	if (!query.local.n || (!learner->options->any_sender && config->direction.local_domain_count &&
			       !direction_is_local(&config->direction, query.local)))
		learner->not_ours++;
	else if (!query.personal)
		learner->impersonal++;
	else if (query.now < learner->oldest)
		learner->too_old++;
	else if (memory_learn_sent(learner->setup.memory, &query, arena, &known) != STATUS_OK)
		learner->refused = true;
	else if (known)
		learner->known++;
	else
		learner->learned++;
}

static void take_message(void *context, const char *name, struct str raw)
{
	struct learner *learner = context;

	(void)name;
	if (interrupted || learner->refused)
		return;
	learn_message(learner, raw);
	arena_reset(learner->setup.arena);
	progress_step(&learner->progress, raw.n);
}

static void take_failure(void *context, const char *name, const char *why)
{
	struct learner *learner = context;

	learner->unreadable++;
	fprintf(stderr, "coldshoulder learn: %s: %s\n", name, why);
}

static void print_summary(const struct learner *learner)
{
	double seconds = progress_seconds(&learner->progress);

	printf("%lu messages learned", learner->learned);
	if (learner->known)
		printf(", %lu known already", learner->known);
	if (learner->not_ours)
		printf(", %lu not from local_domains", learner->not_ours);
	if (learner->impersonal)
		printf(", %lu automatic, bulk or to lists", learner->impersonal);
	if (learner->too_old)
		printf(", %lu too old to be kept", learner->too_old);
	if (learner->unreadable)
		printf(", %lu not readable", learner->unreadable);
	printf("; %.1f s\n", seconds);
}

static uint64_t size_of_all(const struct learn_options *options)
{
	uint64_t total = 0;

	for (int i = 0; i < options->path_count; i++) {
		uint64_t bytes = progress_size_of(options->paths[i]);

		/* What cannot be measured has no time left. */
		if (bytes == 0)
			return 0;
		total += bytes;
	}
	return total;
}

static int finish(struct learner *learner)
{
	struct memory *memory = learner->setup.memory;
	bool complete = !interrupted && !learner->refused;

	if (complete && learner->learned + learner->known > 0)
		complete = memory_set_bootstrapped(memory);
	if (!memory_flush(memory, FLUSH_MS) || !complete || memory_counters(memory).dropped) {
		fprintf(stderr, "coldshoulder learn: %s; run it again to go on\n",
			interrupted ? "interrupted" : "not all could be written");
		return COMMAND_INPUT;
	}
	return learner->unreadable ? COMMAND_INPUT : COMMAND_OK;
}

static int learn_all(struct learner *learner, struct mailbox_source *source)
{
	const struct mailbox_reader reader = {.message = take_message, .failed = take_failure, .context = learner};
	const struct config *config = learner->setup.config;
	int code;

	if (config->direction.local_domain_count == 0 && !learner->options->any_sender)
		fprintf(stderr,
			"coldshoulder learn: local_domains is empty: every From counts as ours, and no recipient\n");
	learner->oldest = clock_wall_seconds() - (int64_t)config->memory.retention.relation_days * SECONDS_PER_DAY;
	signal(SIGINT, interrupt);
	learner->progress = progress_start(learner->bytes);
	if (!mailbox_source_read(source, &reader))
		learner->refused = true;
	progress_end(&learner->progress);
	code = finish(learner);
	print_summary(learner);
	return code;
}

int learn_sent(const struct learn_options *options)
{
	static struct learner learner;
	struct mailbox_source source;
	int code = COMMAND_USAGE;

	learner.options = options;
	learner.bytes = size_of_all(options);
	if (!mailbox_source_open(&source, options->paths, options->path_count))
		return memory_setup_failed(&options->setup, "reading", STATUS_NO_MEMORY);
	if (memory_setup_open(&options->setup, &learner.setup)) {
		code = learn_all(&learner, &source);
		memory_setup_close(&learner.setup);
	}
	mailbox_source_close(&source);
	return code;
}
