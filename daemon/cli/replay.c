#include "cli/replay.h"

#include "cli/command.h"
#include "cli/replay_diff.h"
#include "cli/replay_html.h"
#include "cli/replay_memory.h"
#include "cli/replay_opinion.h"
#include "cli/replay_summary.h"

#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

/* The next one ends what we are doing, and what there is is shown; the one after it ends us. */
static void listen_for_interrupts(void)
{
	struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};

	interrupted = 0;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static bool out_of_memory(void)
{
	fprintf(stderr, "coldshoulder replay: %s\n", status_name(STATUS_NO_MEMORY));
	return false;
}

static bool open_directory(struct replay *replay)
{
	if (replay_directory_make(replay->directory, sizeof replay->directory)) {
		snprintf(replay->stdin_path, sizeof replay->stdin_path, "%s/stdin", replay->directory);
		return true;
	}
	fprintf(stderr, "coldshoulder replay: no temporary directory: %s\n", strerror(errno));
	replay->directory[0] = '\0';
	return false;
}

/* One side: configuration, rules, and a memory of its own. */
static bool open_side(struct replay *replay, size_t side)
{
	struct generation *generation = setup_generation(&replay->setups[side]);
	char directory[PATH_MAX + 8];

	if (!generation)
		return false;
	replay->generations[side] = generation;
	if (replay->authserv_id.n)
		generation->config->auth = (struct auth_settings){AUTH_MODE_STRIPPED, &replay->authserv_id, 1};
	snprintf(directory, sizeof directory, "%s/%zu", replay->directory, side);
	return replay_memory_open(generation->config, directory, &generation->memory);
}

static bool gather(struct replay *replay)
{
	const struct mail_limits *limits = &replay->generations[0]->config->limits;
	const struct replay_sources sources = {
	    .sent = replay->options.sent,
	    .sent_count = replay->options.sent_count,
	    .paths = replay->options.paths,
	    .path_count = replay->options.path_count,
	    .scan_bytes = limits->scan_bytes + limits->header_bytes,
	    .since = replay->options.since,
	    .stdin_path = replay->stdin_path,
	    .stop = &interrupted,
	};

	if (replay_gather(&sources, replay->arena, &replay->mail)) {
		if (replay->mail.interrupted) {
			fprintf(stderr,
				"coldshoulder replay: interrupted while looking for mail; judging what was found\n");
			listen_for_interrupts();
		}
		if (replay->mail.entries.count || !replay->mail.failures.count)
			return true;
		summary_print_failures(stderr, &replay->mail);
		fprintf(stderr, "coldshoulder replay: no message was found\n");
		return false;
	}
	return out_of_memory();
}

static void take_judged(void *context, const struct replay_entry *entry, struct judgement *const *judgements,
			const struct decision *decisions)
{
	struct replay *replay = context;

	for (size_t side = 0; side < replay->side_count; side++)
		records_add(&replay->records[side], entry, judgements[side], &decisions[side]);
}

static bool run(struct replay *replay)
{
	struct str *own = arena_calloc(replay->arena, replay->mail.own.count + 1, sizeof *own);
	struct replay_run job = {
	    .mail = &replay->mail,
	    .stdin_path = replay->stdin_path,
	    .side_count = replay->side_count,
	    .people = {.direction = &replay->generations[0]->config->direction,
		       .recipients = replay->options.recipients,
		       .recipient_count = replay->options.recipient_count,
		       .own = own,
		       .own_count = replay->mail.own.count},
	    .auth_given = replay->options.auth_given,
	    .auth = replay->options.auth,
	    .threads = replay->options.threads,
	    .stop = &interrupted,
	    .judged = take_judged,
	    .context = replay,
	};
	size_t done = 0;
	enum status status = own ? STATUS_OK : STATUS_NO_MEMORY;

	for (size_t i = 0; own && i < replay->mail.own.count; i++)
		own[i] = ((const struct replay_own *)list_at(&replay->mail.own, i))->mailbox;
	for (size_t side = 0; side < replay->side_count; side++)
		job.generations[side] = replay->generations[side];
	if (status == STATUS_OK)
		status = replay_run(&job, &done);
	if (status != STATUS_OK || replay->records[0].no_memory)
		return out_of_memory();
	replay->mail.interrupted |= interrupted != 0;
	if (interrupted)
		fprintf(stderr, "coldshoulder replay: interrupted; what follows is of the first %zu messages\n", done);
	return true;
}

static bool read_labels(struct replay *replay)
{
	char path[PATH_MAX];
	unsigned int line;

	if (!replay->options.with_labels)
		return true;
	if (!replay->options.labels && !labels_default_path(path, sizeof path)) {
		fprintf(stderr, "coldshoulder replay: there is no home directory: name the file, --labels-file FILE\n");
		return false;
	}
	replay->labels = labels_read(replay->options.labels ? replay->options.labels : path, &line);
	if (replay->labels)
		return true;
	if (errno == 0)
		fprintf(stderr, "coldshoulder replay: %s:%u: not a line of labels\n",
			replay->options.labels ? replay->options.labels : path, line);
	else
		fprintf(stderr, "coldshoulder replay: %s: %s\n", replay->options.labels ? replay->options.labels : path,
			strerror(errno));
	return false;
}

/* True when the one line that a replay moves is not the only one of the configuration. */
static bool has_more_lines(const struct policy_set *policies)
{
	bool given = policies->count > 0;

	for (int i = 0; i < CLASS_COUNT; i++)
		given |= policies->inbound.class_at[i].tag.given;
	return given;
}

static bool prepare(struct replay *replay)
{
	replay->arena = setup_arena("replay", 1 << 20);
	if (!replay->arena || !open_directory(replay) || !read_labels(replay))
		return false;
	for (size_t side = 0; side < replay->side_count; side++)
		if (!open_side(replay, side))
			return false;
	for (size_t side = 0; side < replay->side_count; side++) {
		const struct policy_set *policies = &replay->generations[side]->config->policies;
		const struct record_settings settings = {
		    .inbound = &policies->inbound,
		    .outbound = &policies->outbound,
		    .labels = replay->labels,
		    .more_lines = has_more_lines(policies),
		    .all_details = replay->options.html || replay->side_count > 1,
		    .with_text = replay->options.with_text,
		};

		replay->records[side] = records_make(&settings, replay->arena);
	}
	return true;
}

static struct summary_style style_of(const FILE *out)
{
	bool terminal = isatty(fileno((FILE *)(uintptr_t)out)) == 1;

	return (struct summary_style){.colours = terminal && !getenv("NO_COLOR"),
				      .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0};
}

static bool show(struct replay *replay)
{
	struct summary summary;
	const struct summary_style style = style_of(stdout);
	bool shown = true;

	if (replay->side_count == 2)
		return replay_diff_print(stdout, replay->records, replay->side_names, &replay->mail,
					 replay->options.json, &style) ||
		       out_of_memory();
	if (!summary_make(&replay->records[0], &summary))
		return out_of_memory();
	if (replay->options.json)
		shown = summary_print_json(stdout, &summary, &replay->records[0], &replay->mail) || out_of_memory();
	else
		summary_print(stdout, &summary, &replay->records[0], &replay->mail, &style);
	if (shown && replay->labels && !replay->options.json)
		shown = opinion_print(stdout, &summary, &replay->records[0]) || out_of_memory();
	if (shown && replay->options.html &&
	    !replay_html_write(replay->options.html, &summary, &replay->records[0], &replay->mail)) {
		fprintf(stderr, "coldshoulder replay: %s: %s\n", replay->options.html, strerror(errno));
		shown = false;
	}
	summary_free(&summary);
	return shown;
}

static void close_all(struct replay *replay)
{
	for (size_t side = 0; side < replay->side_count; side++) {
		records_free(&replay->records[side]);
		if (replay->generations[side])
			memory_close(replay->generations[side]->memory);
		generation_release(replay->generations[side]);
	}
	replay_mail_free(&replay->mail);
	labels_free(replay->labels);
	replay_directory_remove(replay->directory);
	arena_destroy(replay->arena);
}

int command_replay(int argc, char **argv)
{
	static struct replay replay;
	int code = replay_read_options(&replay, argc, argv);

	if (code >= 0)
		return code;
	setlocale(LC_CTYPE, "");
	listen_for_interrupts();
	code = COMMAND_USAGE;
	if (prepare(&replay) && gather(&replay) && run(&replay) && show(&replay))
		code = replay.mail.failures.count || replay.mail.interrupted ? COMMAND_INPUT : COMMAND_OK;
	close_all(&replay);
	return code;
}
