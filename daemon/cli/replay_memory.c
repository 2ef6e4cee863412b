#include "cli/replay_memory.h"

#include "cli/memory_setup.h"
#include "cli/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_DIRECTORIES = 8, DEADLINE_MS = 60000 };

bool replay_directory_make(char *path, size_t size)
{
	const char *base = getenv("TMPDIR");

	if ((size_t)snprintf(path, size, "%s/coldshoulder-replay-XXXXXX", base && *base ? base : "/tmp") >= size) {
		errno = ENAMETOOLONG;
		return false;
	}
	return mkdtemp(path) != NULL;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info, (void)kind, (void)where;
	return remove(path);
}

void replay_directory_remove(const char *path)
{
	if (*path)
		(void)nftw(path, remove_entry, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS);
}

/* Nobody reads this memory but us, and it is gone in the end: the key need be no secret, but always the same. */
static bool write_key(const char *path)
{
	FILE *file = fopen(path, "wxe");

	if (!file)
		return false;
	fchmod(fileno(file), 0600);
	for (int i = 0; i < 32; i++)
		fprintf(file, "%02x", i);
	fputc('\n', file);
	return fclose(file) == 0;
}

static void show_notice(void *context, enum severity severity, const char *text)
{
	(void)context, (void)severity;
	fprintf(stderr, "coldshoulder replay: %s\n", text);
}

bool replay_memory_open(const struct config *config, const char *directory, struct memory **ret_memory)
{
	struct memory_settings settings = config->memory;
	struct error_list errors = error_list_make();
	char freemail[PATH_MAX + 64], key[PATH_MAX];
	enum status status;

	*ret_memory = NULL;
	if (settings.backend == MEMORY_NONE)
		return true;
	snprintf(key, sizeof key, "%s/key", directory);
	if (mkdir(directory, 0700) != 0 || !write_key(key)) {
		fprintf(stderr, "coldshoulder replay: %s: %s\n", directory, strerror(errno));
		return false;
	}
	settings.backend = MEMORY_SQLITE;
	settings.state_directory = directory;
	settings.key_file = NULL;
	settings.freemail_list = memory_setup_freemail(config, freemail, sizeof freemail);
	settings.create = true;
	settings.immediate = true;
	settings.quick_check = false;
	settings.deadline_ms = DEADLINE_MS;
	settings.notice = show_notice;
	status = memory_open(&settings, &errors, ret_memory);
	setup_print_errors(&errors, true);
	if (status != STATUS_OK && errors.error_count == 0)
		fprintf(stderr, "coldshoulder replay: %s: %s\n", directory, status_name(status));
	error_list_free(&errors);
	return status == STATUS_OK && memory_set_bootstrapped(*ret_memory);
}
