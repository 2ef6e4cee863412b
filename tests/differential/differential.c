/*
 * differential - one verdict, however it is come by: for each message the same score, class, rules and evidence with
 * PCRE2's machine code and without, with the prefilter and (-a) with PCRE2 alone, by one thread and by eight at once.
 *
 *   differential [-a] -r RULES PLACE...
 *
 * Prints what was found of every message, so that two builds (with libhs and without) can be compared; on standard
 * error how many were judged. Exit code 1: a difference, which is named.
 */
#include "../bench/mail_tree.h"
#include "base/buf.h"
#include "judge/judge.h"
#include "mail/message.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 8, EVIDENCE_MAX = 40 };

static struct mail_tree tree;
static char **expected; /* by message */
static atomic_int differences;

static struct generation *load(const char *rules, bool alone, bool no_jit)
{
	const struct generation_options options = {
	    .rules_directory = rules, .no_cache = true, .disable_scan_database = alone, .disable_jit = no_jit};
	struct error_list errors = error_list_make();
	struct generation *generation = NULL;

	if (generation_load(NULL, &options, &errors, &generation) != STATUS_OK) {
		fprintf(stderr, "differential: the rules of %s do not load\n", rules);
		exit(2);
	}
	error_list_free(&errors);
	return generation;
}

/* All that was found, as text; to be freed. */
static char *finding(const struct generation *generation, struct str raw)
{
	const struct judge_override override = {.stored_mail = true, .look_closer = true, .now = 1};
	const struct envelope envelope = {0};
	struct arena *arena = arena_create(0);
	struct decision decision = {0};
	struct buf out = buf_make(NULL);
	char *copy;

	if (!arena || judge_message(generation, &envelope, raw, 0, &override, arena, &decision, NULL) != STATUS_OK)
		exit(2);
	buf_add_format(&out, "%s %.2f limits=%x", mail_class_name(decision.verdict.mail_class), decision.verdict.score,
		       decision.limits);
	for (size_t i = 0; i < decision.verdict.hit_count; i++) {
		const struct rule_hit *hit = &decision.verdict.hits[i];

		buf_add_format(&out, " %s:%.2f:%.*s", hit->rule->id, hit->score,
			       STR_ARGS(str_sub(hit->evidence, 0, EVIDENCE_MAX)));
	}
	copy = strndup(buf_str(&out).p, buf_str(&out).n);
	for (char *at = copy; at && *at; at++)
		if (*at == '\n')
			*at = ' ';
	buf_free(&out);
	arena_destroy(arena);
	return copy;
}

static void compare(const struct generation *generation, const char *how)
{
	for (size_t i = 0; i < tree.count; i++) {
		char *found = finding(generation, tree.mails[i]);

		if (!found || strcmp(found, expected[i]) != 0) {
			atomic_fetch_add(&differences, 1);
			fprintf(stderr, "message %zu, %s:\n  %s\n  %s\n", i, how, expected[i],
				found ? found : "(none)");
		}
		free(found);
	}
}

static void *run_thread(void *generation)
{
	compare(generation, "one of eight threads");
	return NULL;
}

static void compare_threads(struct generation *generation)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, run_thread, generation) != 0)
			exit(2);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void compare_variant(const char *rules, bool alone, bool no_jit, const char *how)
{
	struct generation *generation = load(rules, alone, no_jit);

	compare(generation, how);
	generation_release(generation);
}

int main(int argc, char **argv)
{
	const char *rules = "rules";
	struct generation *generation;
	bool alone = false;
	int option;

	while ((option = getopt(argc, argv, "ar:")) != -1) {
		if (option == 'a')
			alone = true;
		else if (option == 'r')
			rules = optarg;
		else
			return 2;
	}
	message_library_init();
	for (int i = optind; i < argc; i++)
		mail_tree_read(&tree, argv[i]);
	expected = calloc(tree.count + 1, sizeof *expected);
	generation = load(rules, false, false);
	for (size_t i = 0; expected && i < tree.count; i++) {
		expected[i] = finding(generation, tree.mails[i]);
		puts(expected[i]);
	}
	compare(generation, "a second time");
	compare_threads(generation);
	compare_variant(rules, false, true, "without machine code");
	if (alone) {
		compare_variant(rules, true, false, "PCRE2 alone");
		compare_variant(rules, true, true, "PCRE2 alone, without machine code");
	}
	fprintf(stderr, "%zu messages, %s: %d differences\n", tree.count, ruleset_scanner(generation->ruleset),
		atomic_load(&differences));
	generation_release(generation);
	for (size_t i = 0; i < tree.count; i++)
		free(expected[i]);
	free(expected);
	mail_tree_free(&tree);
	return atomic_load(&differences) ? 1 : 0;
}
