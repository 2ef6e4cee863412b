#include "cli/check_json.h"
#include "cli/check_print.h"
#include "cli/command.h"
#include "cli/mailbox_source.h"
#include "cli/memory_setup.h"
#include "cli/options.h"
#include "cli/setup.h"
#include "cli/what_if.h"
#include "judge/judge.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECIPIENTS_MAX = 1000 };

struct check {
	struct setup_options setup;
	struct generation *generation;
	struct arena *arena;
	struct envelope envelope;
	struct judge_override override;
	struct str recipients[RECIPIENTS_MAX];
	struct str authserv_id;
	const char *store; /* NULL: none is asked */
	bool json;
	bool views;
	bool colours;
	bool some_failed;
};

static const char usage[] =
    "usage: coldshoulder check [OPTION...] FILE...\n\n"
    "Judges messages as the daemon would, and says why. FILE is a message, an mbox, a Maildir or a directory;\n"
    "\"-\" is standard input. Exit code 0: judged; 1: usage or configuration; 2: some input could not be read.\n\n"
    "  -c, --config FILE       configuration (default: the installed one, else the built-in defaults)\n"
    "  -r, --rules DIRECTORY   rules in place of the configured directory\n"
    "  -j, --json              one JSON object a line\n"
    "      --views             also show every view as the rules see it, beside the original\n"
    "      --direction D       inbound, outbound or internal, whatever the envelope says\n"
    "      --outbound USER     as submitted by this authenticated user\n"
    "      --rcpt ADDRESS      envelope recipient (may be repeated)\n"
    "      --from ADDRESS      envelope sender\n"
    "      --client-name NAME  the client's confirmed host name\n"
    "      --client-ip ADDRESS the client's address\n"
    "      --authserv-id ID    believe Authentication-Results of this verifier (all others were stripped)\n"
    "      --auth RESULT       pass, fail or none for the domain of From, whatever the headers say\n"
    "      --relation R        unknown, stranger, known or mutual (default: stranger)\n"
    "      --store F           ask this memory.db, or \"configured\"; none: do not (default)\n";

/* The value of an enumerated fact by its name; complains and returns false when there is none. */
static bool fact_argument(enum fact_id fact, const char *option, const char *name, int64_t *ret_value)
{
	if (fact_value_find(fact, str_of(name), ret_value))
		return true;
	fprintf(stderr, "coldshoulder check: --%s does not know \"%s\"; it takes one of:", option, name);
	for (size_t i = 0; fact_info(fact)->values[i]; i++)
		fprintf(stderr, " %s", fact_info(fact)->values[i]);
	fputc('\n', stderr);
	return false;
}

static bool take_direction(void *context, const char *argument)
{
	struct judge_override *override = &((struct check *)context)->override;
	int64_t value = DIRECTION_INBOUND;

	override->direction_given = fact_argument(FACT_DIRECTION, "direction", argument, &value);
	override->direction = (enum direction)value;
	return override->direction_given;
}

static bool take_auth(void *context, const char *argument)
{
	struct judge_override *override = &((struct check *)context)->override;
	int64_t value = AUTH_NONE;

	override->auth_given = fact_argument(FACT_AUTH, "auth", argument, &value);
	override->auth = (enum auth_result)value;
	return override->auth_given;
}

static bool take_relation(void *context, const char *argument)
{
	struct judge_override *override = &((struct check *)context)->override;
	int64_t value = RELATION_UNKNOWN;

	override->relation_given = fact_argument(FACT_RELATION, "relation", argument, &value);
	override->relation = (enum relation)value;
	return override->relation_given;
}

static bool take_recipient(void *context, const char *argument)
{
	struct check *check = context;

	if (check->envelope.recipient_count == RECIPIENTS_MAX) {
		fprintf(stderr, "coldshoulder check: at most %d --rcpt\n", RECIPIENTS_MAX);
		return false;
	}
	check->recipients[check->envelope.recipient_count++] = str_of(argument);
	return true;
}

/* -1: go on; otherwise the exit code. */
static int read_options(struct check *check, int argc, char **argv)
{
	struct envelope *envelope = &check->envelope;
	const char *user = NULL, *from = NULL, *client_name = NULL, *client_ip = NULL, *authserv_id = NULL;
	const struct command_option own[] = {
	    {"config", 'c', .value = &check->setup.config},
	    {"rules", 'r', .value = &check->setup.rules},
	    {"json", 'j', .flag = &check->json},
	    {"views", 0, .flag = &check->views},
	    {"direction", 0, .take = take_direction},
	    {"outbound", 0, .value = &user},
	    {"rcpt", 0, .take = take_recipient},
	    {"from", 0, .value = &from},
	    {"client-name", 0, .value = &client_name},
	    {"client-ip", 0, .value = &client_ip},
	    {"authserv-id", 0, .value = &authserv_id},
	    {"auth", 0, .take = take_auth},
	    {"relation", 0, .take = take_relation},
	    {"store", 0, .value = &check->store},
	};
	const struct command_line line = {.usage = usage,
					  .options = own,
					  .option_count = sizeof own / sizeof *own,
					  .most = COMMAND_ANY_NUMBER,
					  .context = check};
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	if (optind == argc) {
		fprintf(stderr, "coldshoulder check: name at least one file, or \"-\" for standard input\n");
		return COMMAND_USAGE;
	}
	envelope->auth_user = str_of(user);
	envelope->sender = str_of(from);
	envelope->sender_given = from != NULL;
	envelope->client_name = str_of(client_name);
	envelope->client_address = str_of(client_ip);
	check->authserv_id = str_of(authserv_id);
	if (check->store && strcmp(check->store, "none") == 0)
		check->store = NULL;
	return -1;
}

static void report_failure(void *context, const char *name, const char *why)
{
	struct check *check = context;

	check->some_failed = true;
	if (check->json) {
		json_t *object = json_pack("{s:s%, s:s}", "file", name, strlen(name), "error", why);
		char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;

		puts(text ? text : "{\"file\":\"\",\"error\":\"the file name is not UTF-8\"}");
		free(text);
		json_decref(object);
	}
	fprintf(stderr, "coldshoulder check: %s: %s\n", name, why);
}

static void check_message(void *context, const char *name, struct str raw)
{
	struct check *check = context;
	size_t scan = check->generation->config->limits.scan_bytes + check->generation->config->limits.header_bytes;
	uint32_t limits = raw.n > scan ? MAIL_LIMIT_SCAN_BYTES : 0;
	struct buf text = buf_make(NULL);
	struct judgement *judgement;
	struct decision decision;
	struct views *views = NULL;
	enum status status;

	status = judge_read(check->generation, &check->envelope, str_sub(raw, 0, scan), limits, &check->override,
			    check->arena, &judgement);
	if (status == STATUS_OK)
		status = judge_conclude(judgement, &decision);
	if (status == STATUS_OK)
		views = judgement_views(judgement);
	if (status == STATUS_OK && check->json)
		status = check->views ? check_format_json(&decision, name, views, &text)
				      : decision_format_json(&decision, name, &text);
	if (status != STATUS_OK) {
		report_failure(check, name, status_name(status));
	} else if (check->json) {
		puts(buf_str(&text).p);
	} else {
		check_print_decision(stdout, name, &decision, check->colours);
		what_if_print(stdout, check->generation, judgement, &decision);
		if (check->views)
			check_print_views(stdout, views, check->colours);
	}
	buf_free(&text);
	arena_reset(check->arena);
}

/* The directory of a memory.db, or the directory itself; false when there is none. */
static bool store_directory(const char *store, char *path, size_t size)
{
	static const char file_name[] = "memory.db";
	struct stat info;
	size_t n = strlen(store);

	if ((size_t)snprintf(path, size, "%s", store) >= size || stat(store, &info) != 0)
		return false;
	if (S_ISDIR(info.st_mode))
		return true;
	if (n < sizeof file_name - 1 || strcmp(store + n + 1 - sizeof file_name, file_name) != 0)
		return false;
	n -= sizeof file_name - 1;
	if (n && store[n - 1] != '/')
		return false;
	snprintf(path, size, "%.*s", n > 1 ? (int)n - 1 : (int)n, n ? store : ".");
	if (!n)
		snprintf(path, size, ".");
	return true;
}

/* Opens what --store names. */
static bool open_store(struct check *check)
{
	struct memory_setup_options options = {.command = "check"};
	struct error_list errors = error_list_make();
	char directory[PATH_MAX];
	enum status status;

	if (strcmp(check->store, "configured") != 0) {
		if (!store_directory(check->store, directory, sizeof directory)) {
			fprintf(stderr,
				"coldshoulder check: --store takes a memory.db, the directory that holds one, "
				"\"configured\" or \"none\"; there is no \"%s\"\n",
				check->store);
			return false;
		}
		options.state = directory;
		check->generation->config->memory.backend = MEMORY_SQLITE;
	}
	status = memory_setup_attach(&options, check->generation->config, &errors, &check->generation->memory);
	setup_print_errors(&errors, true);
	error_list_free(&errors);
	return status == STATUS_OK;
}

static int check_all(struct check *check, char **paths, int path_count)
{
	const struct mailbox_reader reader = {.message = check_message, .failed = report_failure, .context = check};
	struct mailbox_source source;

	if (!mailbox_source_open(&source, paths, path_count)) {
		fprintf(stderr, "coldshoulder check: %s\n", strerror(errno));
		return COMMAND_USAGE;
	}
	if (check->store && !open_store(check)) {
		mailbox_source_close(&source);
		return COMMAND_USAGE;
	}
	if (!mailbox_source_read(&source, &reader))
		report_failure(check, "reading", "ended early");
	memory_close(check->generation->memory);
	mailbox_source_close(&source);
	return check->some_failed ? COMMAND_INPUT : COMMAND_OK;
}

int command_check(int argc, char **argv)
{
	static struct check check;
	int code = read_options(&check, argc, argv);

	if (code >= 0)
		return code;
	check.envelope.recipients = check.recipients;
	check.override.stored_mail = true;
	check.override.look_closer = true;
	check.colours = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	check.arena = setup_arena("check", 0);
	check.generation = check.arena ? setup_generation(&check.setup) : NULL;
	if (!check.generation) {
		arena_destroy(check.arena);
		return COMMAND_USAGE;
	}
	if (check.authserv_id.n) {
		struct auth_settings *auth = &check.generation->config->auth;

		*auth = (struct auth_settings){AUTH_MODE_STRIPPED, &check.authserv_id, 1};
	}
	code = check_all(&check, argv + optind, argc - optind);
	generation_release(check.generation);
	arena_destroy(check.arena);
	return code;
}
