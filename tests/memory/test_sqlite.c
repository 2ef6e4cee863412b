/* The SQLite store passes the suite. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char directory[64];

static void prepare(struct memory_settings *settings)
{
	if (!directory[0]) {
		snprintf(directory, sizeof directory, "/tmp/coldshoulder-sqlite-XXXXXX");
		if (!mkdtemp(directory))
			abort();
	}
	settings->backend = MEMORY_SQLITE;
	settings->state_directory = directory;
}

static void clean_up(void)
{
	static const char *const files[] = {"memory.db", "memory.db-wal", "memory.db-shm", "memory.db.lock"};
	char path[128];

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/%s", directory, files[i]);
		unlink(path);
	}
}

int main(void)
{
	const struct suite_backend backend = {"sqlite", prepare, clean_up};
	char path[128];
	int failures = suite_run(&backend);

	snprintf(path, sizeof path, "%s/key", directory);
	unlink(path);
	rmdir(directory);
	return failures;
}
