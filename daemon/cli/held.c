#include "base/buf.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/postfix_queue.h"
#include "cli/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char usage[] =
    "usage: coldshoulder held [OPTION...]\n\n"
    "Lists the messages that we put into Postfix's hold queue and that are still there, with the\n"
    "reason, and the commands to release or to delete them.\n\n"
    "  -c, --config FILE         configuration (default: the installed one)\n"
    "  -s, --state DIRECTORY     in place of the configured state_dir\n"
    "  -p, --postfix DIRECTORY   Postfix's configuration, if it is not the default instance\n";

struct listing {
	const char *state;
	const char *postfix;
	struct list reasons; /* of struct reason */
	struct list ids;     /* of char *; shown */
	struct arena *arena;
};

/* One line of the daemon's record. */
struct reason {
	long long at;
	struct str queue_id;
	struct str text;
};

/* "1764280000 4ABCDEF: class=..." */
static bool read_reason(const char *line, struct arena *arena, struct reason *ret_reason)
{
	char *copy = arena_strdup(arena, line), *rest;
	struct str text;
	size_t colon;

	if (!copy)
		return false;
	ret_reason->at = strtoll(copy, &rest, 10);
	text = str_trim(str_of(rest));
	colon = str_find(text, 0, STR(": "));
	if (colon == STR_NONE)
		return false;
	ret_reason->queue_id = str_sub(text, 0, colon);
	ret_reason->text = str_sub(text, colon + 2, text.n);
	return true;
}

/* A record that is not there yet is an empty one. */
static void read_record(struct listing *listing, const char *name)
{
	struct buf path = buf_make(listing->arena);
	char *line = NULL;
	size_t size = 0;
	FILE *stream;

	buf_add_format(&path, "%s/%s", listing->state, name);
	stream = buf_failed(&path) ? NULL : fopen(path.p, "re");
	while (stream && getline(&line, &size, stream) > 0) {
		struct reason reason, *place;

		if (read_reason(line, listing->arena, &reason) && (place = list_push(&listing->reasons)))
			*place = reason;
	}
	free(line);
	if (stream)
		fclose(stream);
}

/* The newest note of this message. Queue ids come again after a while: an older note is of another message. */
static const struct reason *reason_of(const struct listing *listing, const struct queued_message *message)
{
	const struct reason *newest = NULL;

	for (size_t i = 0; i < listing->reasons.count; i++) {
		const struct reason *reason = list_at(&listing->reasons, i);

		if (str_equal(reason->queue_id, str_of(message->queue_id)) && reason->at + 60 >= message->arrived &&
		    (!newest || reason->at >= newest->at))
			newest = reason;
	}
	return newest;
}

static void show(void *context, const struct queued_message *message)
{
	struct listing *listing = context;
	const struct reason *reason = reason_of(listing, message);
	time_t arrived = (time_t)message->arrived;
	struct tm parts;
	char date[32], **place;

	if (!reason)
		return;
	localtime_r(&arrived, &parts);
	strftime(date, sizeof date, "%Y-%m-%d %H:%M", &parts);
	printf("%s  %s  %s -> %s%s\n", message->queue_id, date, *message->sender ? message->sender : "<>",
	       message->recipient, message->recipient_count > 1 ? ", ..." : "");
	printf("    %.*s\n", STR_ARGS(reason->text));
	place = list_push(&listing->ids);
	if (place)
		*place = arena_strdup(listing->arena, message->queue_id);
}

static void print_commands(const struct listing *listing)
{
	static const struct {
		const char *what;
		const char *option;
	} commands[] = {{"release", "-H"}, {"delete", "-d"}};

	for (size_t c = 0; c < 2; c++) {
		printf("\n# to %s\n", commands[c].what);
		for (size_t i = 0; i < listing->ids.count; i++) {
			const char *id = *(char **)list_at(&listing->ids, i);

			printf("postsuper%s%s %s %s\n", listing->postfix ? " -c " : "",
			       listing->postfix ? listing->postfix : "", commands[c].option, id ? id : "");
		}
	}
}

static int list_held(struct listing *listing)
{
	char problem[256];
	enum status status;

	read_record(listing, "held.old");
	read_record(listing, "held");
	status = postfix_queue_read(listing->postfix, "hold", show, listing, problem, sizeof problem);
	if (status != STATUS_OK) {
		fprintf(stderr, "coldshoulder held: %s\n", problem);
		return COMMAND_USAGE;
	}
	if (listing->ids.count)
		print_commands(listing);
	else
		puts("nothing of ours is in the hold queue");
	return COMMAND_OK;
}

static int run(struct listing *listing, const char *config_path)
{
	struct error_list errors = error_list_make();
	struct config *config = listing->state ? NULL : setup_config(config_path, &errors);
	int code = COMMAND_USAGE;

	if (config)
		listing->state = config->state_directory;
	setup_print_errors(&errors, false);
	listing->arena = setup_arena("held", 0);
	if (listing->state && listing->arena) {
		listing->reasons = list_make(sizeof(struct reason), listing->arena);
		listing->ids = list_make(sizeof(char *), listing->arena);
		code = list_held(listing);
	}
	arena_destroy(listing->arena);
	config_free(config);
	error_list_free(&errors);
	return code;
}

int command_held(int argc, char **argv)
{
	struct listing listing = {.state = NULL};
	const char *config = NULL;
	const struct command_option own[] = {
	    {"config", 'c', .value = &config},
	    {"state", 's', .value = &listing.state},
	    {"postfix", 'p', .value = &listing.postfix},
	};
	const struct command_line line = {.usage = usage, .options = own, .option_count = sizeof own / sizeof *own};
	int code = options_read(&line, argc, argv);

	return code >= 0 ? code : run(&listing, config);
}
