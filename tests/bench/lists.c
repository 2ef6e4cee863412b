/*
 * lists - what allow and block lists cost: reading one, and asking it once for a message.
 *
 *   lists [ENTRIES]      default 1000000; fails over 2 s to read, or 5 us CPU a message (sender and envelope, both
 * lists)
 */
#include "policy/list_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGES = 1000000, READ_MS_MAX = 2000, ASK_NS_MAX = 5000 };

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static bool write_list(const char *path, long entries)
{
	FILE *out = fopen(path, "w");

	for (long i = 0; out && i < entries; i++)
		if (i % 3)
			fprintf(out, "user%ld@host%ld.example  # 2026-11-27 asked for it\n", i, i * 7919 % 200003);
		else
			fprintf(out, "domain%ld.example\n", i);
	return out && fclose(out) == 0;
}

/* Every second sender is on the list. */
static double ask(const struct matcher *matcher, long entries, size_t *ret_found)
{
	double start;
	char *keys = malloc(MESSAGES * 48UL);

	if (!keys)
		return 0;
	for (long i = 0; i < MESSAGES; i++) {
		long n = i * 104729 % entries;

		snprintf(keys + i * 48, 48, i % 2 ? "stranger%ld@mail.host%ld.example" : "x%ld@domain%ld.example", n,
			 n - n % 3);
	}
	start = cpu_ns();
	/* A message asks for its From and its envelope sender, in the allow and in the block list. */
	for (long i = 0; i < MESSAGES; i++)
		for (int times = 0; times < 4; times++)
			*ret_found += matcher_find(matcher, str_of(keys + i * 48), 20000, NULL) != MATCH_NONE;
	start = cpu_ns() - start;
	free(keys);
	return start / MESSAGES;
}

int main(int argc, char **argv)
{
	long entries = argc > 1 ? atol(argv[1]) : 1000000;
	char path[] = "/tmp/coldshoulder-lists-XXXXXX";
	int fd = mkstemp(path);
	struct arena *arena = arena_create(0);
	struct error_list errors = error_list_make();
	struct str entry = str_of(path);
	const struct list_source source = {.entries = &entry, .count = 1, .name = "block", .path = ""};
	struct matcher *matcher = NULL;
	double read_ms, ns;
	size_t found = 0;

	if (fd < 0 || entries < 3 || !arena || !write_list(path, entries))
		return EXIT_FAILURE;
	close(fd);
	read_ms = cpu_ns();
	if (list_source_read(&source, arena, &errors, &matcher) != STATUS_OK || errors.errors.count)
		return EXIT_FAILURE;
	read_ms = (cpu_ns() - read_ms) / 1e6;
	unlink(path);
	ns = ask(matcher, entries, &found);
	printf("%zu entries: read in %.0f ms, %.2f us a message (%zu of %d found), %.1f MB\n", matcher_count(matcher),
	       read_ms, ns / 1000, found / 4, MESSAGES, (double)arena_used(arena) / 1e6);
	error_list_free(&errors);
	arena_destroy(arena);
	return read_ms <= READ_MS_MAX && ns <= ASK_NS_MAX ? EXIT_SUCCESS : EXIT_FAILURE;
}
