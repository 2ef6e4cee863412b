/*
 * hostile - the worst mail we can think of, and mutations of other people's: time and memory of each stay bounded.
 *
 *   hostile [-m MILLISECONDS] [-k KILOBYTES] [-n MUTATIONS] [-r RULES] [DIRECTORY...]
 *
 * Each of the worst is read with all its views in a process of its own: CPU time over -m (default 250), or peak memory
 * over -k (default 65536) above the message's own size, is an error and is named. With -r it is then judged by all the
 * rules of the directory RULES, with PCRE2's machine code and without, and each time is held to -m. The messages below
 * DIRECTORY, and MUTATIONS (default 0) byte-flipped or truncated variants of them, are read in this process, and their
 * time is held to -m as well. Exit code 1: something was over a limit.
 */
#include "base/buf.h"
#include "judge/judge.h"
#include "mail_tree.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double limit_ms = 250;
static long limit_kb = 65536;
static int failures;
static struct generation *engines[2]; /* with machine code, without; NULL: no rules were given */

static double cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* The daemon hands over no more than this. */
static struct str as_daemon_cuts(struct str raw)
{
	return str_sub(raw, 0, mail_limits_default.scan_bytes + mail_limits_default.header_bytes);
}

static double read_message(struct str raw)
{
	struct arena *arena = arena_create(0);
	struct message message;
	struct views *views;
	double start = cpu_ms();

	if (message_parse(raw, &mail_limits_default, arena, &message) == STATUS_OK &&
	    (views = views_create(&message, &mail_limits_default))) {
		for (int kind = 0; kind < VIEW_HEADER; kind++)
			views_get(views, (enum view_kind)kind, STR(""));
	}
	arena_destroy(arena);
	return cpu_ms() - start;
}

/* The slower of two: the first time patterns are compiled. */
static double judge_message_twice(const struct generation *generation, struct str raw, uint32_t *ret_limits)
{
	const struct judge_override override = {.stored_mail = true, .look_closer = true};
	const struct envelope envelope = {0};
	double slowest = 0;

	for (int i = 0; i < 2; i++) {
		struct arena *arena = arena_create(0);
		struct decision decision = {0};
		double start = cpu_ms();

		if (!arena ||
		    judge_message(generation, &envelope, raw, 0, &override, arena, &decision, NULL) != STATUS_OK)
			exit(2);
		if (cpu_ms() - start > slowest)
			slowest = cpu_ms() - start;
		*ret_limits = decision.limits;
		arena_destroy(arena);
	}
	return slowest;
}

static void judge(const char *name, struct str raw)
{
	static const char *const how[] = {"judged, with JIT", "judged, without JIT"};

	for (int i = 0; i < 2 && engines[i]; i++) {
		uint32_t limits;
		double ms = judge_message_twice(engines[i], as_daemon_cuts(raw), &limits);
		bool over = ms > limit_ms;

		failures += over;
		printf("  %-38s %15s %8.1f ms %s%s%s\n", how[i], "", ms,
		       limits & MAIL_LIMIT_MATCH ? "limits=match" : "", over ? "  OVER THE LIMIT: " : "",
		       over ? name : "");
	}
}

static long peak_kb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void report(const char *name, size_t n, double ms, long kb)
{
	bool over = ms > limit_ms || kb > limit_kb;

	failures += over;
	if (over || name[0] != '#')
		printf("%-40s %9zu bytes %8.1f ms %7ld KB%s\n", name, n, ms, kb, over ? "  OVER THE LIMIT" : "");
}

/* In a child, so that peak memory is this message's own. Whole, and as the daemon would cut it. */
static void measure(const char *name, struct str raw)
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		long before = peak_kb();
		double whole = read_message(raw);
		long kb = peak_kb() - before;
		double cut = read_message(as_daemon_cuts(raw));

		report(name, raw.n, whole > cut ? whole : cut, kb);
		judge(name, raw);
		fflush(stdout);
		_exit(failures ? 1 : 0);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status)) {
		if (WIFSIGNALED(status))
			printf("%-40s ended by signal %d\n", name, WTERMSIG(status));
		failures++;
	}
}

static void add_many(struct buf *out, const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_add_text(out, text);
}

static void nested_multiparts(struct buf *out)
{
	for (int i = 0; i < 50000; i++)
		buf_add_format(out, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
}

static void many_parts(struct buf *out)
{
	buf_add_text(out, "Content-Type: multipart/mixed; boundary=b\n\n");
	add_many(out, "--b\n\nx\n", 100000);
}

static void nested_messages(struct buf *out)
{
	add_many(out, "Content-Type: message/rfc822\n\n", 50000);
}

static void long_header(struct buf *out)
{
	buf_add_text(out, "Subject: ");
	add_many(out, "=?utf-8?q?=41?= ", 65536);
	buf_add_text(out, "\n\nx\n");
}

static void many_headers(struct buf *out)
{
	add_many(out, "Received: from a by b with c; Mon, 1 Jan 2026 00:00:00 +0000\n", 100000);
	buf_add_text(out, "\nx\n");
}

static void many_divs(struct buf *out)
{
	buf_add_text(out, "Content-Type: text/html\n\n");
	add_many(out, "<div>", 2 * 1024 * 1024);
}

static void many_styles(struct buf *out)
{
	buf_add_text(out, "Content-Type: text/html\n\n<style>");
	add_many(out, ".a .b,.c{color:#fff;display:none}", 20000);
	buf_add_text(out, "</style>");
	add_many(out, "<p class=\"a b c d e f\" style=\"color:red;font-size:12px\">word</p>", 20000);
}

static void long_base64(struct buf *out)
{
	buf_add_text(out, "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n");
	add_many(out, "U29ycnkgdG8gYm90aGVyIHlvdSBh", 10 * 1024 * 1024 / 28);
}

static void marks(struct buf *out)
{
	buf_add_text(out, "Content-Type: text/plain; charset=utf-8\n\na");
	add_many(out, "\xcc\x81\xcc\xa3", 250000);
}

static void single_letters(struct buf *out)
{
	buf_add_text(out, "Content-Type: text/plain\n\n");
	add_many(out, "a b.c ", 200000);
}

static void quote_lines(struct buf *out)
{
	buf_add_text(out, "Content-Type: text/plain\n\n");
	add_many(out, "> On Mon, X wrote:\nFrom: a\nOn b wrote:\n-- \n", 25000);
}

static void many_links(struct buf *out)
{
	buf_add_text(out, "Content-Type: text/html\n\n");
	add_many(out, "<a href=\"https://l.example/?url=https%3A%2F%2Fx.example%2F%3Furl%3Dy\">www.z.example</a> ",
		 12000);
}

static void many_addresses(struct buf *out)
{
	buf_add_text(out, "To: ");
	add_many(out, "\"x(\" <a@b.example>, g:;(((", 40000);
	buf_add_text(out, "\n\nx\n");
}

static void entities(struct buf *out)
{
	buf_add_text(out, "Content-Type: text/html\n\n");
	add_many(out, "&amp;&#x41;&bogus;<b><i>", 45000);
}

/* What rules look for, as much of it as is read, and what only begins like it. */
static void add_examples(struct buf *out, bool hits, bool cut)
{
	const struct ruleset *ruleset = engines[0] ? engines[0]->ruleset : NULL;
	size_t begin;

	buf_add_text(out, "Content-Type: text/plain; charset=utf-8\n\nHello,\n");
	do {
		begin = buf_str(out).n;
		for (size_t i = 0; ruleset && i < ruleset_rule_count(ruleset); i++) {
			const struct rule *rule = ruleset_rule_at(ruleset, i);

			for (size_t j = 0; j < rule->example_count && !rule->when; j++) {
				struct str text = rule->examples[j].text;

				if (rule->examples[j].expect != hits || rule->view > VIEW_TEXT)
					continue;
				buf_add_str(out, cut ? str_sub(text, 0, text.n / 2) : text);
				buf_add_byte(out, i % 7 ? ' ' : '\n');
			}
		}
	} while (buf_str(out).n > begin && buf_str(out).n < 1024 * 1024);
}

static void all_hits(struct buf *out)
{
	add_examples(out, true, false);
}

static void all_misses(struct buf *out)
{
	add_examples(out, false, false);
}

static void half_hits(struct buf *out)
{
	add_examples(out, true, true);
}

static void long_words(struct buf *out)
{
	buf_add_text(out, "Content-Type: text/plain\n\n");
	for (int i = 0; i < 15000; i++)
		buf_add_format(out, "%s%.*s ", i % 2 ? "sorry" : "https://a.example/", 40 + i % 20,
			       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static const struct {
	const char *name;
	void (*make)(struct buf *out);
} worst[] = {
    {"50,000 nested multiparts", nested_multiparts},
    {"100,000 parts", many_parts},
    {"50,000 nested messages", nested_messages},
    {"1 MB header line of encoded words", long_header},
    {"100,000 header fields", many_headers},
    {"10 MB of <div>", many_divs},
    {"20,000 style rules, 20,000 elements", many_styles},
    {"10 MB base64 in one line", long_base64},
    {"500,000 combining marks", marks},
    {"400,000 single letters", single_letters},
    {"100,000 attribution-like lines", quote_lines},
    {"12,000 links within links", many_links},
    {"40,000 broken addresses", many_addresses},
    {"1 MB of entities and open elements", entities},
    {"1 MB of all that rules look for", all_hits},
    {"1 MB of what rules do not look for", all_misses},
    {"1 MB that begins like it", half_hits},
    {"1 MB of long words", long_words},
};

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* All in this process: a crash or a sanitizer's finding ends it. */
static void mutate(const struct mail_tree *tree, long count)
{
	uint32_t state = 0x9e3779b9;
	double slowest = 0;

	for (long i = 0; i < count && tree->count; i++) {
		struct str mail = tree->mails[(size_t)i % tree->count];
		size_t n = i % 3 == 0 && mail.n ? next_random(&state) % mail.n : mail.n;
		char *copy = malloc(n ? n : 1); /* no byte more: a sanitizer sees who reads on */
		double ms;

		if (!copy)
			exit(2);
		memcpy(copy, mail.p, n);
		for (int flips = 0; flips < 1 + (int)(i % 20) && n; flips++)
			copy[next_random(&state) % n] = (char)next_random(&state);
		ms = read_message((struct str){copy, n});
		if (ms > slowest)
			slowest = ms;
		report("# mutation", n, ms, 0);
		free(copy);
	}
	printf("%ld mutations, slowest %.1f ms\n", count, slowest);
}

static struct generation *load(const char *rules, bool disable_jit)
{
	const struct generation_options options = {
	    .rules_directory = rules, .no_cache = true, .disable_jit = disable_jit};
	struct error_list errors = error_list_make();
	struct generation *generation = NULL;

	if (generation_load(NULL, &options, &errors, &generation) != STATUS_OK) {
		fprintf(stderr, "hostile: the rules of %s do not load: see coldshoulder lint\n", rules);
		exit(2);
	}
	error_list_free(&errors);
	return generation;
}

int main(int argc, char **argv)
{
	struct mail_tree tree = {0};
	const char *rules = NULL;
	long mutations = 0;
	int option;

	while ((option = getopt(argc, argv, "m:k:n:r:")) != -1) {
		if (option == 'm')
			limit_ms = atof(optarg);
		else if (option == 'k')
			limit_kb = atol(optarg);
		else if (option == 'n')
			mutations = atol(optarg);
		else if (option == 'r')
			rules = optarg;
		else
			return 2;
	}
	message_library_init();
	for (int i = 0; i < 2 && rules; i++)
		engines[i] = load(rules, i == 1);
	for (size_t i = 0; i < sizeof worst / sizeof *worst; i++) {
		struct buf raw = buf_make(NULL);

		worst[i].make(&raw);
		measure(worst[i].name, buf_str(&raw));
		buf_free(&raw);
	}
	for (int i = optind; i < argc; i++)
		mail_tree_read(&tree, argv[i]);
	for (size_t i = 0; i < tree.count; i++)
		report("# message", tree.mails[i].n, read_message(tree.mails[i]), 0);
	printf("%zu messages read\n", tree.count);
	mutate(&tree, mutations);
	mail_tree_free(&tree);
	generation_release(engines[0]);
	generation_release(engines[1]);
	printf("%d over the limits of %.0f ms and %ld KB\n", failures, limit_ms, limit_kb);
	return failures ? 1 : 0;
}
