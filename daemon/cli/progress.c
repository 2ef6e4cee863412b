#include "cli/progress.h"

#include "base/clock.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TERMINAL_MS = 200, PLAIN_MS = 10000, BAR_WIDTH = 24, OPEN_DIRECTORIES = 16 };

static const int64_t ns_per_ms = 1000000;

struct progress progress_start(uint64_t bytes_total)
{
	struct progress progress = {
	    .start = clock_monotonic_ns(), .bytes_total = bytes_total, .terminal = isatty(STDERR_FILENO) == 1};

	progress.next = progress.start + (progress.terminal ? TERMINAL_MS : PLAIN_MS) * ns_per_ms;
	return progress;
}

double progress_seconds(const struct progress *progress)
{
	return (double)(clock_monotonic_ns() - progress->start) / 1e9;
}

static void print_bar(double share)
{
	int full = (int)(share * BAR_WIDTH);

	fputc('[', stderr);
	for (int i = 0; i < BAR_WIDTH; i++)
		fputc(i < full ? '#' : '.', stderr);
	fprintf(stderr, "] %3.0f %%  ", 100 * share);
}

static void print_state(const struct progress *progress)
{
	double seconds = progress_seconds(progress);
	double share = progress->bytes_total ? (double)progress->bytes / (double)progress->bytes_total : 0;

	share = share > 1 ? 1 : share;
	if (progress->terminal)
		fputs("\r\033[K", stderr);
	if (progress->terminal && progress->bytes_total)
		print_bar(share);
	fprintf(stderr, "%llu messages, %.0f a second", (unsigned long long)progress->count,
		seconds > 0 ? (double)progress->count / seconds : 0.0);
	if (progress->bytes_total && share > 0) {
		unsigned long left = (unsigned long)(seconds * (1 - share) / share + 0.5);

		fprintf(stderr, ", %lu:%02lu left", left / 60, left % 60);
	}
	if (!progress->terminal)
		fputc('\n', stderr);
	fflush(stderr);
}

void progress_step(struct progress *progress, uint64_t bytes)
{
	progress->count++;
	progress->bytes += bytes;
	if (clock_monotonic_ns() < progress->next)
		return;
	print_state(progress);
	progress->next = clock_monotonic_ns() + (progress->terminal ? TERMINAL_MS : PLAIN_MS) * ns_per_ms;
}

void progress_end(struct progress *progress)
{
	if (progress->terminal)
		fputs("\r\033[K", stderr);
}

/* nftw() has no context to hand over. The tool has one thread that calls this. */
static uint64_t bytes_found;

static int add_file(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)path, (void)where;
	if (kind == FTW_F && S_ISREG(info->st_mode))
		bytes_found += (uint64_t)info->st_size;
	return 0;
}

uint64_t progress_size_of(const char *path)
{
	bytes_found = 0;
	if (strcmp(path, "-") != 0)
		(void)nftw(path, add_file, OPEN_DIRECTORIES, FTW_PHYS);
	return bytes_found;
}
