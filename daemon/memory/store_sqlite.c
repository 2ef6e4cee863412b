/*
 * The SQLite store: opening, reopening, setting aside, closing. What it does is in the sqlite_*.c beside this file.
 */
#include "memory/sqlite_store.h"

#include "base/clock.h"
#include "memory/key.h"
#include "memory/memory.h"
#include "memory/sqlite_schema.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITER_BUSY_MS = 1000, TRY_PAUSE_MAX = 30, INDEX_LOAD_AT_ONCE = 20000 };

static const int64_t ns_per_second = 1000000000;

/* Makes the file before SQLite does, so that its mode is right; WAL and shared memory take after it. */
static bool make_file(const struct sqlite_store *store)
{
	int fd = open(store->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno == EEXIST;
	close(fd);
	return true;
}

static void try_later(struct sqlite_store *store)
{
	store->next_try = clock_monotonic_ns() + (int64_t)store->try_pause * ns_per_second;
	store->try_pause = store->try_pause * 2 < TRY_PAUSE_MAX ? store->try_pause * 2 : TRY_PAUSE_MAX;
}

/* One process at a time makes, migrates or sets aside. -1: no lock could be had, and none is needed to go on. */
static int lock_file_life(const struct sqlite_store *store)
{
	char path[4096];
	int fd;

	if ((size_t)snprintf(path, sizeof path, "%s.lock", store->path) >= sizeof path)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX) == 0)
		return fd;
	close(fd);
	return -1;
}

static const char *state_text(enum schema_state state)
{
	switch (state) {
	case SCHEMA_DAMAGED:
		return "the file is damaged, or no database";
	case SCHEMA_FOREIGN:
		return "the file is a database of another program";
	case SCHEMA_NEWER:
		return "the file was made by a newer version of coldshoulder";
	case SCHEMA_OTHER_KEY:
		return "the file was made with another key_file: restore that key, or move the file away";
	case SCHEMA_READY:
	case SCHEMA_FAILED:
		break;
	}
	return "";
}

/* Moves an unfit file out of the way; false when that is not possible now. */
static bool set_aside(struct sqlite_store *store, enum schema_state state)
{
	char name[4096];

	database_close(&store->writer);
	sqlite_check_end(store);
	if (!readers_disable(&store->readers))
		return false;
	if (!sqlite_schema_set_aside(store->path, name, sizeof name)) {
		notices_post(store->store.notices, NOTICE_LEARN, SEVERITY_ERROR,
			     "memory: %s: %s, and cannot be set aside: %s", store->path, state_text(state),
			     strerror(errno));
		return false;
	}
	sqlite_index_reset(store);
	atomic_store(&store->damaged, false);
	notices_post(store->store.notices, NOTICE_EVENT, SEVERITY_ERROR,
		     "memory: %s: %s; it was set aside as %s, and a fresh one begun", store->path, state_text(state),
		     name);
	return true;
}

static enum schema_state open_writer(struct sqlite_store *store)
{
	if (store->create && !make_file(store)) {
		store->writer.error = errno == ENOSPC ? SQLITE_FULL : SQLITE_CANTOPEN;
		return SCHEMA_FAILED;
	}
	if (!database_open(&store->writer, store->path, false, WRITER_BUSY_MS))
		return SCHEMA_FAILED;
	return sqlite_schema_prepare(&store->writer, store->fingerprint);
}

static void load_small_index(struct sqlite_store *store)
{
	int64_t last = 0;

	database_get(&store->writer, SQL_TEMPLATE_LAST_ID, NULL, 0, &last, 1);
	if (last <= INDEX_LOAD_AT_ONCE)
		store->index_loaded = sqlite_index_update(store, &store->writer);
}

static bool open_now(struct sqlite_store *store)
{
	int lock = lock_file_life(store);
	enum schema_state state = open_writer(store);

	if ((state == SCHEMA_DAMAGED || state == SCHEMA_FOREIGN) && store->create && set_aside(store, state))
		state = open_writer(store);
	if (lock >= 0)
		close(lock);
	if (state == SCHEMA_READY) {
		struct stat info;

		if (stat(store->path, &info) == 0) {
			store->device = info.st_dev;
			store->inode = info.st_ino;
		}
		sqlite_store_read_learning(store);
		load_small_index(store);
		readers_enable(&store->readers);
		store->try_pause = 1;
		return true;
	}
	notices_post(store->store.notices, NOTICE_LOOK_UP, SEVERITY_ERROR, "memory: %s cannot be used: %s", store->path,
		     state == SCHEMA_FAILED ? database_error_text(&store->writer) : state_text(state));
	database_close(&store->writer);
	return false;
}

/* True when somebody removed the file, or put another one in its place. */
static bool is_gone(const struct sqlite_store *store)
{
	struct stat info;

	if (stat(store->path, &info) != 0)
		return errno == ENOENT;
	return info.st_dev != store->device || info.st_ino != store->inode;
}

/* Lets go of a file that is gone; what is at its path is opened next. */
static void let_go(struct sqlite_store *store)
{
	sqlite_check_end(store);
	readers_disable(&store->readers);
	sqlite_index_reset(store);
	database_close(&store->writer);
	store->next_try = 0;
}

bool sqlite_store_ready(struct sqlite_store *store)
{
	if (store->writer.handle && is_gone(store))
		let_go(store);
	if (atomic_load(&store->damaged) && store->writer.handle) {
		if (!set_aside(store, SCHEMA_DAMAGED))
			return false;
		store->next_try = 0;
	}
	if (store->writer.handle)
		return true;
	if (clock_monotonic_ns() < store->next_try)
		return false;
	if (open_now(store))
		return true;
	try_later(store);
	return false;
}

enum status sqlite_store_failed(struct sqlite_store *store)
{
	enum status status = database_status(&store->writer);

	if (database_is_damaged(&store->writer)) {
		atomic_store(&store->damaged, true);
		readers_disable(&store->readers);
	}
	if (store->writer.handle && !sqlite3_get_autocommit(store->writer.handle))
		sqlite3_exec(store->writer.handle, "ROLLBACK", NULL, NULL, NULL);
	database_clear_error(&store->writer);
	return status;
}

void sqlite_store_read_learning(struct sqlite_store *store)
{
	int64_t learning[3];

	if (!database_get(&store->writer, SQL_LEARNING_GET, NULL, 0, learning, 3))
		return;
	atomic_store(&store->bootstrapped, learning[0] != 0);
	atomic_store(&store->outbound_days, (unsigned int)learning[1]);
	store->outbound_day = (uint32_t)learning[2];
}

static void tend(struct store *base, int64_t now)
{
	struct sqlite_store *store = (struct sqlite_store *)base;

	pthread_mutex_lock(&store->write_lock);
	if (sqlite_store_ready(store)) {
		if (!store->index_loaded)
			store->index_loaded = sqlite_index_update(store, &store->writer);
		if (store->quick_check && !store->checking) {
			store->quick_check = false;
			sqlite_check_start(store);
		}
		if (clock_monotonic_ns() >= store->next_sweep) {
			store->next_sweep = clock_monotonic_ns() + ns_per_second;
			sqlite_store_read_learning(store);
			sqlite_sweep_step(store, now);
		}
		if (store->writer.error)
			sqlite_store_failed(store);
	}
	pthread_mutex_unlock(&store->write_lock);
}

static void free_store(struct sqlite_store *store)
{
	template_index_destroy(store->index);
	pthread_mutex_destroy(&store->write_lock);
	free(store->path);
	free(store);
}

static void close_store(struct store *base)
{
	struct sqlite_store *store = (struct sqlite_store *)base;

	atomic_store(&store->closing, true);
	sqlite_check_end(store);
	readers_destroy(&store->readers);
	database_close(&store->writer);
	free_store(store);
}

static const struct store_operations operations = {
    .name = "SQLite",
    .look_up = sqlite_look_up,
    .apply = sqlite_apply,
    .tend = tend,
    .learn_template = sqlite_learn_template,
    .mark_template = sqlite_mark_template,
    .forget = sqlite_forget,
    .dump = sqlite_dump,
    .restore = sqlite_restore,
    .statistics = sqlite_statistics,
    .verify = sqlite_verify,
    .close = close_store,
};

enum status store_sqlite_open(const struct memory_settings *settings, const struct key *key, struct notices *notices,
			      struct error_list *errors, struct store **ret_store)
{
	static const char file_name[] = "/memory.db";
	struct sqlite_store *store = calloc(1, sizeof *store);
	size_t n = strlen(settings->state_directory) + sizeof file_name;

	(void)errors;
	if (!store)
		return STATUS_NO_MEMORY;
	pthread_mutex_init(&store->write_lock, NULL);
	store->path = malloc(n);
	store->index = template_index_create();
	if (!store->path || !store->index) {
		free_store(store);
		return STATUS_NO_MEMORY;
	}
	snprintf(store->path, n, "%s%s", settings->state_directory, file_name);
	store->store = (struct store){.operations = &operations, .retention = settings->retention, .notices = notices};
	store->fingerprint = key->fingerprint;
	randombytes_buf(&store->instance, sizeof store->instance);
	store->templates_max = settings->templates_max;
	store->deadline_ms = settings->deadline_ms;
	store->create = settings->create;
	store->quick_check = settings->quick_check;
	store->try_pause = 1;
	for (size_t i = 0; i < SWEEPS; i++)
		store->sweeps[i] = (struct sqlite_sweep){INT64_MIN, INT64_MIN};
	readers_init(&store->readers, store->path);
	pthread_mutex_lock(&store->write_lock);
	(void)sqlite_store_ready(store);
	pthread_mutex_unlock(&store->write_lock);
	*ret_store = &store->store;
	return STATUS_OK;
}
