/*
 * torture - every fallible call fails in turn: the first, the second, the third ...; once, and from there on.
 *
 *   torture [-l FAULTS] [-v] MAIL...
 *
 * Each message goes through the milter's callbacks (a stand-in for libmilter), the judge and a memory in SQLite. Calls
 * that fail: our own allocations, those of SQLite and jansson, and SQLite's reads, writes and openings.
 *
 * Left out are GLib, which ends the process when memory is out (the MTA's default action then decides, and the unit
 * starts the daemon again), and libxml2 2.9, whose parser can loop for ever after one allocation that failed (found
 * here). Neither can be mended from outside.
 *
 * Whatever fails, the message goes on (nothing is configured to stop it), with the verdict that it has without faults,
 * with the one that it has when the memory does not answer, or with a failure reported; and the next message, without
 * faults, is judged as ever. Ends 1 when anything else happened. MAIL are files or directories.
 */
#include "base/list.h"
#include "judge/generation.h"
#include "mail/message.h"
#include "milter/callback.h"
#include "milter/fake_milter.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libmilter/mfdef.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MESSAGE_MAX = 1 << 20, CLASS_MAX = 32, FLUSH_MS = 20000, FAULTY_FLUSH_MS = 30, FILES_EVERY = 16 };

/* --- what fails --- */

enum kind { KIND_OURS, KIND_LIBRARY, KIND_FILE, KINDS };
static const char *const kind_names[KINDS] = {"our allocations", "allocations of libraries", "calls on files"};

static atomic_int armed = -1; /* a kind, or -1 */
static atomic_long seen;      /* calls of that kind since arming */
static atomic_long fails_at;
static atomic_bool persistent;
static atomic_ulong injected[KINDS];

static bool fails(enum kind kind)
{
	long number;

	if (atomic_load(&armed) != (int)kind)
		return false;
	number = atomic_fetch_add(&seen, 1) + 1;
	if (number != atomic_load(&fails_at) && !(atomic_load(&persistent) && number > atomic_load(&fails_at)))
		return false;
	atomic_fetch_add(&injected[kind], 1);
	return true;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);

void *__wrap_malloc(size_t n)
{
	return fails(KIND_OURS) ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
	return fails(KIND_OURS) ? NULL : __real_calloc(count, n);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails(KIND_OURS) ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *s)
{
	return fails(KIND_OURS) ? NULL : __real_strdup(s);
}

static void *library_malloc(size_t n)
{
	return fails(KIND_LIBRARY) ? NULL : __real_malloc(n);
}

static void *library_realloc(void *p, size_t n)
{
	return fails(KIND_LIBRARY) ? NULL : __real_realloc(p, n);
}

/* SQLite wants to know sizes: they stand in front. */
enum { HEAD = 16 };

static void *sqlite_malloc(int n)
{
	char *p = library_malloc((size_t)n + HEAD);

	if (!p)
		return NULL;
	memcpy(p, &n, sizeof n);
	return p + HEAD;
}

static void sqlite_free(void *p)
{
	if (p)
		free((char *)p - HEAD);
}

static int sqlite_size(void *p)
{
	int n = 0;

	if (p)
		memcpy(&n, (char *)p - HEAD, sizeof n);
	return n;
}

static void *sqlite_realloc(void *p, int n)
{
	char *q = library_realloc((char *)p - HEAD, (size_t)n + HEAD);

	if (!q)
		return NULL;
	memcpy(q, &n, sizeof n);
	return q + HEAD;
}

static int sqlite_roundup(int n)
{
	return (n + 7) & ~7;
}

static int sqlite_init(void *context)
{
	(void)context;
	return SQLITE_OK;
}

static void sqlite_shutdown(void *context)
{
	(void)context;
}

/* SQLite's calls on files, by the names that it knows them by. */
static ssize_t file_read(int fd, void *p, size_t n)
{
	return fails(KIND_FILE) ? (errno = EIO, -1) : read(fd, p, n);
}

static ssize_t file_pread(int fd, void *p, size_t n, off_t at)
{
	return fails(KIND_FILE) ? (errno = EIO, -1) : pread(fd, p, n, at);
}

static ssize_t file_write(int fd, const void *p, size_t n)
{
	return fails(KIND_FILE) ? (errno = ENOSPC, -1) : write(fd, p, n);
}

static ssize_t file_pwrite(int fd, const void *p, size_t n, off_t at)
{
	return fails(KIND_FILE) ? (errno = ENOSPC, -1) : pwrite(fd, p, n, at);
}

static int file_truncate(int fd, off_t n)
{
	return fails(KIND_FILE) ? (errno = EIO, -1) : ftruncate(fd, n);
}

static int file_open(const char *path, int flags, int mode)
{
	return fails(KIND_FILE) ? (errno = EMFILE, -1) : open(path, flags, mode);
}

static void fail_in_libraries(void)
{
	static const sqlite3_mem_methods methods = {sqlite_malloc,  sqlite_free, sqlite_realloc,  sqlite_size,
						    sqlite_roundup, sqlite_init, sqlite_shutdown, NULL};
	static const struct {
		const char *name;
		sqlite3_syscall_ptr call;
	} calls[] = {
	    {"read", (sqlite3_syscall_ptr)file_read},          {"pread", (sqlite3_syscall_ptr)file_pread},
	    {"pread64", (sqlite3_syscall_ptr)file_pread},      {"write", (sqlite3_syscall_ptr)file_write},
	    {"pwrite", (sqlite3_syscall_ptr)file_pwrite},      {"pwrite64", (sqlite3_syscall_ptr)file_pwrite},
	    {"ftruncate", (sqlite3_syscall_ptr)file_truncate}, {"open", (sqlite3_syscall_ptr)file_open},
	};
	sqlite3_vfs *vfs;

	sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
	vfs = sqlite3_vfs_find(NULL);
	for (size_t i = 0; vfs && i < sizeof calls / sizeof *calls; i++)
		vfs->xSetSystemCall(vfs, calls[i].name, calls[i].call);
	json_set_alloc_funcs(library_malloc, free);
}

/* --- the house under test --- */

static const char rules[] =
    "rules = (\n"
    "{ id = \"T_COLD\"; family = \"test\"; score = 6.0; class = \"cold\"; status = \"stable\"; describe = \"x\";\n"
    "  view = \"body\"; phrases = [ \"sorry to (bother|disturb)\", \"we help (companies|firms)\", \"quick call\" ];\n"
    "  hits = [ \"sorry to bother you\", \"we help firms\" ]; misses = [ \"sorry\", \"no bother\" ]; },\n"
    "{ id = \"T_SUBJECT\"; family = \"test\"; score = 1.0; status = \"stable\"; describe = \"x\";\n"
    "  view = \"subject\"; patterns = [ \"^(re|fwd?): \" ]; hits = [ \"re: x\", \"fw: y\" ]; misses = [ \"x\", \"y\" ]; },\n"
    "{ id = \"T_UNKNOWN\"; family = \"test\"; score = -10.0; status = \"stable\"; describe = \"x\";\n"
    "  when = \"relation == unknown\"; cases = ( { given = \"relation = unknown\"; expect = true; },\n"
    "  { given = \"relation = stranger\"; expect = false; } ); } );\n";

static struct callback_state state;
static struct smfiDesc calls;
static struct memory *memory;
static struct generation *generation;
static char directory[] = "/tmp/coldshoulder-torture-XXXXXX";
static unsigned int failures_reported;
static bool verbose, wrong;

static void die(const char *what)
{
	fprintf(stderr, "torture: %s\n", what);
	exit(1);
}

static void on_failed(void *context, struct str queue_id, enum status why, const char *step, const char *answer)
{
	(void)context, (void)queue_id, (void)why, (void)step, (void)answer;
	failures_reported++;
}

static char decided_as[128];

static void on_decided(void *context, const struct generation *with, const struct decision *decision,
		       const struct envelope *envelope)
{
	(void)context, (void)with, (void)envelope;
	snprintf(decided_as, sizeof decided_as, "judged=%d, policy=%s, recipients=%zu", decision->judged,
		 decision->policy, decision->recipient_count);
}

static void open_house(void)
{
	struct error_list errors = error_list_make();
	struct generation_options options = {.rules_directory = directory, .no_cache = true};
	struct memory_settings settings = memory_settings_default;
	char path[96];
	FILE *file;

	message_library_init();
	if (!mkdtemp(directory))
		die("no directory");
	snprintf(path, sizeof path, "%s/torture.conf", directory);
	file = fopen(path, "w");
	if (!file || fputs(rules, file) < 0 || fclose(file) != 0)
		die("no rules");
	if (generation_load(NULL, &options, &errors, &generation) != STATUS_OK)
		die(errors.errors.count ? error_at(&errors, 0)->what : "rules");
	settings.state_directory = directory;
	settings.batch_interval_ms = 5;
	settings.quick_check = false;
	settings.deadline_ms = 5000;
	if (memory_open(&settings, &errors, &memory) != STATUS_OK)
		die(errors.errors.count ? error_at(&errors, 0)->what : "memory");
	error_list_free(&errors);
	generation->memory = memory;
	state.slot = generation_slot_create(generation);
	state.observer.failed = on_failed;
	state.observer.decided = on_decided;
	calls = callback_table(&state);
}

static void close_house(void)
{
	char command[128];

	generation_slot_destroy(state.slot);
	memory_close(memory);
	snprintf(command, sizeof command, "rm -rf '%s'", directory);
	if (system(command) != 0)
		die("the directory cannot be removed");
}

/* --- one message --- */

struct result {
	char class[CLASS_MAX];
	char relation[CLASS_MAX];
	bool reported; /* a failure was */
	bool stopped;  /* the message was not let through */
};

static void send_headers(struct smfi_str *ctx, char *text, char **ret_body)
{
	char *line = text;

	while (*line && *line != '\n' && *line != '\r') {
		char *end = strchr(line, '\n'), *colon = strchr(line, ':');

		while (end && (end[1] == ' ' || end[1] == '\t'))
			end = strchr(end + 1, '\n');
		if (end)
			*end = '\0';
		if (colon && (!end || colon < end)) {
			*colon = '\0';
			calls.xxfi_header(ctx, line, colon + 1);
		}
		line = end ? end + 1 : line + strlen(line);
	}
	*ret_body = *line == '\r' && line[1] == '\n' ? line + 2 : *line == '\n' ? line + 1 : line;
}

static void read_result(const struct smfi_str *ctx, struct result *result)
{
	for (size_t i = 0; i < ctx->edit_count; i++) {
		const struct fake_edit *edit = &ctx->edits[i];

		if (strcmp(edit->name, "X-Coldshoulder-Class") == 0)
			snprintf(result->class, sizeof result->class, "%.*s", CLASS_MAX - 1, edit->value);
		if (strcmp(edit->name, "X-Coldshoulder-Relation") == 0)
			snprintf(result->relation, sizeof result->relation, "%.*s", CLASS_MAX - 1, edit->value);
	}
}

static struct result play(const char *message)
{
	unsigned long actions, protocol, two, three;
	struct smfi_str ctx = fake_milter_make();
	struct result result = {.reported = false};
	char *from[] = {(char *)"<eve@sender.example>", NULL}, *to[] = {(char *)"<me@home.example>", NULL};
	char *copy = __real_strdup(message), *body;
	unsigned int reported_before = failures_reported;
	sfsistat answer;

	fake_milter_macro(&ctx, "i", "4TORTURE01");
	calls.xxfi_negotiate(&ctx, 0x1ff, 0x1fffff, 0, 0, &actions, &protocol, &two, &three);
	calls.xxfi_connect(&ctx, (char *)"client.example", NULL);
	calls.xxfi_envfrom(&ctx, from);
	calls.xxfi_envrcpt(&ctx, to);
	send_headers(&ctx, copy, &body);
	calls.xxfi_eoh(&ctx);
	calls.xxfi_body(&ctx, (unsigned char *)body, strlen(body));
	answer = calls.xxfi_eom(&ctx);
	read_result(&ctx, &result);
	result.stopped = answer != SMFIS_CONTINUE && answer != SMFIS_ACCEPT;
	result.reported = failures_reported != reported_before;
	calls.xxfi_close(&ctx);
	free(copy);
	return result;
}

static void complain(const char *path, enum kind kind, const char *what, const struct result *result)
{
	fprintf(stderr, "%s: %s, number %ld%s: %s (class=%s, relation=%s; %s)\n", path, kind_names[kind], fails_at,
		atomic_load(&persistent) ? " and on" : "", what, result->class, result->relation, decided_as);
	wrong = true;
}

/* The message once with the fault at `at`; false when so many calls were not made. */
static bool torture_once(const char *path, const char *message, enum kind kind, long at, const struct result *wanted,
			 const struct result *without_memory)
{
	struct result result;
	bool reached;

	atomic_store(&seen, 0);
	atomic_store(&fails_at, at);
	atomic_store(&armed, (int)kind);
	result = play(message);
	/* What is learned is written by the writer's thread: it meets the fault as well. */
	if (kind == KIND_FILE)
		(void)memory_flush(memory, FAULTY_FLUSH_MS);
	atomic_store(&armed, -1);
	reached = atomic_load(&seen) >= at;
	if (result.stopped)
		complain(path, kind, "the message was stopped", &result);
	else if (!result.reported && strcmp(result.class, wanted->class) != 0 &&
		 strcmp(result.class, without_memory->class) != 0)
		complain(path, kind, "a wrong verdict, and no failure reported", &result);
	if (atomic_load(&state.sessions) || atomic_load(&state.transactions) || atomic_load(&state.running))
		complain(path, kind, "something was not ended", &result);
	return reached;
}

static void torture(const char *path, const char *message, unsigned long limit)
{
	/* A store whose file failed is tried again after a second or more: not for every message. */
	static unsigned int messages;
	int kinds = messages++ % FILES_EVERY == 0 ? KINDS : KIND_FILE;
	struct result without_memory, wanted, again;

	generation->memory = NULL;
	without_memory = play(message);
	generation->memory = memory;
	wanted = play(message);
	/* A store that cannot be asked makes the relation unknown, and that rule of ours weighs -10. */
	snprintf(without_memory.class, sizeof without_memory.class, " clean");
	for (enum kind kind = 0; (int)kind < kinds; kind++)
		for (int again_and_again = 0; again_and_again < 2; again_and_again++) {
			atomic_store(&persistent, again_and_again != 0);
			for (long at = 1; torture_once(path, message, kind, at, &wanted, &without_memory); at++)
				if (limit && atomic_load(&injected[kind]) > limit / KINDS)
					break;
		}
	for (int tries = 0; tries < 100; tries++) {
		again = play(message);
		if (strcmp(again.class, wanted.class) == 0 && strcmp(again.relation, wanted.relation) == 0)
			break;
		usleep(100000); /* the store tries again about once a second */
	}
	if (strcmp(again.class, wanted.class) != 0 || again.reported)
		complain(path, KIND_OURS, "not well again without faults", &again);
	if (!memory_flush(memory, FLUSH_MS))
		complain(path, KIND_FILE, "what was learned is not written without faults", &again);
	if (verbose)
		printf("%s: %s\n", path, wanted.class);
}

static void torture_path(const char *path, unsigned long limit)
{
	static char message[MESSAGE_MAX];
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	FILE *file;

	for (int i = 0; i < count; i++) {
		char child[4096];

		snprintf(child, sizeof child, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			torture_path(child, limit);
		free(entries[i]);
	}
	if (count >= 0) {
		free(entries);
		return;
	}
	file = fopen(path, "rb");
	if (!file)
		die(path);
	message[fread(message, 1, sizeof message - 1, file)] = '\0';
	fclose(file);
	torture(path, message, limit);
}

int main(int argc, char **argv)
{
	unsigned long limit = 0, total = 0;
	int option;

	while ((option = getopt(argc, argv, "l:v")) != -1) {
		if (option == 'l')
			limit = strtoul(optarg, NULL, 10);
		else if (option == 'v')
			verbose = true;
		else
			return 2;
	}
	fail_in_libraries();
	open_house();
	for (int i = optind; i < argc; i++)
		torture_path(argv[i], limit);
	close_house();
	for (enum kind kind = 0; kind < KINDS; kind++) {
		printf("%-28s %8lu faults\n", kind_names[kind], atomic_load(&injected[kind]));
		total += atomic_load(&injected[kind]);
	}
	printf("%-28s %8lu faults, %u failures reported, %s\n", "all", total, failures_reported,
	       wrong ? "something went wrong" : "no message stopped or judged wrongly");
	return wrong ? 1 : 0;
}
