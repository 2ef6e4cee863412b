/*
 * What the memory costs a message, all threads of the process counted, and how large it gets.
 *
 *   bench_store [--sizes] [--redis unix:PATH --key FILE] [RELATIONS...]     default: 10000 100000 1000000
 *
 * Each size is a fresh store with as many relationships, and a tenth as many templates. Messages go through the public
 * face, learning included. With --sizes there are as many templates as relationships, and no messages.
 */
#include "base/clock.h"
#include "memory/memory.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGES = 20000, BATCH = 2000, LOCALS = 1000, WORDS = 90, VOCABULARY = 5000 };

static uint64_t random_state = 42;
static struct arena *arena;
static char directory[64];
static const char *redis_server, *key_file;
static bool only_sizes;

static uint32_t next_random(uint32_t below)
{
	random_state = random_state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(((random_state >> 32) * below) >> 32);
}

static void die(const char *what)
{
	fprintf(stderr, "bench_store: %s\n", what);
	exit(1);
}

static void show_notice(void *context, enum severity severity, const char *text)
{
	(void)context, (void)severity;
	fprintf(stderr, "%s\n", text);
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct memory *open_memory(void)
{
	struct memory_settings settings = memory_settings_default;
	struct error_list errors = error_list_make();
	struct memory *memory;

	settings.state_directory = directory;
	settings.freemail_list = SOURCE_DIR "/conf/lists/freemail.txt";
	settings.templates_max = 10000000;
	settings.quick_check = false;
	settings.deadline_ms = 1000;
	settings.notice = show_notice;
	settings.scope = RELATION_SCOPE_DOMAIN;
	if (redis_server) {
		settings.backend = MEMORY_REDIS;
		settings.redis_server = redis_server;
		settings.key_file = key_file;
	}
	if (memory_open(&settings, &errors, &memory) != STATUS_OK)
		die(errors.errors.count ? error_at(&errors, 0)->what : "cannot open");
	return memory;
}

static void person_name(char out[48], uint32_t number)
{
	snprintf(out, 48, "p%u@d%u.test", number, number / 4);
}

static struct store_record contact(const struct memory *memory, const char *remote, const char *local)
{
	const uint32_t day = store_day(clock_wall_seconds());

	return (struct store_record){.kind = RECORD_CONTACT,
				     .a = memory_mailbox_key(memory, str_of(remote), arena, NULL),
				     .b = *local ? memory_mailbox_key(memory, str_of(local), arena, NULL) : 0,
				     .contact = {.wrote = day - 5, .received = day - 3}};
}

static void restore(struct memory *memory, struct store_record *records, size_t *count, size_t least)
{
	struct store *store = memory_store(memory);

	if (*count < least)
		return;
	if (store->operations->restore(store, records, *count) != STATUS_OK)
		die("cannot fill the store");
	*count = 0;
	arena_reset(arena);
}

/* A pair and its site for each relationship, and a domain for every fourth, as learning would leave them. */
static void fill_relations(struct memory *memory, uint32_t relations)
{
	struct store_record *records = calloc(BATCH + 4, sizeof *records);
	size_t count = 0;

	if (!records)
		die("out of memory");
	for (uint32_t i = 0; i < relations; i++) {
		char remote[48], local[48];

		person_name(remote, i);
		snprintf(local, sizeof local, "u%u@ours.test", i % LOCALS);
		records[count++] = contact(memory, remote, local);
		records[count++] = contact(memory, remote, "");
		if (i % 4 == 0) {
			records[count] = records[count - 1];
			records[count++].a = memory_domain_key(memory, str_of(strchr(remote, '@') + 1), true);
		}
		restore(memory, records, &count, BATCH);
	}
	restore(memory, records, &count, 1);
	free(records);
}

static void fill_templates(struct memory *memory, uint32_t templates)
{
	struct store_record *records = calloc(BATCH, sizeof *records);
	size_t count = 0;

	if (!records)
		die("out of memory");
	for (uint32_t i = 0; i < templates; i++) {
		struct store_record *record = &records[count++];

		*record = (struct store_record){.kind = RECORD_TEMPLATE, .sketch.words = 90};
		for (size_t k = 0; k < SKETCH_VALUES; k++)
			record->sketch.value[k] = (unsigned char)next_random(256);
		sightings_add(&record->sightings,
			      &(struct sighting){next_random(1000), i, i, (uint32_t)clock_wall_seconds()});
		restore(memory, records, &count, BATCH);
	}
	restore(memory, records, &count, 1);
	free(records);
}

static void make_text(char *out, size_t size)
{
	size_t n = 0;

	for (int i = 0; i < WORDS; i++)
		n += (size_t)snprintf(out + n, size - n, "w%cord%c ", 'a' + (int)next_random(26),
				      'a' + (int)next_random(26));
}

enum kind { CORRESPONDENT, LIST, STRANGER_LONG, STRANGER_SHORT, KINDS };
static const char *const kind_names[KINDS] = {"correspondent", "list", "stranger, long text", "stranger, short text"};

static void deliver(struct memory *memory, enum kind kind, uint32_t relations, uint32_t number)
{
	char from[48], to[48], id[64], text[2 * WORDS * 10];
	struct str recipient;
	struct memory_query query = {.auth = AUTH_PASS, .personal = kind != LIST};
	struct memory_answer answer;
	uint32_t person = kind == CORRESPONDENT ? next_random(relations) : relations + number * 4 + 4;

	person_name(from, person);
	snprintf(to, sizeof to, "u%u@ours.test", kind == CORRESPONDENT ? person % LOCALS : next_random(LOCALS));
	snprintf(id, sizeof id, "%u.%d@bench.test", number, (int)kind);
	make_text(text, sizeof text / 2);
	if (kind == STRANGER_LONG)
		make_text(text + strlen(text), sizeof text / 2);
	recipient = str_of(to);
	query.recipients = &recipient;
	query.recipient_count = 1;
	query.sender = (struct address){.mailbox = str_of(from), .display = STR("Some Body"), .domain = STR("")};
	query.message_id = str_of(id);
	query.in_reply_to = kind == STRANGER_SHORT ? STR("") : STR("<some.message@elsewhere.test>");
	query.text = str_of(text);
	if (memory_look_up(memory, &query, arena, &answer) != STATUS_OK || !answer.asked)
		die("the store could not be asked");
	memory_learn(memory, &(struct memory_event){.query = &query, .answer = &answer});
	arena_reset(arena);
}

/* What the bench itself does for a message: names and texts. */
static double overhead(enum kind kind)
{
	double start = cpu_seconds();

	for (uint32_t i = 0; i < MESSAGES; i++) {
		char text[2 * WORDS * 10], from[48], id[64];

		person_name(from, i);
		snprintf(id, sizeof id, "%u.%d@bench.test", i, (int)kind);
		make_text(text, sizeof text / 2);
		if (kind == STRANGER_LONG)
			make_text(text + strlen(text), sizeof text / 2);
	}
	return (cpu_seconds() - start) / MESSAGES * 1e6;
}

static void measure(struct memory *memory, enum kind kind, uint32_t relations)
{
	double start, cpu;
	int64_t wall = clock_monotonic_ns(), looked = 0;

	start = cpu_seconds();
	for (uint32_t i = 0; i < MESSAGES; i++) {
		int64_t before = clock_monotonic_ns();

		deliver(memory, kind, relations, i);
		looked += clock_monotonic_ns() - before;
		/* About a thousand messages a second: batches as in life, not one for all. */
		if (i % 100 == 99)
			usleep(100000);
		if (i % 2000 == 1999 && memory_counters(memory).queued > 8000)
			memory_flush(memory, 10000);
	}
	memory_flush(memory, 20000);
	cpu = (cpu_seconds() - start) / MESSAGES * 1e6 - overhead(kind);
	printf("  %-24s %7.1f us CPU a message, %7.1f us in the caller\n", kind_names[kind], cpu,
	       (double)looked / MESSAGES / 1e3 - overhead(kind));
	(void)wall;
	fflush(stdout);
}

static uint64_t size_of(struct memory *memory)
{
	struct store_statistics statistics;

	if (memory_store(memory)->operations->statistics(memory_store(memory), &statistics) != STATUS_OK)
		die("no statistics");
	return statistics.bytes;
}

/* Reads the templates at start, aside, before anything is measured: once, not for a message. Returns its CPU seconds.
 */
static double wait_for_start(void)
{
	double before = cpu_seconds(), now = before, last;

	usleep(1500000);
	do {
		last = now;
		usleep(500000);
		now = cpu_seconds();
	} while (now - last > 0.005);
	return now - before;
}

static void remove_files(void)
{
	static const char *const files[] = {"memory.db", "memory.db-wal", "memory.db-shm", "memory.db.lock"};
	char path[128];

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/%s", directory, files[i]);
		unlink(path);
	}
}

static void bench(uint32_t relations)
{
	uint32_t templates = only_sizes ? relations : relations / 10;
	struct memory *memory = open_memory();
	uint64_t empty = size_of(memory), with_relations, with_templates;

	fill_relations(memory, relations);
	/* The WAL is not counted: let it be folded in. */
	memory_close(memory);
	memory = open_memory();
	with_relations = size_of(memory);
	fill_templates(memory, templates);
	memory_close(memory);
	memory = open_memory();
	with_templates = size_of(memory);
	printf("%u relationships (%.0f bytes each, with site and domain), %u templates (%.0f bytes each): %.1f MiB\n",
	       relations, (double)(with_relations - empty) / relations, templates,
	       (double)(with_templates - with_relations) / templates, (double)with_templates / 1048576);
	if (!only_sizes)
		printf("  read at start, aside: %.0f ms CPU, once\n", wait_for_start() * 1e3);
	for (enum kind kind = 0; !only_sizes && kind < KINDS; kind++)
		measure(memory, kind, relations);
	memory_close(memory);
	remove_files();
}

int main(int argc, char **argv)
{
	static const uint32_t sizes[] = {10000, 100000, 1000000};
	bool given = false;
	char path[128];

	arena = arena_create(0);
	snprintf(directory, sizeof directory, "/tmp/coldshoulder-bench-XXXXXX");
	if (!arena || !mkdtemp(directory))
		die("cannot begin");
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--redis") == 0 && i + 1 < argc) {
			redis_server = argv[++i];
		} else if (strcmp(argv[i], "--key") == 0 && i + 1 < argc) {
			key_file = argv[++i];
		} else if (strcmp(argv[i], "--sizes") == 0) {
			only_sizes = true;
		} else {
			bench((uint32_t)strtoul(argv[i], NULL, 10));
			given = true;
		}
	}
	for (size_t i = 0; !given && i < sizeof sizes / sizeof *sizes; i++)
		bench(sizes[i]);
	snprintf(path, sizeof path, "%s/key", directory);
	unlink(path);
	rmdir(directory);
	return 0;
}
