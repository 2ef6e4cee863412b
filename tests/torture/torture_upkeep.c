/*
 * torture_upkeep - as torture, for what is done beside the mail: configuration and rules are loaded, lists edited, the
 * memory opened, asked and told. Every fallible call of ours fails in turn: once, and from there on.
 *
 *   torture_upkeep [-l CALLS]     at most so many calls of a kind and job, spread over all that are made
 *
 * Whatever fails, a configuration is whole or refused, a list is the old or the new one and nothing lies beside it, and
 * a request gets an answer that says whether it was done. Ends 1 when anything else happened.
 */
#include "judge/generation.h"
#include "judge/memory_request.h"
#include "policy/list_edit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 256, TEXT_ROOM = 4096 };

/* --- what fails --- */

enum kind { KIND_ALLOCATION, KIND_FILE, KIND_DATABASE, KINDS };
static const char *const kind_names[KINDS] = {"allocations", "calls on files", "calls of SQLite"};

/* Only calls of the thread that does the job: the same ones each time. */
static _Thread_local enum kind armed = KINDS;
static long seen, fails_at, injected;
static bool persistent;

static bool fails(enum kind kind)
{
	if (armed != kind || (++seen != fails_at && !(persistent && seen > fails_at)))
		return false;
	injected++;
	errno = kind == KIND_ALLOCATION ? ENOMEM : EIO;
	return true;
}

#define FAILING(kind, type, name, failure, parameters, arguments)         \
	type __real_##name parameters;                                    \
	type __wrap_##name parameters;                                    \
	type __wrap_##name parameters                                     \
	{                                                                 \
		return fails(kind) ? (failure) : __real_##name arguments; \
	}

FAILING(KIND_ALLOCATION, void *, malloc, NULL, (size_t n), (n))
FAILING(KIND_ALLOCATION, void *, calloc, NULL, (size_t count, size_t n), (count, n))
FAILING(KIND_ALLOCATION, void *, realloc, NULL, (void *p, size_t n), (p, n))
FAILING(KIND_ALLOCATION, char *, strdup, NULL, (const char *s), (s))
/* Most of what is allocated comes out of a chunk that is there already: that fails as well. */
FAILING(KIND_ALLOCATION, void *, arena_alloc, __real_arena_alloc(arena, SIZE_MAX), (struct arena * arena, size_t n),
	(arena, n))
FAILING(KIND_ALLOCATION, void *, arena_calloc, __real_arena_calloc(arena, SIZE_MAX, 2),
	(struct arena * arena, size_t count, size_t n), (arena, count, n))
FAILING(KIND_ALLOCATION, char *, arena_strndup, __real_arena_strndup(arena, s, SIZE_MAX),
	(struct arena * arena, const char *s, size_t n), (arena, s, n))
FAILING(KIND_ALLOCATION, char *, arena_strdup, (char *)arena_alloc(arena, SIZE_MAX),
	(struct arena * arena, const char *s), (arena, s))
FAILING(KIND_FILE, FILE *, fopen, NULL, (const char *path, const char *mode), (path, mode))
FAILING(KIND_FILE, FILE *, fdopen, NULL, (int fd, const char *mode), (fd, mode))
FAILING(KIND_FILE, size_t, fread, 0, (void *p, size_t size, size_t n, FILE *stream), (p, size, n, stream))
FAILING(KIND_FILE, int, fstat, -1, (int fd, struct stat *info), (fd, info))
FAILING(KIND_FILE, ssize_t, read, -1, (int fd, void *p, size_t n), (fd, p, n))
FAILING(KIND_FILE, ssize_t, write, -1, (int fd, const void *p, size_t n), (fd, p, n))
FAILING(KIND_FILE, int, fsync, -1, (int fd), (fd))
FAILING(KIND_FILE, int, flock, -1, (int fd, int operation), (fd, operation))
FAILING(KIND_FILE, int, mkstemp, -1, (char *path), (path))
FAILING(KIND_FILE, int, rename, -1, (const char *from, const char *to), (from, to))
FAILING(KIND_FILE, int, link, -1, (const char *from, const char *to), (from, to))
FAILING(KIND_FILE, int, fchmod, -1, (int fd, mode_t mode), (fd, mode))
FAILING(KIND_FILE, int, fchown, -1, (int fd, uid_t user, gid_t group), (fd, user, group))
FAILING(KIND_DATABASE, int, sqlite3_step, SQLITE_IOERR, (sqlite3_stmt * statement), (statement))
FAILING(KIND_DATABASE, int, sqlite3_exec, SQLITE_FULL,
	(sqlite3 * db, const char *sql, int (*call)(void *, int, char **, char **), void *context, char **error),
	(db, sql, call, context, error))
FAILING(KIND_DATABASE, int, sqlite3_prepare_v2, (*ret = NULL, SQLITE_NOMEM),
	(sqlite3 * db, const char *sql, int n, sqlite3_stmt **ret, const char **tail), (db, sql, n, ret, tail))
FAILING(KIND_DATABASE, int, sqlite3_prepare_v3, (*ret = NULL, SQLITE_NOMEM),
	(sqlite3 * db, const char *sql, int n, unsigned int flags, sqlite3_stmt **ret, const char **tail),
	(db, sql, n, flags, ret, tail))
FAILING(KIND_DATABASE, int, sqlite3_open_v2, (*ret = NULL, SQLITE_CANTOPEN),
	(const char *path, sqlite3 **ret, int flags, const char *vfs), (path, ret, flags, vfs))

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

int __wrap_open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return fails(KIND_FILE) ? -1 : __real_open(path, flags, mode);
}

/* The stream is closed all the same. */
int __real_close(int fd);
int __wrap_close(int fd);

int __wrap_close(int fd)
{
	int result = __real_close(fd);

	return fails(KIND_FILE) ? -1 : result;
}

/* --- the place --- */

static char directory[] = "/tmp/coldshoulder-upkeep-XXXXXX";
static const char *job_name = "preparing";
static bool wrong;

static void complain(const char *what)
{
	fprintf(stderr, "%s: %s, number %ld%s: %s\n", job_name, armed < KINDS ? kind_names[armed] : "no fault",
		fails_at, persistent ? " and on" : "", what);
	wrong = true;
}

static void die(const char *what)
{
	fprintf(stderr, "torture_upkeep: %s\n", what);
	exit(1);
}

static const char *place(char path[PATH_ROOM], const char *name)
{
	snprintf(path, PATH_ROOM, "%s/%s", directory, name);
	return path;
}

static void put(const char *name, const char *text)
{
	char path[PATH_ROOM];
	FILE *file = fopen(place(path, name), "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		die(path);
}

static void get(const char *name, char text[TEXT_ROOM])
{
	char path[PATH_ROOM];
	FILE *file = fopen(place(path, name), "r");
	size_t n = file ? fread(text, 1, TEXT_ROOM - 1, file) : 0;

	text[n] = '\0';
	if (file)
		fclose(file);
}

/* Empties `name` and makes it anew. */
static void make_empty(const char *name)
{
	char command[PATH_ROOM + 64], path[PATH_ROOM];

	place(path, name);
	snprintf(command, sizeof command, "rm -rf '%s'", path);
	if ((access(path, F_OK) == 0 && system(command) != 0) || mkdir(path, 0700) != 0)
		die(path);
}

/* --- configuration and rules --- */

static const char config_text[] =
    "local_domains = ( \"home.example\", \".home.example\" ); networks = ( \"192.0.2.0/24\", \"2001:db8::/32\" );\n"
    "auth_results = \"jobid\"; authserv_ids = ( \"mx.home.example\" ); our_hosts = ( \"mx.home.example\" );\n"
    "languages = ( \"en\" ); limits = { max_scan_bytes = \"64K\"; time = \"1s\"; };\n"
    "failure = { store = \"tempfail\"; }; exempt = ( \"jo@home.example\" ); socket_mode = \"0600\";\n"
    "memory = { freemail_domains = ( \"free.example\" ); relation_scope = \"site\"; keep_relations = \"99d\"; };\n"
    "decisions = { addresses = \"hashed\"; queue = \"1M\"; };\n"
    "inbound = { tag_at = 5.0; reject_at = 9.0; allow = ( \"./allow.list\", \"a@b.example\" ); reply = \"No.\"; };\n"
    "outbound = { enforce = { residue = \"reject\"; tool_links = ( \"meet.example\" ); exceptions = ( \"./allow.list\" );\n"
    "  template = \"quarantine\"; template_strangers = 5; help_link = \"https://home.example/\"; }; };\n"
    "policies = ( { name = \"strict\"; match = ( \"*.home.example\", \"x-*@home.example\" ); mark_as_spam = 6.0;\n"
    "  ladder = ( \"tag\", \"reject\", \"disconnect\" ); classes = { linkedin = { tag_at = 2.0; }; }; },\n"
    "  { name = \"calm\"; inherits = \"strict\"; match = ( \"./allow.list\" ); ignore_classes = ( \"digest\" );\n"
    "    block = ( \"spam.example\" ); block_action = \"discard\"; },\n"
    "  { name = \"sales\"; direction = \"outbound\"; logins = ( \"sales-*\" ); languages = ( \"en\" ); } );\n";

static const char rules_text[] =
    "families = ( { name = \"one\"; cap = 3.0; }, { name = \"two\"; floor = -2.0; } );\n"
    "rules = ( { id = \"U_PHRASE\"; family = \"one\"; score = 2.0; class = \"cold\"; status = \"stable\"; describe = \"x\";\n"
    "  lang = \"en\"; since = \"1.0\"; view = \"body\"; author = \"we\"; false_positives = \"few\"; reply = \"no\";\n"
    "  phrases = [ \"sorry (to|for) ... bother(ing)? you\", \"\u3054\u9023\u7d61\", \"quick call\" ];\n"
    "  hits = [ \"sorry to bother you\", \"quick call\" ]; misses = [ \"sorry\", \"no bother\" ]; },\n"
    "{ id = \"U_PATTERN\"; family = \"two\"; score = -1.0; status = \"stable\"; describe = \"x\"; view = \"subject\";\n"
    "  patterns = [ \"^(re|fwd?): \", \"[a-z]{3,9}\\\\d+x?(?=y)\", \"\\\\bfoo(bar|baz)+\\\\b\" ];\n"
    "  hits = [ \"re: x\", \"fw: y\" ]; misses = [ \"x\", \"y\" ]; },\n"
    "{ id = \"U_RAW\"; family = \"two\"; score = 0.5; status = \"stable\"; describe = \"x\"; view = \"raw:X-Mailer\";\n"
    "  patterns = [ \"^blast\" ]; hits = [ \"blast 1\", \"blast 2\" ]; misses = [ \"x\", \"y\" ]; shadow = true; },\n"
    "{ id = \"U_WHEN\"; family = \"three\"; score = 1.0; status = \"stable\"; describe = \"x\"; class = \"cold\";\n"
    "  when = \"inbound and not list and relation in (stranger, unknown) and (any(U_PHRASE, U_RAW) or atleast(2, U_PHRASE,"
    " U_PATTERN)) and families(one, two) >= 1 and count(U_PHRASE) < 9\";\n"
    "  cases = ( { given = \"inbound, relation = stranger\"; rules = [ \"U_PHRASE\" ]; expect = true; },\n"
    "    { given = \"inbound, relation = known\"; rules = [ \"U_PHRASE\" ]; expect = false; } ); } );\n";

static size_t load_sum; /* policies and rules of the whole configuration */

static void load(void)
{
	char config[PATH_ROOM], rules[PATH_ROOM], state[PATH_ROOM];
	struct generation_options options = {
	    .rules_directory = place(rules, "rules"), .state_directory = place(state, "state"), .check_examples = true};
	struct error_list errors = error_list_make();
	struct generation *generation = NULL;
	enum status status = generation_load(place(config, "upkeep.conf"), &options, &errors, &generation);
	size_t sum = generation ? generation->config->policies.count + ruleset_rule_count(generation->ruleset) : 0;

	if ((status == STATUS_OK) != (generation != NULL))
		complain("status and generation disagree");
	if (armed == KINDS && !generation)
		complain(errors.errors.count ? error_at(&errors, 0)->what : "not loaded");
	if (!load_sum)
		load_sum = sum;
	if (generation && (sum != load_sum || errors.error_count))
		complain("half a configuration was taken for a whole one");
	if (!generation && status != STATUS_NO_MEMORY && !errors.error_count)
		complain("refused without a word");
	generation_release(generation);
	error_list_free(&errors);
}

/* --- lists --- */

static const char list_before[] = "# ours\nann@acme.example # a friend\nbob@acme.example";
static const char list_added[] =
    "# ours\nann@acme.example # a friend\nbob@acme.example\neve@acme.example until 1972-09-27"
    "  # 1970-04-11 met\n";
static const char list_replaced[] = "# ours\nbob@acme.example\nann@acme.example  # 1970-04-11\n";
static const char list_removed[] = "# ours\nbob@acme.example\n";

static void check_list(enum status status, const char *after, const struct error_list *errors)
{
	char text[TEXT_ROOM], path[PATH_ROOM];
	struct dirent **entries;
	int count = scandir(place(path, "lists"), &entries, NULL, alphasort);

	get("lists/x.list", text);
	if (strcmp(text, status == STATUS_OK ? after : list_before) != 0 &&
	    (status == STATUS_OK || strcmp(text, after) != 0)) /* the directory could not be synced */
		complain("the list is neither the old nor the new one");
	if (status != STATUS_OK && status != STATUS_NO_MEMORY && !errors->error_count)
		complain("refused without a word");
	if (count != 3)
		complain("something is left beside the list");
	for (int i = 0; i < count; i++)
		free(entries[i]);
	if (count >= 0)
		free(entries);
}

static void edit_list(void)
{
	struct list_addition additions[] = {
	    {.entry = STR("eve@acme.example"), .until = 1000, .comment = "met", .today = 100},
	    {.entry = STR("ann@acme.example"), .today = 100}};
	const char *const after[] = {list_added, list_replaced};
	struct error_list errors = error_list_make();
	char path[PATH_ROOM];
	enum kind kind = armed;
	enum status status;
	bool replaced;

	place(path, "lists/x.list");
	for (size_t i = 0; i < 3; i++) {
		armed = KINDS;
		put("lists/x.list", list_before);
		armed = kind;
		status = i < 2 ? list_edit_add(path, &additions[i], &errors, &replaced)
			       : list_edit_remove(path, STR("ANN@acme.example"), &errors);
		armed = KINDS;
		if (kind == KINDS && status != STATUS_OK)
			complain("refused without a fault");
		check_list(status, i < 2 ? after[i] : list_removed, &errors);
	}
	armed = kind;
	error_list_free(&errors);
}

/* --- the memory --- */

static const char *const requests[] = {
    "{\"command\": \"relate\", \"local\": \"jo@home.example\", \"remote\": \"ann@acme.example\"}",
    "{\"command\": \"who\", \"address\": \"ann@acme.example\", \"of\": \"jo@home.example\"}",
    "{\"command\": \"template\", \"from\": \"eve@sales.example\", \"from_name\": \"Eve\", \"names\": [\"Jo\"], "
    "\"learned\": true, \"text\": \"i am sorry to bother you on a busy day but i came across your company and was "
    "impressed by what your team has built so far we help firms like yours to win twenty new customers a month without "
    "any cold calls would you be open to a quick call on thursday so that i can show you\"}",
    "{\"command\": \"memory\"}",
    "{\"command\": \"unrelate\", \"local\": \"jo@home.example\", \"remote\": \"ann@acme.example\"}",
    "{\"command\": \"relate\", \"local\": \"jo@home.example\", \"remote\": \"ann@acme.example\"}",
    "{\"command\": \"forget\", \"address\": \"ann@acme.example\", \"name\": \"Ann\"}",
};

static void request(struct memory *memory, const struct config *config, const char *text)
{
	json_t *json = json_loads(text, 0, NULL);
	json_t *reply = memory_request_run(memory, config, json), *ok = json_object_get(reply, "ok");

	if (armed == KINDS && !json_is_true(ok))
		complain(json_string_value(json_object_get(reply, "error")));
	if (reply && !json_is_true(ok) && !json_is_string(json_object_get(reply, "error")))
		complain("refused without a word");
	json_decref(reply);
	json_decref(json);
}

static enum status count_record(void *context, const struct store_record *record)
{
	(void)record;
	++*(size_t *)context;
	return STATUS_OK;
}

static void dump_and_verify(struct memory *memory)
{
	struct store *store = memory_store(memory);
	struct error_list errors = error_list_make();
	size_t count = 0;
	enum status dumped = store->operations->dump(store, count_record, &count);
	enum status verified = store->operations->verify(store, &errors);

	if (armed == KINDS && (dumped != STATUS_OK || verified != STATUS_OK || !count))
		complain("no dump, or damage");
	store->operations->tend(store, 0);
	error_list_free(&errors);
}

static void use_memory(void)
{
	static struct config *config;
	struct memory_settings settings = memory_settings_default;
	struct error_list errors = error_list_make();
	char state[PATH_ROOM], freemail[PATH_ROOM], aliases[PATH_ROOM];
	enum kind kind = armed;
	struct memory *memory = NULL;
	enum status status;

	armed = KINDS;
	if (!config && !(config = config_create_default()))
		die("no configuration");
	make_empty("memory");
	armed = kind;
	settings.state_directory = place(state, "memory");
	settings.freemail_list = place(freemail, "freemail.txt");
	settings.alias_file = place(aliases, "aliases");
	settings.immediate = settings.create = true;
	settings.quick_check = false;
	status = memory_open(&settings, &errors, &memory);
	if ((status == STATUS_OK) != (memory != NULL) || (armed == KINDS && !memory))
		complain(errors.errors.count ? error_at(&errors, 0)->what : "not opened");
	for (size_t i = 0; memory && i < sizeof requests / sizeof *requests; i++)
		request(memory, config, requests[i]);
	if (memory)
		dump_and_verify(memory);
	memory_close(memory);
	error_list_free(&errors);
	if (kind == KINDS) {
		config_free(config);
		config = NULL;
	}
}

/* --- all of it --- */

/* How many calls of that kind the job makes. */
static long calls_of(void (*job)(void), enum kind kind, long at)
{
	seen = 0;
	fails_at = at;
	armed = kind;
	job();
	armed = KINDS;
	return seen;
}

static void torture(const char *name, void (*job)(void), long limit)
{
	long before = injected;

	job_name = name;
	job();
	for (enum kind kind = 0; kind < KINDS; kind++)
		for (int again_and_again = 0; again_and_again < 2; again_and_again++) {
			long calls, step;

			persistent = false;
			calls = calls_of(job, kind, 0);
			step = limit && calls > limit ? calls / limit : 1;
			persistent = again_and_again != 0;
			for (long at = 1; at <= calls; at += step)
				(void)calls_of(job, kind, at);
		}
	fails_at = 0;
	persistent = false;
	job();
	printf("%-28s %8ld faults\n", name, injected - before);
}

int main(int argc, char **argv)
{
	char command[PATH_ROOM];
	long limit = 0;
	int option;

	while ((option = getopt(argc, argv, "l:")) != -1) {
		if (option != 'l')
			return 2;
		limit = strtol(optarg, NULL, 10);
	}
	if (!mkdtemp(directory))
		die("no directory");
	make_empty("rules");
	make_empty("state");
	make_empty("lists");
	put("upkeep.conf", config_text);
	put("allow.list", "# friends\nann@acme.example until 2090-01-01\n.acme.example\n");
	put("rules/upkeep.conf", rules_text);
	put("freemail.txt", "# free\nfree.example\ngratis.example\n");
	put("aliases", "info@home.example jo@home.example\nold@home.example jo@home.example\n");
	torture("configuration and rules", load, limit);
	torture("lists", edit_list, limit);
	torture("the memory", use_memory, limit);
	snprintf(command, sizeof command, "rm -rf '%s'", directory);
	if (system(command) != 0)
		die("the directory cannot be removed");
	printf("%-28s %8ld faults, %s\n", "all", injected,
	       wrong ? "something went wrong" : "nothing lost, nothing halved");
	return wrong ? 1 : 0;
}
