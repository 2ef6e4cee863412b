/*
 * What goes wrong with a file: mail flows on with unknown relations, somebody is told once a minute, and all is well
 * again by itself. Each test has a directory of its own and a memory that is opened as the daemon opens it.
 */
#include "suite.h"

#include "base/clock.h"
#include "memory/sqlite_readers.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { KILLS = 20, NOBODY = 65534, RECOVERY_MS = 15000 };

static char directory[64];
static char path[128];

static void prepare(struct memory_settings *settings)
{
	settings->backend = MEMORY_SQLITE;
	settings->state_directory = directory;
	settings->batch_interval_ms = 100;
	settings->deadline_ms = 200;
}

static void clean_up(void)
{
}

static const struct suite_backend backend = {"sqlite", prepare, clean_up};

static int set_up(void **state)
{
	(void)state;
	snprintf(directory, sizeof directory, "/tmp/coldshoulder-faults-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof path, "%s/memory.db", directory);
	suite_notices_clear();
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	chmod(directory, 0700);
	snprintf(command, sizeof command, "rm -rf '%s'", directory);
	return system(command) == 0 ? 0 : -1;
}

static enum relation relation(struct memory *memory, const char *from)
{
	return suite_ask(memory, from, "jo@ours.test", 0).relation;
}

static void pause_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

/* Asks until the relation is as wanted; fails after a while. */
static void wait_for(struct memory *memory, const char *from, enum relation wanted)
{
	for (unsigned int waited = 0; waited < RECOVERY_MS; waited += 50) {
		if (relation(memory, from) == wanted)
			return;
		pause_ms(50);
	}
	fail_msg("the relation of %s is %d still, not %d; notices:\n%s", from, (int)relation(memory, from), (int)wanted,
		 suite_notices());
}

static unsigned int count_lines(const char *text, const char *word)
{
	unsigned int count = 0;

	for (const char *at = text; (at = strstr(at, word)); at++)
		count++;
	return count;
}

/* A memory with one relationship, closed again. */
static void make_memory(void)
{
	struct memory *memory = suite_open(&backend, NULL);

	suite_ask(memory, "ann@acme.test", "jo@ours.test", 0);
	suite_send(memory, "jo@ours.test", "ann@acme.test", 0);
	assert_true(memory_flush(memory, 10000));
	memory_close(memory);
}

/* --- kill -9 --- */

struct shared {
	volatile uint32_t pushed;
	volatile int64_t pushed_at[100000];
};

static void write_until_killed(struct shared *shared, unsigned int round)
{
	struct memory *memory = suite_open(&backend, NULL);

	suite_ask(memory, "x@y.test", "jo@ours.test", 0);
	for (uint32_t i = 0; i < 100000; i++) {
		char to[64];

		snprintf(to, sizeof to, "p%u@k%u.test", i, round);
		suite_send(memory, "jo@ours.test", to, 0);
		shared->pushed_at[i] = clock_monotonic_ns();
		shared->pushed = i + 1;
		if (i % 8 == 7)
			usleep(500);
	}
	_exit(0);
}

static void test_kill_9_loses_no_more_than_a_batch(void **state)
{
	struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(shared != MAP_FAILED);
	for (unsigned int round = 0; round < KILLS; round++) {
		struct memory *memory;
		int64_t killed_at;
		uint32_t safe = 0;
		pid_t child;
		char from[64];

		shared->pushed = 0;
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			write_until_killed(shared, round);
		pause_ms(300 + 37 * round);
		killed_at = clock_monotonic_ns();
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		/* An interval, and what a slow machine takes to write a batch. */
		while (safe < shared->pushed && shared->pushed_at[safe] < killed_at - 200 * INT64_C(1000000))
			safe++;
		memory = suite_open(&backend, NULL);
		assert_int_equal(relation(memory, "x@y.test"), RELATION_STRANGER);
		for (uint32_t i = 0; i < safe; i += 1 + safe / 50) {
			snprintf(from, sizeof from, "p%u@k%u.test", i, round);
			if (relation(memory, from) != RELATION_KNOWN)
				fail_msg("round %u: %u of %u pushed is lost", round, i, shared->pushed);
		}
		if (safe) {
			snprintf(from, sizeof from, "p%u@k%u.test", safe - 1, round);
			assert_int_equal(relation(memory, from), RELATION_KNOWN);
		}
		memory_close(memory);
	}
	assert_int_equal(count_lines(suite_notices(), "damaged"), 0);
	munmap(shared, sizeof *shared);
}

/* --- no space, no permission --- */

static void small_queue(struct memory_settings *settings)
{
	settings->queue_max = 500;
}

/* A file-size limit stands in for a full disk: SQLite sees failing writes either way. */
static void test_a_full_disk_stops_learning_only(void **state)
{
	struct rlimit before, limit;
	struct memory *memory;
	struct stat info;

	(void)state;
	make_memory();
	memory = suite_open(&backend, small_queue);
	assert_int_equal(relation(memory, "ann@acme.test"), RELATION_KNOWN);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_IGN);
	limit = before;
	limit.rlim_cur = 8192;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (int i = 0; i < 300; i++) {
		struct memory_counters counters = memory_counters(memory);
		char to[32];

		snprintf(to, sizeof to, "p%d@full.test", i);
		if (counters.queued < 400)
			suite_send(memory, "jo@ours.test", to, 0);
		pause_ms(2);
	}
	assert_false(memory_flush(memory, 500));
	/* What was known is known, and what waits too. */
	assert_int_equal(relation(memory, "ann@acme.test"), RELATION_KNOWN);
	assert_int_equal(relation(memory, "p0@full.test"), RELATION_KNOWN);
	assert_int_equal(memory_counters(memory).unavailable, 0);
	assert_int_equal(count_lines(suite_notices(), "cannot be written"), 1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(memory_flush(memory, RECOVERY_MS));
	assert_non_null(strstr(suite_notices(), "learning works again"));
	memory_close(memory);
	memory = suite_open(&backend, NULL);
	assert_int_equal(relation(memory, "p0@full.test"), RELATION_KNOWN);
	memory_close(memory);
}

/* As root nothing is read-only: the test is done by nobody. */
static int as_nobody(void (*test)(void))
{
	int code = 0;
	pid_t child;

	if (geteuid() != 0) {
		test();
		return 0;
	}
	if (chown(directory, NOBODY, NOBODY) != 0)
		return -1;
	child = fork();
	if (child == 0) {
		if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
			_exit(2);
		test();
		_exit(0);
	}
	waitpid(child, &code, 0);
	return code;
}

static void ask_in_a_read_only_directory(void)
{
	struct memory *memory;

	make_memory();
	unlink(path);
	chmod(directory, 0500);
	memory = suite_open(&backend, NULL);
	for (int i = 0; i < 20; i++)
		if (relation(memory, "ann@acme.test") != RELATION_UNKNOWN)
			_exit(3);
	if (memory_counters(memory).unavailable < 20 || count_lines(suite_notices(), "\n") != 1)
		_exit(4);
	chmod(directory, 0700);
	for (int i = 0; i < 300 && relation(memory, "ann@acme.test") == RELATION_UNKNOWN; i++)
		pause_ms(50);
	if (relation(memory, "ann@acme.test") != RELATION_STRANGER)
		_exit(5);
	suite_send(memory, "jo@ours.test", "ann@acme.test", 0);
	if (!memory_flush(memory, 10000))
		_exit(6);
	memory_close(memory);
}

static void test_a_read_only_directory(void **state)
{
	(void)state;
	assert_int_equal(as_nobody(ask_in_a_read_only_directory), 0);
}

/* --- locked --- */

static void test_a_locked_database(void **state)
{
	struct memory *memory;
	sqlite3 *other;

	(void)state;
	make_memory();
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other,
				      "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; DELETE FROM counted; COMMIT",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	memory = suite_open(&backend, NULL);
	for (int i = 0; i < 10; i++)
		assert_int_equal(relation(memory, "ann@acme.test"), RELATION_UNKNOWN);
	assert_int_equal(memory_counters(memory).unavailable, 10);
	assert_int_equal(count_lines(suite_notices(), "\n"), 1);
	sqlite3_close(other);
	wait_for(memory, "ann@acme.test", RELATION_KNOWN);
	memory_close(memory);
}

static void test_a_writer_beside_us_holds_nothing_up(void **state)
{
	struct memory *memory;
	sqlite3 *other;
	int64_t start;

	(void)state;
	make_memory();
	memory = suite_open(&backend, NULL);
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	start = clock_monotonic_ns();
	suite_send(memory, "jo@ours.test", "bob@other.test", 0);
	assert_int_equal(relation(memory, "ann@acme.test"), RELATION_KNOWN);
	assert_int_equal(relation(memory, "bob@other.test"), RELATION_KNOWN);
	assert_true(clock_monotonic_ns() - start < 500 * INT64_C(1000000));
	assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	assert_true(memory_flush(memory, RECOVERY_MS));
	memory_close(memory);
}

/* --- too slow --- */

static void test_a_query_ends_at_its_deadline(void **state)
{
	static const char endless[] =
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
	struct readers readers;
	struct database *database;
	enum status status;
	int64_t days[3];

	(void)state;
	make_memory();
	readers_init(&readers, path);
	readers_enable(&readers);
	database = readers_take(&readers, 1000, &status);
	assert_non_null(database);
	assert_true(database_run(database, SQL_BEGIN_READ, NULL, 0));
	assert_true(database_get(database, SQL_LEARNING_GET, NULL, 0, days, 3));
	database->deadline = clock_monotonic_ns() + 50 * INT64_C(1000000);
	assert_false(database_execute(database, endless));
	assert_int_equal(database_status(database), STATUS_BUSY);
	readers_give(&readers, database);
	/* The same connection, fit for the next look-up; and one that is late already asks nothing. */
	assert_ptr_equal(readers_take(&readers, 1000, &status), database);
	assert_true(database_get(database, SQL_LEARNING_GET, NULL, 0, days, 3));
	database->deadline = 1;
	assert_false(database_get(database, SQL_LEARNING_GET, NULL, 0, days, 3));
	assert_int_equal(database_status(database), STATUS_BUSY);
	readers_give(&readers, database);
	readers_destroy(&readers);
}

/* --- damaged, foreign, another key --- */

static void overwrite(long from, long bytes)
{
	FILE *stream = fopen(path, "r+b");

	assert_non_null(stream);
	fseek(stream, from, SEEK_SET);
	for (long i = 0; i < bytes; i++)
		fputc((int)(i * 7 + 3) & 0xff, stream);
	fclose(stream);
}

static unsigned int count_set_aside(void)
{
	char command[128], text[16] = "";
	FILE *pipe;

	snprintf(command, sizeof command, "ls %s | grep -c 'unusable-[0-9-]*$'", directory);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_non_null(fgets(text, sizeof text, pipe));
	pclose(pipe);
	return (unsigned int)atoi(text);
}

static void check_fresh_start(void)
{
	struct memory *memory = suite_open(&backend, NULL);

	assert_int_equal(relation(memory, "ann@acme.test"), RELATION_STRANGER);
	assert_non_null(strstr(suite_notices(), "set aside"));
	assert_int_equal(count_set_aside(), 1);
	suite_send(memory, "jo@ours.test", "ann@acme.test", 0);
	assert_true(memory_flush(memory, RECOVERY_MS));
	assert_int_equal(relation(memory, "ann@acme.test"), RELATION_KNOWN);
	memory_close(memory);
}

static void test_a_file_that_is_no_database_is_set_aside(void **state)
{
	(void)state;
	make_memory();
	overwrite(0, 4096);
	check_fresh_start();
}

static void test_the_database_of_another_program_is_set_aside(void **state)
{
	sqlite3 *other;

	(void)state;
	make_memory();
	unlink(path);
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "PRAGMA application_id = 7; CREATE TABLE theirs(x)", NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(other);
	check_fresh_start();
}

static void test_damage_found_while_running_is_mended(void **state)
{
	struct memory *memory;
	struct stat info;

	(void)state;
	make_memory();
	assert_int_equal(stat(path, &info), 0);
	memory = suite_open(&backend, NULL);
	assert_int_equal(relation(memory, "ann@acme.test"), RELATION_KNOWN);
	/* Behind our back, all tables but the first page. */
	overwrite(4096, info.st_size - 4096);
	suite_notices_clear();
	for (int i = 0; i < 100 && !strstr(suite_notices(), "set aside"); i++) {
		char to[32];
		struct memory_answer answer;

		snprintf(to, sizeof to, "p%d@new.test", i);
		answer = suite_ask(memory, to, "jo@ours.test", 0);
		assert_true(answer.relation == RELATION_UNKNOWN || answer.relation == RELATION_STRANGER);
		if (answer.asked)
			suite_send(memory, "jo@ours.test", to, 0);
		pause_ms(100);
	}
	assert_non_null(strstr(suite_notices(), "set aside"));
	wait_for(memory, "nobody@yet.test", RELATION_STRANGER);
	suite_send(memory, "jo@ours.test", "bob@other.test", 0);
	assert_true(memory_flush(memory, RECOVERY_MS));
	assert_int_equal(relation(memory, "bob@other.test"), RELATION_KNOWN);
	memory_close(memory);
}

static void test_hidden_damage_is_found_in_the_background(void **state)
{
	struct memory *memory;
	struct stat info;

	(void)state;
	make_memory();
	assert_int_equal(stat(path, &info), 0);
	/* A table that no look-up reads. */
	overwrite(info.st_size - 4096, 4000);
	memory = suite_open(&backend, NULL);
	for (int i = 0; i < 100 && !strstr(suite_notices(), "set aside"); i++)
		pause_ms(100);
	assert_non_null(strstr(suite_notices(), "is damaged"));
	assert_non_null(strstr(suite_notices(), "set aside"));
	memory_close(memory);
}

static void test_another_key_is_not_mistaken_for_ours(void **state)
{
	char key[128], kept[128];
	struct memory *memory;

	(void)state;
	make_memory();
	snprintf(key, sizeof key, "%s/key", directory);
	snprintf(kept, sizeof kept, "%s/kept", directory);
	assert_int_equal(rename(key, kept), 0);
	memory = suite_open(&backend, NULL);
	assert_int_equal(relation(memory, "ann@acme.test"), RELATION_UNKNOWN);
	assert_non_null(strstr(suite_notices(), "another key_file"));
	memory_close(memory);
	assert_int_equal(count_set_aside(), 0);
	assert_int_equal(rename(kept, key), 0);
	memory = suite_open(&backend, NULL);
	assert_int_equal(relation(memory, "ann@acme.test"), RELATION_KNOWN);
	memory_close(memory);
}

static void test_a_file_of_a_newer_version_is_left_alone(void **state)
{
	struct memory *memory;
	sqlite3 *other;

	(void)state;
	make_memory();
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "PRAGMA user_version = 1000", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	memory = suite_open(&backend, NULL);
	assert_int_equal(relation(memory, "ann@acme.test"), RELATION_UNKNOWN);
	assert_non_null(strstr(suite_notices(), "newer version"));
	assert_int_equal(count_set_aside(), 0);
	memory_close(memory);
}

static void test_a_removed_file_is_made_anew(void **state)
{
	struct memory *memory;

	(void)state;
	make_memory();
	memory = suite_open(&backend, NULL);
	assert_int_equal(relation(memory, "ann@acme.test"), RELATION_KNOWN);
	unlink(path);
	suite_send(memory, "jo@ours.test", "bob@other.test", 0);
	assert_true(memory_flush(memory, RECOVERY_MS));
	memory_close(memory);
	memory = suite_open(&backend, NULL);
	assert_int_equal(relation(memory, "bob@other.test"), RELATION_KNOWN);
	memory_close(memory);
}

/* --- expiry --- */

static unsigned int count_rows(const char *sql)
{
	sqlite3_stmt *statement;
	unsigned int count;
	sqlite3 *other;

	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(other, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	count = (unsigned int)sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(other);
	return count;
}

static void test_what_is_too_old_is_deleted(void **state)
{
	const int64_t now = clock_wall_seconds();
	struct memory *memory = suite_open(&backend, NULL);
	struct store *store = memory_store(memory);

	(void)state;
	suite_ask(memory, "x@y.test", "jo@ours.test", 0);
	for (int i = 0; i < 700; i++) {
		char to[32];

		snprintf(to, sizeof to, "p%d@d%d.test", i, i);
		suite_send(memory, "jo@ours.test", to, now - (i % 2 ? 100 : 800) * (int64_t)SECONDS_PER_DAY);
	}
	assert_true(memory_flush(memory, 10000));
	/* The writer's thread may have begun to. */
	assert_true(count_rows("SELECT count(*) FROM contact WHERE local <> 0") > 350);
	for (int i = 0; i < 8 * 7; i++) {
		pause_ms(1001);
		store->operations->tend(store, now);
		if (count_rows("SELECT count(*) FROM contact") == 3 * 350 &&
		    count_rows("SELECT count(*) FROM sent") == 0)
			break;
	}
	assert_int_equal(count_rows("SELECT count(*) FROM contact WHERE local <> 0"), 350);
	assert_int_equal(count_rows("SELECT count(*) FROM contact"), 3 * 350);
	assert_int_equal(count_rows("SELECT count(*) FROM sent"), 0);
	memory_close(memory);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_kill_9_loses_no_more_than_a_batch),
	    TEST(test_a_full_disk_stops_learning_only),
	    TEST(test_a_read_only_directory),
	    TEST(test_a_locked_database),
	    TEST(test_a_writer_beside_us_holds_nothing_up),
	    TEST(test_a_query_ends_at_its_deadline),
	    TEST(test_a_file_that_is_no_database_is_set_aside),
	    TEST(test_the_database_of_another_program_is_set_aside),
	    TEST(test_damage_found_while_running_is_mended),
	    TEST(test_hidden_damage_is_found_in_the_background),
	    TEST(test_another_key_is_not_mistaken_for_ours),
	    TEST(test_a_file_of_a_newer_version_is_left_alone),
	    TEST(test_a_removed_file_is_made_anew),
	    TEST(test_what_is_too_old_is_deleted),
	};
#undef TEST

	return cmocka_run_group_tests_name("faults of a file", tests, NULL, NULL);
}
