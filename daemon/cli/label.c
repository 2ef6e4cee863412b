#include "base/clock.h"
#include "cli/command.h"
#include "cli/labels.h"
#include "cli/mailbox.h"
#include "cli/options.h"
#include "cli/setup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

struct labeller {
	struct labels *labels;
	struct arena *arena;
	enum label label;
	unsigned long count;
	bool failed;
};

static const char usage[] =
    "usage: coldshoulder label [OPTION...] good|bad|none FILE...\n"
    "       coldshoulder label [OPTION...] --list\n\n"
    "Keeps your own opinion of messages: good is mail that you want, bad is mail that you do not; none takes an\n"
    "opinion back. \"coldshoulder replay --labels\" measures by it. FILE is a message, an mbox, a Maildir or a\n"
    "directory; \"-\" is standard input. Nothing is sent, learned or changed but the file of labels.\n"
    "Exit code 0: done; 1: usage; 2: some input could not be read.\n\n"
    "      --labels-file FILE  in place of ~/.local/share/coldshoulder/labels\n"
    "  -l, --list              print the opinions that there are\n";

static void take_message(void *context, const char *name, struct str raw)
{
	struct labeller *labeller = context;
	struct message message;
	struct str key = {"", 0};

	if (message_parse(str_sub(raw, 0, mail_limits_default.header_bytes + mail_limits_default.scan_bytes),
			  &mail_limits_default, labeller->arena, &message) == STATUS_OK)
		key = labels_key(&message, labeller->arena);
	if (!key.n || !labels_set(labeller->labels, key, labeller->label, clock_wall_seconds(), name)) {
		fprintf(stderr, "coldshoulder label: %s: %s\n", name, status_name(STATUS_NO_MEMORY));
		labeller->failed = true;
	} else {
		labeller->count++;
	}
	arena_reset(labeller->arena);
}

static void take_failure(void *context, const char *name, const char *why)
{
	struct labeller *labeller = context;

	labeller->failed = true;
	fprintf(stderr, "coldshoulder label: %s: %s\n", name, why);
}

static void print_label(void *context, enum label label, struct str key, const char *name)
{
	(void)context;
	printf("%-4s  %.*s  %s\n", label_name(label), STR_ARGS(key), name);
}

static int label_files(struct labeller *labeller, const char *path, char **files, int count)
{
	const struct mailbox_reader reader = {.message = take_message, .failed = take_failure, .context = labeller};

	labeller->arena = setup_arena("label", 0);
	if (!labeller->arena)
		return COMMAND_USAGE;
	message_library_init();
	for (int i = 0; i < count; i++)
		mailbox_read(files[i], &reader);
	arena_destroy(labeller->arena);
	if (labeller->count && !labels_write(labeller->labels, path)) {
		fprintf(stderr, "coldshoulder label: %s: %s\n", path, strerror(errno));
		return COMMAND_USAGE;
	}
	printf("%lu messages are %s; in all %zu good and %zu bad\n", labeller->count,
	       labeller->label == LABEL_NONE ? "without an opinion" : label_name(labeller->label),
	       labels_count(labeller->labels, LABEL_GOOD), labels_count(labeller->labels, LABEL_BAD));
	return labeller->failed ? COMMAND_INPUT : COMMAND_OK;
}

static bool read_label(const char *text, enum label *ret_label)
{
	for (int i = LABEL_NONE; i <= LABEL_BAD; i++) {
		if (strcmp(text, label_name((enum label)i)) == 0) {
			*ret_label = (enum label)i;
			return true;
		}
	}
	return false;
}

static int run(const char *path, bool list, char **operands, int count)
{
	struct labeller labeller = {.label = LABEL_NONE};
	unsigned int line;
	int code;

	if (!list && (count < 2 || !read_label(operands[0], &labeller.label))) {
		fputs(usage, stderr);
		return COMMAND_USAGE;
	}
	labeller.labels = labels_read(path, &line);
	if (!labeller.labels) {
		if (errno)
			fprintf(stderr, "coldshoulder label: %s: %s\n", path, strerror(errno));
		else
			fprintf(stderr, "coldshoulder label: %s:%u: not a line of labels\n", path, line);
		return COMMAND_USAGE;
	}
	if (list) {
		labels_each(labeller.labels, print_label, NULL);
		code = COMMAND_OK;
	} else {
		code = label_files(&labeller, path, operands + 1, count - 1);
	}
	labels_free(labeller.labels);
	return code;
}

int command_label(int argc, char **argv)
{
	char fallback[PATH_MAX];
	const char *path = NULL;
	bool list = false;
	const struct command_option own[] = {
	    {"labels-file", 0, .value = &path},
	    {"list", 'l', .flag = &list},
	};
	const struct command_line line = {
	    .usage = usage, .options = own, .option_count = sizeof own / sizeof *own, .most = COMMAND_ANY_NUMBER};
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	if (!path && labels_default_path(fallback, sizeof fallback))
		path = fallback;
	if (path)
		return run(path, list, argv + optind, argc - optind);
	fprintf(stderr, "coldshoulder label: there is no home directory: name the file, --labels-file FILE\n");
	return COMMAND_USAGE;
}
