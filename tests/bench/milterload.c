/*
 * milterload - replays mail files against a milter as an MTA would, and measures.
 *
 * One line a message (-o): path, verdict letter, edits. At the end, on standard error: verdicts, and
 * "messages=... failures=... seconds=... rate=.../s p50=...ms p99=...ms max=...ms". Ends 1 when a connection broke.
 */
#include "mta.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RECIPIENTS_MAX = 256, BROKEN = '!' };

static const char usage[] = "usage: milterload -s unix:PATH|inet:PORT@HOST [options] FILE|DIRECTORY...\n"
			    "  -c N     connections (default 1)\n"
			    "  -n N     messages (default: each file once); files are repeated as needed\n"
			    "  -o FILE  write path, verdict and edits of each message\n"
			    "  -a USER  authenticated as USER\n"
			    "  -d NAME  {daemon_name} (default smtpd)\n"
			    "  -f ADDR  envelope sender (default: from the message)\n"
			    "  -r ADDR  recipient, may be repeated (default you@test.example)\n"
			    "  -A IP    client address (default 203.0.113.9)\n"
			    "  -q       no verdict counts\n";

/* Shared by all connections; read-only but for the atomics and what `out_lock` guards. */
struct run {
	struct mta_settings settings;
	const char *recipients[RECIPIENTS_MAX];
	struct list files; /* of struct mail_file */
	long connections;
	long total;
	bool quiet;
	FILE *out;
	pthread_mutex_t out_lock;
	double *seconds; /* per message */
	atomic_long next;
	atomic_long failures;
	atomic_long verdicts[256];
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void write_result(struct run *run, const struct mail_file *file, char verdict, struct buf *edits)
{
	for (size_t i = 0; i < edits->n; i++)
		if (strchr("\t\n\r", edits->p[i]))
			edits->p[i] = ' ';
	pthread_mutex_lock(&run->out_lock);
	fprintf(run->out, "%s\t%c\t%s\n", file->path, verdict, buf_str(edits).p);
	pthread_mutex_unlock(&run->out_lock);
}

static void replay(struct run *run, struct mta *mta, long id, struct buf *edits)
{
	const struct mail_file *file = list_at(&run->files, (size_t)id % run->files.count);
	double start = now();
	char queue_id[32];
	char verdict = BROKEN;

	snprintf(queue_id, sizeof queue_id, "4A%010lX", (unsigned long)id);
	buf_clear(edits);
	if ((mta->fd < 0 && !mta_open(mta, &run->settings)) || !mta_send(mta, file, queue_id, &verdict, edits)) {
		verdict = BROKEN;
		atomic_fetch_add(&run->failures, 1);
		mta_close(mta);
		buf_clear(edits);
	}
	run->seconds[id] = now() - start;
	atomic_fetch_add(&run->verdicts[(unsigned char)verdict], 1);
	if (run->out)
		write_result(run, file, verdict, edits);
}

static void *run_connection(void *argument)
{
	struct run *run = argument;
	struct mta mta = {.fd = -1};
	struct buf edits = buf_make(NULL);
	long id;

	while ((id = atomic_fetch_add(&run->next, 1)) < run->total)
		replay(run, &mta, id, &edits);
	mta_close(&mta);
	buf_free(&edits);
	return NULL;
}

static bool read_options(int argc, char **argv, struct run *run)
{
	struct mta_settings *settings = &run->settings;
	const char *out = NULL;
	int option;

	while ((option = getopt(argc, argv, "s:c:n:o:a:d:f:r:A:q")) != -1) {
		switch (option) {
		case 's':
			settings->socket = optarg;
			break;
		case 'c':
			run->connections = atol(optarg);
			break;
		case 'n':
			run->total = atol(optarg);
			break;
		case 'o':
			out = optarg;
			break;
		case 'a':
			settings->auth_user = optarg;
			break;
		case 'd':
			settings->daemon_name = optarg;
			break;
		case 'f':
			settings->sender = optarg;
			break;
		case 'r':
			if (settings->recipient_count < RECIPIENTS_MAX)
				run->recipients[settings->recipient_count++] = optarg;
			break;
		case 'A':
			settings->client_address = optarg;
			break;
		case 'q':
			run->quiet = true;
			break;
		default:
			return false;
		}
	}
	if (out && !(run->out = fopen(out, "w")))
		perror(out);
	return settings->socket && optind < argc && run->connections > 0 && (!out || run->out);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_summary(struct run *run, double elapsed)
{
	size_t n = (size_t)run->total;

	qsort(run->seconds, n, sizeof *run->seconds, compare);
	if (!run->quiet) {
		fputs("verdicts:", stderr);
		for (int i = 0; i < 256; i++)
			if (atomic_load(&run->verdicts[i]))
				fprintf(stderr, " %c=%ld", i, atomic_load(&run->verdicts[i]));
		fputc('\n', stderr);
	}
	fprintf(stderr, "messages=%zu failures=%ld seconds=%.3f rate=%.0f/s p50=%.3fms p99=%.3fms max=%.3fms\n", n,
		atomic_load(&run->failures), elapsed, (double)n / elapsed, run->seconds[n / 2] * 1e3,
		run->seconds[n * 99 / 100] * 1e3, run->seconds[n - 1] * 1e3);
}

/* False when threads or memory could not be had. */
static bool run_all(struct run *run)
{
	pthread_t *threads = calloc((size_t)run->connections, sizeof *threads);
	double start = now();
	long started = 0;

	run->seconds = calloc((size_t)run->total, sizeof *run->seconds);
	if (!threads || !run->seconds)
		return false;
	while (started < run->connections && pthread_create(&threads[started], NULL, run_connection, run) == 0)
		started++;
	for (long i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	if (started)
		print_summary(run, now() - start);
	free(threads);
	free(run->seconds);
	return started == run->connections;
}

int main(int argc, char **argv)
{
	static struct run run = {
	    .settings = {.daemon_name = "smtpd", .client_address = "203.0.113.9"},
	    .connections = 1,
	    .out_lock = PTHREAD_MUTEX_INITIALIZER,
	};

	if (!read_options(argc, argv, &run)) {
		fputs(usage, stderr);
		return 2;
	}
	if (run.settings.recipient_count == 0)
		run.recipients[run.settings.recipient_count++] = "you@test.example";
	run.settings.recipients = run.recipients;
	run.files = list_make(sizeof(struct mail_file), NULL);
	for (int i = optind; i < argc; i++)
		mail_file_add(&run.files, argv[i]);
	if (run.total <= 0)
		run.total = (long)run.files.count;
	if (run.total == 0 || !run_all(&run)) {
		fputs("milterload: no messages, or no memory for them\n", stderr);
		return 2;
	}
	if (run.out && fclose(run.out) != 0)
		return 2;
	return atomic_load(&run.failures) ? 1 : 0;
}
