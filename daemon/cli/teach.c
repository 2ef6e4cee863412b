#include "cli/command.h"
#include "cli/decisions.h"
#include "cli/memory_ask.h"
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

struct lesson {
	struct memory_setup_options options;
	struct memory_asker asker;
	const char *queue_id; /* NULL: `from` and `to` were given */
	const char *from;
	const char *to;
	bool good;
	bool undo;
	json_t *record;
	size_t changes;
	bool failed;
};

static const char usage[] =
    "usage: coldshoulder teach [OPTION...] QUEUE-ID good|cold\n"
    "       coldshoulder teach [OPTION...] --from ADDRESS --to MAILBOX good\n\n"
    "Corrects a decision. good: the sender is somebody the recipients know, and the text no unwanted template.\n"
    "cold: the text is an unwanted template, whoever sends it. Says what it changed.\n\n"
    "      --undo             take back what the same command did before\n"
    "      --from ADDRESS     the sender, in place of a queue id\n"
    "      --to MAILBOX       the recipient\n"
    "  -c, --config FILE      configuration (default: the installed one)\n"
    "  -s, --state DIRECTORY  in place of the configured state_dir\n";

static void keep(void *context, json_t *record, const char *line)
{
	struct lesson *lesson = context;

	(void)line;
	if (strcmp(decisions_text(record, "queue_id", ""), lesson->queue_id) != 0)
		return;
	json_decref(lesson->record);
	lesson->record = json_incref(record);
}

/* Asks and counts; NULL: it failed, and why was printed. */
static json_t *ask(struct lesson *lesson, json_t *request)
{
	json_t *reply;

	if (memory_ask(&lesson->asker, request, &reply) == MEMORY_ANSWERED)
		return reply;
	lesson->failed = true;
	return NULL;
}

static void relate(struct lesson *lesson, const char *local)
{
	json_t *reply = ask(lesson, json_pack("{ss ss ss}", "command", "who", "address", lesson->from, "of", local));
	const char *before = decisions_text(reply, "relation", "unknown");

	if (!reply)
		return;
	if (!lesson->undo && strcmp(before, "stranger") != 0) {
		printf("%s is already %s to %s\n", lesson->from, before, local);
	} else if (!lesson->undo) {
		json_t *done =
		    ask(lesson, json_pack("{ss ss ss}", "command", "relate", "local", local, "remote", lesson->from));

		if (done)
			printf("%s was a stranger to %s, and is known from now on\n", lesson->from, local);
		lesson->changes += done != NULL;
		json_decref(done);
	} else if (strcmp(before, "stranger") == 0) {
		printf("%s is a stranger to %s: nothing to take back\n", lesson->from, local);
	} else {
		json_t *done =
		    ask(lesson, json_pack("{ss ss ss}", "command", "unrelate", "local", local, "remote", lesson->from));

		if (done)
			printf("%s is a stranger to everybody here again (%llu entries erased)\n", lesson->from,
			       memory_asked_number(done, "erased"));
		lesson->changes += done != NULL;
		json_decref(done);
	}
	json_decref(reply);
}

static void relate_all(struct lesson *lesson)
{
	size_t i;
	json_t *recipient;

	if (lesson->to) {
		relate(lesson, lesson->to);
		return;
	}
	json_array_foreach(json_object_get(lesson->record, "recipients"), i, recipient)
	    relate(lesson, json_string_value(recipient));
}

/* Without its text a template can be named by its number only, which a text of which there was one copy has not. */
static void mark_template(struct lesson *lesson)
{
	const char *id = decisions_text(lesson->record, "template", NULL);
	bool unwanted = lesson->good == lesson->undo;
	json_t *reply;

	if (!id) {
		if (!lesson->good)
			printf("its text was the first of its kind, and is not kept: save the message, and\n"
			       "  coldshoulder learn template FILE\n");
		return;
	}
	reply = ask(lesson, json_pack("{ss sI sb}", "command", "template", "id", (json_int_t)strtoull(id, NULL, 10),
				      "learned", unwanted));
	if (reply)
		printf("template %s is %s\n", id, unwanted ? "unwanted from now on" : "not unwanted any more");
	lesson->changes += reply != NULL;
	json_decref(reply);
}

static bool find_record(struct lesson *lesson)
{
	const struct control_options options = {
	    .command = "teach", .config = lesson->options.config, .state = lesson->options.state};
	const struct decisions_query query = {.must_contain = lesson->queue_id, .visit = keep, .context = lesson};
	const char *from;

	if (!decisions_read(&options, &query))
		return false;
	from = decisions_text(lesson->record, "from", "");
	if (!lesson->record) {
		fprintf(stderr, "coldshoulder teach: there is no decision about %s\n", lesson->queue_id);
	} else if (strcmp(decisions_text(lesson->record, "direction", ""), "inbound") != 0) {
		fprintf(stderr, "coldshoulder teach: %s was no inbound mail\n", lesson->queue_id);
	} else if (lesson->good &&
		   (!strchr(from, '@') || !json_array_size(json_object_get(lesson->record, "recipients")))) {
		fprintf(
		    stderr,
		    "coldshoulder teach: the decision log keeps no addresses: give --from and --to in place of %s\n",
		    lesson->queue_id);
	} else {
		lesson->from = from;
		return true;
	}
	return false;
}

static int carry_out(struct lesson *lesson)
{
	if (!memory_asker_open(&lesson->asker, &lesson->options))
		return COMMAND_USAGE;
	if (lesson->good)
		relate_all(lesson);
	if (lesson->record &&
	    (!lesson->good || json_object_get(json_object_get(lesson->record, "facts"), "template_learned")))
		mark_template(lesson);
	memory_asker_close(&lesson->asker);
	if (lesson->changes && !lesson->undo) {
		printf("to take it back: coldshoulder teach --undo ");
		if (lesson->queue_id)
			printf("%s", lesson->queue_id);
		else
			printf("--from %s --to %s", lesson->from, lesson->to);
		printf(" %s\n", lesson->good ? "good" : "cold");
	}
	return lesson->failed ? COMMAND_INPUT : COMMAND_OK;
}

int command_teach(int argc, char **argv)
{
	struct lesson lesson = {.options = {.command = "teach"}};
	const struct command_option own[] = {
	    {"undo", 0, .flag = &lesson.undo},
	    {"from", 0, .value = &lesson.from},
	    {"to", 0, .value = &lesson.to},
	    {"config", 'c', .value = &lesson.options.config},
	    {"state", 's', .value = &lesson.options.state},
	};
	const struct command_line line = {
	    .usage = usage, .options = own, .option_count = sizeof own / sizeof *own, .least = 1, .most = 2};
	int code = options_read(&line, argc, argv);
	bool addresses = lesson.from && lesson.to;
	const char *verdict;

	if (code >= 0)
		return code;
	verdict = argv[argc - 1];
	lesson.good = strcmp(verdict, "good") == 0;
	if (argc - optind != (addresses ? 1 : 2) || (!lesson.good && strcmp(verdict, "cold") != 0) ||
	    (!lesson.from != !lesson.to) || (addresses && !lesson.good))
		return options_refuse(&line);
	if (!addresses)
		lesson.queue_id = argv[optind];
	code = addresses || find_record(&lesson) ? carry_out(&lesson) : COMMAND_INPUT;
	json_decref(lesson.record);
	return code;
}
