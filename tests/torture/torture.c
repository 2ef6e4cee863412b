/*
 * torture - every fallible call fails in turn: the first, the second, the third ...; once, and from there on.
 *
 *   torture [-l FAULTS] [-v] MAIL...
 *
 * Each message goes through the milter's callbacks (a stand-in for libmilter), the judge and a memory in SQLite. Calls
 * that fail: our own allocations, those of SQLite and jansson, SQLite's calls on files (reads, writes, openings, locks,
 * maps, sizes, removals), and, as a kind of its own, fsync().
 *
 * Left out are GLib, which ends the process when memory is out (the MTA's default action then decides, and the unit
 * starts the daemon again), and libxml2 2.9, whose parser can loop for ever after one allocation that failed (found
 * here). Neither can be mended from outside.
 *
 * Whatever fails, the message goes on (nothing is configured to stop it), with the verdict that it has without faults,
 * with the one that it has when the memory does not answer, or with a failure reported; and the next message, without
 * faults, is judged as ever. Ends 1 when anything else happened. MAIL are files or directories.
 */
#include "house.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FAULTY_FLUSH_MS = 30 };

static bool verbose, wrong;
static unsigned long limit; /* of faults of all kinds; 0 is none */

/* --- what fails --- */

enum kind { KIND_OURS, KIND_LIBRARY, KIND_FILE, KIND_SYNC, KINDS };
static const char *const kind_names[KINDS] = {"our allocations", "allocations of libraries", "calls on files",
					      "fsync and fdatasync"};

static atomic_int armed = -1; /* a kind, or -1 */
static atomic_long seen;      /* calls of that kind since arming */
static atomic_long fails_at;
static atomic_bool persistent;
static atomic_ulong injected[KINDS];

static bool fails(enum kind kind)
{
	long number;

	if (atomic_load(&armed) != (int)kind)
		return false;
	number = atomic_fetch_add(&seen, 1) + 1;
	if (number != atomic_load(&fails_at) && !(atomic_load(&persistent) && number > atomic_load(&fails_at)))
		return false;
	atomic_fetch_add(&injected[kind], 1);
	return true;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);

void *__wrap_malloc(size_t n)
{
	return fails(KIND_OURS) ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
	return fails(KIND_OURS) ? NULL : __real_calloc(count, n);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails(KIND_OURS) ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *s)
{
	return fails(KIND_OURS) ? NULL : __real_strdup(s);
}

static void *library_malloc(size_t n)
{
	return fails(KIND_LIBRARY) ? NULL : __real_malloc(n);
}

static void *library_realloc(void *p, size_t n)
{
	return fails(KIND_LIBRARY) ? NULL : __real_realloc(p, n);
}

/* SQLite wants to know sizes: they stand in front. */
enum { HEAD = 16 };

static void *sqlite_malloc(int n)
{
	char *p = library_malloc((size_t)n + HEAD);

	if (!p)
		return NULL;
	memcpy(p, &n, sizeof n);
	return p + HEAD;
}

static void sqlite_free(void *p)
{
	if (p)
		free((char *)p - HEAD);
}

static int sqlite_size(void *p)
{
	int n = 0;

	if (p)
		memcpy(&n, (char *)p - HEAD, sizeof n);
	return n;
}

static void *sqlite_realloc(void *p, int n)
{
	char *q = library_realloc((char *)p - HEAD, (size_t)n + HEAD);

	if (!q)
		return NULL;
	memcpy(q, &n, sizeof n);
	return q + HEAD;
}

static int sqlite_roundup(int n)
{
	return (n + 7) & ~7;
}

static int sqlite_init(void *context)
{
	(void)context;
	return SQLITE_OK;
}

static void sqlite_shutdown(void *context)
{
	(void)context;
}

/* SQLite's calls on files, by the names that it knows them by. */
static ssize_t file_read(int fd, void *p, size_t n)
{
	return fails(KIND_FILE) ? (errno = EIO, -1) : read(fd, p, n);
}

static ssize_t file_pread(int fd, void *p, size_t n, off_t at)
{
	return fails(KIND_FILE) ? (errno = EIO, -1) : pread(fd, p, n, at);
}

static ssize_t file_write(int fd, const void *p, size_t n)
{
	return fails(KIND_FILE) ? (errno = ENOSPC, -1) : write(fd, p, n);
}

static ssize_t file_pwrite(int fd, const void *p, size_t n, off_t at)
{
	return fails(KIND_FILE) ? (errno = ENOSPC, -1) : pwrite(fd, p, n, at);
}

static int file_truncate(int fd, off_t n)
{
	return fails(KIND_FILE) ? (errno = EIO, -1) : ftruncate(fd, n);
}

static int file_open(const char *path, int flags, int mode)
{
	return fails(KIND_FILE) ? (errno = EMFILE, -1) : open(path, flags, mode);
}

static int file_fcntl(int fd, int command, ...)
{
	va_list args;
	void *argument;

	va_start(args, command);
	argument = va_arg(args, void *);
	va_end(args);
	/* Locks and such; that one is let go of cannot fail. */
	if (command == F_SETLK && ((const struct flock *)argument)->l_type == F_UNLCK)
		return fcntl(fd, command, argument);
	return fails(KIND_FILE) ? (errno = ENOLCK, -1) : fcntl(fd, command, argument);
}

static int file_fstat(int fd, struct stat *info)
{
	return fails(KIND_FILE) ? (errno = EIO, -1) : fstat(fd, info);
}

static int file_stat(const char *path, struct stat *info)
{
	return fails(KIND_FILE) ? (errno = EACCES, -1) : stat(path, info);
}

static int file_access(const char *path, int mode)
{
	return fails(KIND_FILE) ? (errno = EACCES, -1) : access(path, mode);
}

static int file_unlink(const char *path)
{
	return fails(KIND_FILE) ? (errno = EIO, -1) : unlink(path);
}

static int file_fallocate(int fd, off_t at, off_t n)
{
	return fails(KIND_FILE) ? ENOSPC : posix_fallocate(fd, at, n);
}

static void *file_mmap(void *place, size_t n, int protection, int flags, int fd, off_t at)
{
	return fails(KIND_FILE) ? (errno = ENOMEM, MAP_FAILED) : mmap(place, n, protection, flags, fd, at);
}

/* SQLite has no name for these; the program's come before those of the C library. */
int fdatasync(int fd)
{
	return fails(KIND_SYNC) ? (errno = EIO, -1) : (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	return fails(KIND_SYNC) ? (errno = EIO, -1) : (int)syscall(SYS_fsync, fd);
}

static void fail_in_libraries(void)
{
	static const sqlite3_mem_methods methods = {sqlite_malloc,  sqlite_free, sqlite_realloc,  sqlite_size,
						    sqlite_roundup, sqlite_init, sqlite_shutdown, NULL};
	static const struct {
		const char *name;
		sqlite3_syscall_ptr call;
	} calls[] = {
	    {"read", (sqlite3_syscall_ptr)file_read},          {"pread", (sqlite3_syscall_ptr)file_pread},
	    {"pread64", (sqlite3_syscall_ptr)file_pread},      {"write", (sqlite3_syscall_ptr)file_write},
	    {"pwrite", (sqlite3_syscall_ptr)file_pwrite},      {"pwrite64", (sqlite3_syscall_ptr)file_pwrite},
	    {"ftruncate", (sqlite3_syscall_ptr)file_truncate}, {"open", (sqlite3_syscall_ptr)file_open},
	    {"fcntl", (sqlite3_syscall_ptr)file_fcntl},        {"fstat", (sqlite3_syscall_ptr)file_fstat},
	    {"stat", (sqlite3_syscall_ptr)file_stat},          {"access", (sqlite3_syscall_ptr)file_access},
	    {"unlink", (sqlite3_syscall_ptr)file_unlink},      {"fallocate", (sqlite3_syscall_ptr)file_fallocate},
	    {"mmap", (sqlite3_syscall_ptr)file_mmap},
	};
	sqlite3_vfs *vfs;

	sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
	vfs = sqlite3_vfs_find(NULL);
	for (size_t i = 0; vfs && i < sizeof calls / sizeof *calls; i++)
		vfs->xSetSystemCall(vfs, calls[i].name, calls[i].call);
	json_set_alloc_funcs(library_malloc, free);
}

static void complain(const char *path, enum kind kind, const char *what, const struct result *result)
{
	fprintf(stderr, "%s: %s, number %ld%s: %s (class=%s, relation=%s; %s)\n", path, kind_names[kind], fails_at,
		atomic_load(&persistent) ? " and on" : "", what, result->class, result->relation, house_decided_as);
	wrong = true;
}

/*
 * Where a fault strikes: while the message is judged and learned (what is learned is written by another thread, which
 * meets the fault as well), or while the memory is closed and opened again, which is when SQLite syncs.
 */
enum phase { PHASE_MAIL, PHASE_OPEN, PHASES };

static struct result provoke(const char *message, enum kind kind, enum phase phase)
{
	struct result result;

	if (phase == PHASE_OPEN) {
		house_play(message);
		if (!memory_flush(house_memory, HOUSE_FLUSH_MS))
			house_die("what was learned is not written without faults");
	}
	atomic_store(&seen, 0);
	atomic_store(&armed, (int)kind);
	if (phase == PHASE_OPEN)
		house_open_memory(NULL);
	result = house_play(message);
	if (kind >= KIND_FILE)
		(void)memory_flush(house_memory, FAULTY_FLUSH_MS);
	atomic_store(&armed, -1);
	/* A store whose file failed is tried again after a second or more. */
	if (kind >= KIND_FILE)
		house_open_memory(NULL);
	return result;
}

/* The message once with the fault at `at`; false when so many calls were not made. */
static bool torture_once(const char *path, const char *message, enum kind kind, enum phase phase, long at,
			 const struct result *wanted)
{
	struct result result;

	atomic_store(&fails_at, at);
	result = provoke(message, kind, phase);
	if (result.stopped)
		complain(path, kind, "the message was stopped", &result);
	/* A store that cannot be asked makes the relation unknown, and that rule of ours weighs -10. */
	else if (!result.reported && strcmp(result.class, wanted->class) != 0 && strcmp(result.class, " clean") != 0)
		complain(path, kind, "a wrong verdict, and no failure reported", &result);
	if (!house_is_quiet())
		complain(path, kind, "something was not ended", &result);
	return atomic_load(&seen) >= at;
}

static bool is_enough(enum kind kind)
{
	/* Those that wait for the writer take a hundred times as long. */
	unsigned long most = kind >= KIND_FILE ? limit / 50 : limit / 2;

	return limit && atomic_load(&injected[kind]) >= most;
}

static void torture_kind(const char *path, const char *message, enum kind kind, const struct result *wanted)
{
	for (int phase = PHASE_MAIL; phase < PHASES; phase++)
		for (int again_and_again = 0; again_and_again < 2; again_and_again++) {
			/* Closing and opening is nobody's allocation on the way of a message. */
			if (phase == PHASE_OPEN && kind < KIND_FILE)
				return;
			atomic_store(&persistent, again_and_again != 0);
			for (long at = 1; torture_once(path, message, kind, (enum phase)phase, at, wanted); at++)
				if (is_enough(kind))
					return;
		}
}

static void torture(const char *path, const char *message)
{
	/* What the memory does with its files is the same for every message, and takes its time. */
	static bool files_done;
	int kinds = files_done ? KIND_FILE : KINDS;
	struct result wanted = house_play(message), again;

	files_done = true;
	for (enum kind kind = 0; (int)kind < kinds; kind++)
		torture_kind(path, message, kind, &wanted);
	for (int tries = 0; tries < 100; tries++) {
		again = house_play(message);
		if (strcmp(again.class, wanted.class) == 0 && strcmp(again.relation, wanted.relation) == 0)
			break;
		usleep(100000); /* the store tries again about once a second */
	}
	if (strcmp(again.class, wanted.class) != 0 || again.reported)
		complain(path, KIND_OURS, "not well again without faults", &again);
	if (!memory_flush(house_memory, HOUSE_FLUSH_MS))
		complain(path, KIND_FILE, "what was learned is not written without faults", &again);
	if (verbose)
		printf("%s: %s\n", path, wanted.class);
}

int main(int argc, char **argv)
{
	unsigned long total = 0;
	int option;

	while ((option = getopt(argc, argv, "l:v")) != -1) {
		if (option == 'l')
			limit = strtoul(optarg, NULL, 10);
		else if (option == 'v')
			verbose = true;
		else
			return 2;
	}
	fail_in_libraries();
	house_open(NULL);
	for (int i = optind; i < argc; i++)
		house_each_mail(argv[i], torture);
	house_close();
	for (enum kind kind = 0; kind < KINDS; kind++) {
		printf("%-28s %8lu faults\n", kind_names[kind], atomic_load(&injected[kind]));
		total += atomic_load(&injected[kind]);
	}
	printf("%-28s %8lu faults, %u failures reported, %s\n", "all", total, house_failures,
	       wrong ? "something went wrong" : "no message stopped or judged wrongly");
	return wrong ? 1 : 0;
}
