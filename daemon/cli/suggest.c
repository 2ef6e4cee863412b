#include "cli/command.h"
#include "cli/mailbox.h"
#include "cli/options.h"
#include "cli/setup.h"
#include "cli/suggest_rule.h"
#include "engine/rule.h"
#include "judge/judge.h"

#include <stdlib.h>
#include <string.h>

enum { HAM_MAX = 32, NAMES_MAX = 64, SPARE = 3, COUNT_MAX = 50, RULES_SHOWN = 4 };

struct suggest {
	struct setup_options setup;
	const char *ham[HAM_MAX];
	size_t ham_count;
	struct suggest_heading heading;
	size_t count;
	const char *file;
	struct generation *generation;
	struct arena *arena;         /* for the mail and the rule */
	struct arena *message_arena; /* for one message of ham */
	struct str raw;
	struct str message_id;
	struct decision decision;
	const struct view *body;
	struct suggest_tokens tokens;
	struct str names[NAMES_MAX];
	size_t name_count;
	struct suggest_phrases *phrases;
	struct suggest_rule *rule;
	size_t ham_read;
	bool trying; /* second reading of the ham: the rule is tried */
	bool failed;
};

static const char usage[] =
    "usage: coldshoulder suggest [OPTION...] FILE\n\n"
    "Proposes phrases that occur in this mail and in no ordinary mail, as a rule file to edit. FILE is a\n"
    "message; \"-\" is standard input. Exit code 0: done; 1: usage or configuration; 2: FILE could not be\n"
    "read, or there is nothing to propose.\n\n"
    "      --ham PATH          ordinary mail (a directory, an mbox, a Maildir; may be repeated)\n"
    "      --id ID             of the rule (default: after the file)\n"
    "      --family NAME       of the rule (default: pitch)\n"
    "      --lang CODE         language of the rule (default: none)\n"
    "      --count N           phrases at most (default: 12)\n"
    "  -c, --config FILE       configuration (default: the installed one, else the built-in defaults)\n"
    "  -r, --rules DIRECTORY   rules in place of the configured directory\n";

/* Letters, digits, _ and -: what goes into the rule file as it is. */
static bool is_plain_word(const char *text)
{
	for (const char *p = text; *p; p++)
		if (!ascii_is_alnum(*p) && *p != '_' && *p != '-')
			return false;
	return *text != '\0';
}

static bool take_word(const char **value, const char *option, const char *argument)
{
	*value = argument;
	if (is_plain_word(argument))
		return true;
	fprintf(stderr, "coldshoulder suggest: --%s takes letters, digits, _ and -\n", option);
	return false;
}

static bool take_ham(void *context, const char *argument)
{
	struct suggest *suggest = context;

	if (suggest->ham_count < HAM_MAX) {
		suggest->ham[suggest->ham_count++] = argument;
		return true;
	}
	fprintf(stderr, "coldshoulder suggest: at most %d --ham\n", HAM_MAX);
	return false;
}

static bool take_id(void *context, const char *argument)
{
	struct suggest *suggest = context;

	return take_word(&suggest->heading.id, "id", argument);
}

static bool take_family(void *context, const char *argument)
{
	struct suggest *suggest = context;

	return take_word(&suggest->heading.family, "family", argument);
}

static bool take_language(void *context, const char *argument)
{
	struct suggest *suggest = context;

	return take_word(&suggest->heading.language, "lang", argument);
}

static bool take_count(void *context, const char *argument)
{
	struct suggest *suggest = context;
	char *end;

	suggest->count = strtoul(argument, &end, 10);
	if (*end == '\0' && suggest->count >= 1 && suggest->count <= COUNT_MAX)
		return true;
	fprintf(stderr, "coldshoulder suggest: --count takes a number from 1 to %d\n", COUNT_MAX);
	return false;
}

/* -1: go on; otherwise the exit code. */
static int read_options(struct suggest *suggest, int argc, char **argv)
{
	const struct command_option own[] = {
	    {"ham", 0, .take = take_ham},
	    {"id", 0, .take = take_id},
	    {"family", 0, .take = take_family},
	    {"lang", 0, .take = take_language},
	    {"count", 0, .take = take_count},
	    {"config", 'c', .value = &suggest->setup.config},
	    {"rules", 'r', .value = &suggest->setup.rules},
	};
	const struct command_line line = {.usage = usage,
					  .options = own,
					  .option_count = sizeof own / sizeof *own,
					  .most = COMMAND_ANY_NUMBER,
					  .context = suggest};
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	if (optind + 1 != argc) {
		fprintf(stderr, "coldshoulder suggest: name one file, or \"-\" for standard input\n");
		return COMMAND_USAGE;
	}
	suggest->file = argv[optind];
	return -1;
}

static void report_failure(void *context, const char *name, const char *why)
{
	(void)context;
	fprintf(stderr, "coldshoulder suggest: %s: %s\n", name, why);
}

/* The first message of FILE is the one. */
static void keep_message(void *context, const char *name, struct str raw)
{
	struct suggest *suggest = context;
	size_t scan = suggest->generation->config->limits.scan_bytes + suggest->generation->config->limits.header_bytes;
	char *copy;

	(void)name;
	if (suggest->raw.n)
		return;
	raw = str_sub(raw, 0, scan);
	copy = arena_strndup(suggest->arena, raw.p, raw.n);
	suggest->failed = !copy;
	if (copy)
		suggest->raw = (struct str){copy, raw.n};
}

/* The words of a name or an address, folded; they may not stand in a phrase. */
static void add_names(struct suggest *suggest, struct str text)
{
	struct str folded = fold_string(text, suggest->arena);
	size_t start = 0;

	for (size_t i = 0; i <= folded.n; i++) {
		bool inside = i < folded.n && ((unsigned char)folded.p[i] >= 0x80 || ascii_is_alnum(folded.p[i]));

		if (inside)
			continue;
		if (i - start > 2 && suggest->name_count < NAMES_MAX)
			suggest->names[suggest->name_count++] = str_sub(folded, start, i - start);
		start = i + 1;
	}
}

static void add_all_names(struct suggest *suggest, const struct address_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		add_names(suggest, list->items[i].display);
		add_names(suggest, list->items[i].mailbox);
	}
}

/* Judges the mail, for its views and for what the rules say already. */
static enum status read_mail(struct suggest *suggest)
{
	const struct judge_override override = {.stored_mail = true, .look_closer = true};
	const struct mail_limits *limits = &suggest->generation->config->limits;
	static const struct envelope envelope;
	struct views *views;
	struct message *message = arena_calloc(suggest->arena, 1, sizeof *message);
	enum status status = message ? STATUS_OK : STATUS_NO_MEMORY;

	if (status == STATUS_OK)
		status = judge_message(suggest->generation, &envelope, suggest->raw, 0, &override, suggest->arena,
				       &suggest->decision, &views);
	if (status == STATUS_OK)
		status = message_parse(suggest->raw, limits, suggest->arena, message);
	if (status != STATUS_OK)
		return status;
	suggest->message_id = message->message_id;
	add_all_names(suggest, &message->from);
	add_all_names(suggest, &message->to);
	add_all_names(suggest, &message->reply_to);
	suggest->body = views_get(views, VIEW_BODY, STR(""));
	if (!suggest_tokens_read(suggest->body, suggest->arena, &suggest->tokens))
		return STATUS_NO_MEMORY;
	suggest->phrases = suggest_phrases_create(&suggest->tokens, suggest->names, suggest->name_count, suggest->body,
						  suggest->arena);
	return suggest->phrases ? STATUS_OK : STATUS_NO_MEMORY;
}

/* A copy among the ordinary mail, of which nothing could be said: it has every phrase. */
static bool is_the_mail_itself(const struct suggest *suggest, struct str raw, struct str message_id)
{
	return str_equal(raw, suggest->raw) || (message_id.n && str_equal(message_id, suggest->message_id));
}

static void read_ham_message(void *context, const char *name, struct str raw)
{
	struct suggest *suggest = context;
	const struct mail_limits *limits = &suggest->generation->config->limits;
	struct message message;
	struct suggest_tokens tokens;
	struct views *views = NULL;
	const struct view *view;

	raw = str_sub(raw, 0, limits->scan_bytes + limits->header_bytes);
	if (message_parse(raw, limits, suggest->message_arena, &message) == STATUS_OK) {
		if (is_the_mail_itself(suggest, raw, message.message_id)) {
			if (!suggest->trying)
				report_failure(NULL, name, "left out: it is the mail itself");
			arena_reset(suggest->message_arena);
			return;
		}
		views = views_create(&message, limits);
	}
	view = views ? views_get(views, VIEW_TEXT, STR("")) : NULL;
	if (!view || views_failed(views) || !suggest_tokens_read(view, suggest->message_arena, &tokens)) {
		report_failure(NULL, name, status_name(STATUS_NO_MEMORY));
		suggest->failed = true;
	} else if (suggest->trying) {
		suggest_rule_show_ham(suggest->rule, view, &tokens);
	} else {
		suggest_phrases_show_ham(suggest->phrases, &tokens);
		suggest->ham_read++;
	}
	arena_reset(suggest->message_arena);
}

/* The ham is read twice; what cannot be read is said once. */
static void report_ham_failure(void *context, const char *name, const char *why)
{
	const struct suggest *suggest = context;

	if (!suggest->trying)
		report_failure(NULL, name, why);
}

static void read_ham(struct suggest *suggest)
{
	const struct mailbox_reader reader = {
	    .message = read_ham_message, .failed = report_ham_failure, .context = suggest};

	for (size_t i = 0; i < suggest->ham_count; i++)
		mailbox_read(suggest->ham[i], &reader);
}

/* Chooses some phrases more than are wanted, because the engine may still find one of them in the ham. */
static bool make_rule(struct suggest *suggest)
{
	struct suggest_phrase chosen[COUNT_MAX * SPARE];
	size_t count = suggest_phrases_choose(suggest->phrases, chosen, suggest->count * SPARE);

	suggest->rule = suggest_rule_create(count + 1, suggest->arena);
	for (size_t i = 0; suggest->rule && i < count; i++)
		if (!suggest_rule_add(suggest->rule, suggest->body, &suggest->tokens, &chosen[i]))
			return false;
	return suggest->rule != NULL;
}

/* LOCAL_ and the file's name. */
static const char *id_of_file(const char *file, char *id, size_t size)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
	size_t n = (size_t)snprintf(id, size, "LOCAL_");

	for (; *name && *name != '.' && n + 1 < size; name++)
		if (ascii_is_alnum(*name) || id[n - 1] != '_')
			id[n++] =
			    (char)(ascii_is_alnum(*name) ? (ascii_lower(*name) & ~(ascii_is_alpha(*name) ? 0x20 : 0))
							 : '_');
	while (n > 5 && id[n - 1] == '_')
		n--;
	id[n] = '\0';
	return n > 6 ? id : "LOCAL_SUGGESTED";
}

static void print_heading(const struct suggest *suggest)
{
	const struct verdict *verdict = &suggest->decision.verdict;
	size_t shown = 0;

	printf("# Suggested by coldshoulder suggest. Keep what other people would write too, and drop the rest.\n");
	printf("# The rules so far give this mail %.2f of %.2f", verdict->score, suggest->decision.outcome.threshold);
	for (size_t i = 0; i < verdict->hit_count && shown < RULES_SHOWN; i++)
		if (!verdict->hits[i].shadow)
			printf("%s %s", shown++ ? "," : ":", verdict->hits[i].rule->id);
	printf(".\n");
	if (suggest->ham_read)
		printf(
		    "# None of these phrases occurs in %zu messages of ordinary mail. The examples are real sentences from this\n"
		    "# mail and from that mail: put your own in their place before you give the file to anybody.\n",
		    suggest->ham_read);
	else
		printf("# Nothing was compared with ordinary mail (--ham PATH): expect phrases that everybody uses.\n");
	printf("# Then: coldshoulder lint, and ./dev eval --gate FILE in the source tree.\n\n");
}

static int propose(struct suggest *suggest)
{
	char id[48];
	const struct mailbox_reader reader = {.message = keep_message, .failed = report_failure, .context = suggest};
	enum status status;

	mailbox_read(suggest->file, &reader);
	if (!suggest->raw.n)
		return COMMAND_INPUT;
	status = read_mail(suggest);
	if (status == STATUS_OK) {
		read_ham(suggest);
		status = make_rule(suggest) ? STATUS_OK : STATUS_NO_MEMORY;
	}
	if (status != STATUS_OK) {
		report_failure(NULL, suggest->file, status_name(status));
		return COMMAND_INPUT;
	}
	suggest->trying = true;
	read_ham(suggest);
	if (!suggest_rule_count(suggest->rule, suggest->count)) {
		report_failure(NULL, suggest->file, "nothing in it tells it from ordinary mail");
		return COMMAND_INPUT;
	}
	if (!suggest->heading.id)
		suggest->heading.id = id_of_file(suggest->file, id, sizeof id);
	print_heading(suggest);
	suggest_rule_print(stdout, suggest->rule, &suggest->heading, suggest->count);
	return suggest->failed ? COMMAND_INPUT : COMMAND_OK;
}

int command_suggest(int argc, char **argv)
{
	static struct suggest suggest = {.heading = {.family = "pitch", .language = ""}, .count = 12};
	int code = read_options(&suggest, argc, argv);

	if (code >= 0)
		return code;
	suggest.arena = setup_arena("suggest", 0);
	suggest.message_arena = setup_arena("suggest", 0);
	suggest.generation = suggest.arena && suggest.message_arena ? setup_generation(&suggest.setup) : NULL;
	code = suggest.generation ? propose(&suggest) : COMMAND_USAGE;
	suggest_rule_free(suggest.rule);
	generation_release(suggest.generation);
	arena_destroy(suggest.message_arena);
	arena_destroy(suggest.arena);
	return code;
}
