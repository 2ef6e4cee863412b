/*
 * stages - what each step from bytes to verdict costs, without milter and store: CPU time a message.
 *
 *   stages [-c CONFIG] [-r RULES] [-t CACHE] [-n ROUNDS] [-w PASSES] [-l] [-s STAGE]... PLACE...
 *
 * Stages: read (message_parse), views (all text views as well), norules (judged by no rules), rules (judged by those of
 * the directory RULES, default ./rules). Each stage takes every message of the places, one stage after the other,
 * ROUNDS times (default 7) after PASSES (default 1) to warm up. One JSON object: microseconds a message.
 *
 * Under callgrind --instr-atstart=no each measured pass is a dump of its own, named after its stage.
 */
#include "base/clock.h"
#include "judge/judge.h"
#include "mail_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#define CALLGRIND_DUMP_STATS_AT(name)
#endif

enum { STAGES = 4, ROUNDS_MAX = 99 };

static const char *const stage_names[STAGES] = {"read", "views", "norules", "rules"};

struct bench {
	struct mail_tree tree;
	struct arena *arena;
	struct generation *empty;
	struct generation *full;
	bool wanted[STAGES];
	int rounds;
	int warm_up;
	bool look_closer;
	double micros[STAGES][ROUNDS_MAX];
};

static void fail(const char *what)
{
	fprintf(stderr, "stages: %s\n", what);
	exit(2);
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void read_message(const struct bench *bench, struct str raw, bool all_views)
{
	struct message message;
	struct views *views;

	if (message_parse(raw, &mail_limits_default, bench->arena, &message) != STATUS_OK || !all_views)
		return;
	views = views_create(&message, &mail_limits_default);
	for (int kind = 0; views && kind < VIEW_HEADER; kind++)
		views_get(views, (enum view_kind)kind, STR(""));
}

static void judge(const struct bench *bench, const struct generation *generation, struct str raw)
{
	const struct judge_override override = {.stored_mail = true, .look_closer = bench->look_closer};
	const struct envelope envelope = {0};
	struct decision decision;

	if (judge_message(generation, &envelope, raw, 0, &override, bench->arena, &decision, NULL) != STATUS_OK)
		fail("no decision");
}

static void pass(const struct bench *bench, int stage)
{
	for (size_t i = 0; i < bench->tree.count; i++) {
		if (stage < 2)
			read_message(bench, bench->tree.mails[i], stage == 1);
		else
			judge(bench, stage == 2 ? bench->empty : bench->full, bench->tree.mails[i]);
		arena_reset(bench->arena);
	}
}

static void measured_pass(const struct bench *bench, int stage)
{
	CALLGRIND_START_INSTRUMENTATION;
	pass(bench, stage);
	CALLGRIND_DUMP_STATS_AT(stage_names[stage]);
	CALLGRIND_STOP_INSTRUMENTATION;
}

static long resident_kilobytes(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long size = 0, resident = 0;

	if (file && fscanf(file, "%ld %ld", &size, &resident) != 2)
		resident = 0;
	if (file)
		fclose(file);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static struct generation *load(const char *config, const char *rules, const char *state)
{
	const struct generation_options options = {
	    .rules_directory = rules, .state_directory = state, .no_cache = state == NULL};
	struct error_list errors = error_list_make();
	struct generation *generation = NULL;

	if (generation_load(config, &options, &errors, &generation) != STATUS_OK)
		fail("the rules do not load: see coldshoulder lint");
	error_list_free(&errors);
	return generation;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(struct bench *bench)
{
	for (int stage = 0; stage < STAGES; stage++)
		for (int i = 0; i < bench->warm_up && bench->wanted[stage]; i++)
			pass(bench, stage);
	for (int round = 0; round < bench->rounds; round++)
		for (int stage = 0; stage < STAGES; stage++) {
			double start = cpu_seconds();

			if (bench->wanted[stage])
				measured_pass(bench, stage);
			bench->micros[stage][round] = (cpu_seconds() - start) * 1e6 / (double)bench->tree.count;
		}
}

static void print(struct bench *bench)
{
	for (int stage = 0; stage < STAGES; stage++) {
		double *micros = bench->micros[stage];

		if (!bench->wanted[stage])
			continue;
		qsort(micros, (size_t)bench->rounds, sizeof *micros, by_value);
		printf(", \"%s\": {\"median\": %.2f, \"min\": %.2f, \"max\": %.2f}", stage_names[stage],
		       micros[bench->rounds / 2], micros[0], micros[bench->rounds - 1]);
	}
}

static void want(struct bench *bench, const char *name)
{
	int stage = 0;

	while (stage < STAGES && strcmp(stage_names[stage], name) != 0)
		stage++;
	if (stage == STAGES)
		fail("no such stage: read, views, norules, rules");
	bench->wanted[stage] = true;
}

int main(int argc, char **argv)
{
	static struct bench bench = {.rounds = 7, .warm_up = 1};
	const char *rules = "rules", *state = NULL, *config = NULL;
	char empty[] = "/tmp/stages-XXXXXX";
	long before, loaded;
	int64_t start;
	int option;

	while ((option = getopt(argc, argv, "c:r:t:n:s:w:l")) != -1) {
		if (option == 'c')
			config = optarg;
		else if (option == 'r')
			rules = optarg;
		else if (option == 't')
			state = optarg;
		else if (option == 'n')
			bench.rounds = atoi(optarg);
		else if (option == 'l')
			bench.look_closer = true;
		else if (option == 'w')
			bench.warm_up = atoi(optarg);
		else if (option == 's')
			want(&bench, optarg);
		else
			fail("see the head of stages.c");
	}
	if (!memchr(bench.wanted, true, sizeof bench.wanted))
		memset(bench.wanted, true, sizeof bench.wanted);
	if (bench.rounds < 1 || bench.rounds > ROUNDS_MAX)
		fail("rounds: 1 to 99");
	message_library_init();
	for (int i = optind; i < argc; i++)
		mail_tree_read(&bench.tree, argv[i]);
	bench.arena = arena_create(256 * 1024);
	if (!bench.tree.count || !bench.arena)
		fail("no messages");
	before = resident_kilobytes();
	start = clock_monotonic_ns();
	bench.full = load(config, rules, state);
	printf("{\"messages\": %zu, \"load_ms\": %.1f", bench.tree.count, (double)(clock_monotonic_ns() - start) / 1e6);
	loaded = resident_kilobytes();
	if (!mkdtemp(empty))
		fail("no temporary directory");
	bench.empty = load(NULL, empty, NULL);
	rmdir(empty);
	measure(&bench);
	print(&bench);
	printf(", \"rules_kb\": %ld, \"used_kb\": %ld}\n", loaded - before, resident_kilobytes() - loaded);
	generation_release(bench.full);
	generation_release(bench.empty);
	mail_tree_free(&bench.tree);
	arena_destroy(bench.arena);
	return 0;
}
