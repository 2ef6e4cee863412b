#include "cli/command.h"
#include "cli/memory_dump.h"
#include "cli/memory_setup.h"
#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { IMPORT_BATCH = 1000 };

static const char usage[] =
    "usage: coldshoulder import [OPTION...] [FILE]\n\n"
    "Reads what \"coldshoulder export\" wrote (default: standard input) into the memory. What is there stays;\n"
    "of two entries the newer one counts.\n\n"
    "  -c, --config FILE      configuration (default: the installed one)\n"
    "  -s, --state DIRECTORY  in place of the configured state_dir\n";

struct importer {
	const struct memory_setup_options *options;
	struct memory *memory;
	struct store_record *records;
	size_t waiting;
	uint64_t count;
	unsigned long line;
};

static enum status write_batch(struct importer *importer)
{
	struct store *store = memory_store(importer->memory);
	enum status status =
	    importer->waiting ? store->operations->restore(store, importer->records, importer->waiting) : STATUS_OK;

	importer->waiting = 0;
	return status;
}

static int wrong_line(const struct importer *importer, const char *what)
{
	fprintf(stderr, "coldshoulder import: line %lu: %s\n", importer->line, what);
	return COMMAND_INPUT;
}

static int import_lines(struct importer *importer, FILE *in)
{
	char line[MEMORY_DUMP_LINE_MAX];
	uint64_t expected;

	while (fgets(line, sizeof line, in)) {
		enum status status = STATUS_OK;

		importer->line++;
		if (memory_dump_read_end(line, &expected)) {
			status = write_batch(importer);
			if (status != STATUS_OK)
				return memory_setup_failed(importer->options, "not complete", status);
			return expected == importer->count ? COMMAND_OK : wrong_line(importer, "entries are missing");
		}
		if (!memory_dump_read(line, &importer->records[importer->waiting]))
			return wrong_line(importer, "no entry of a dump");
		importer->count++;
		if (++importer->waiting == IMPORT_BATCH)
			status = write_batch(importer);
		if (status != STATUS_OK)
			return memory_setup_failed(importer->options, "not complete", status);
	}
	write_batch(importer);
	return wrong_line(importer, "the dump is cut off: its last line is missing");
}

static int import_from(struct importer *importer, FILE *in)
{
	char line[MEMORY_DUMP_LINE_MAX];
	uint64_t fingerprint;
	int code;

	importer->line = 1;
	if (!fgets(line, sizeof line, in) || !memory_dump_read_head(line, &fingerprint))
		return wrong_line(importer, "this is no dump of a memory");
	if (fingerprint != memory_key(importer->memory)->fingerprint)
		return wrong_line(importer, "the dump was made with another key file: put that one in place first");
	importer->records = calloc(IMPORT_BATCH, sizeof *importer->records);
	if (!importer->records)
		return memory_setup_failed(importer->options, "import", STATUS_NO_MEMORY);
	code = import_lines(importer, in);
	free(importer->records);
	if (code == COMMAND_OK)
		fprintf(stderr, "%llu entries read\n", (unsigned long long)importer->count);
	return code;
}

int command_import(int argc, char **argv)
{
	struct memory_setup_options options = {.command = "import", .create = true};
	struct memory_setup setup;
	const char *path;
	struct importer importer = {.options = &options};
	FILE *in;
	const struct command_option own[] = {
	    {"config", 'c', .value = &options.config},
	    {"state", 's', .value = &options.state},
	};
	const struct command_line line = {
	    .usage = usage, .options = own, .option_count = sizeof own / sizeof *own, .most = 1};
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	path = optind < argc && strcmp(argv[optind], "-") != 0 ? argv[optind] : NULL;
	in = path ? fopen(path, "re") : stdin;
	if (!in) {
		fprintf(stderr, "coldshoulder import: %s: %s\n", path, strerror(errno));
		return COMMAND_INPUT;
	}
	if (memory_setup_open(&options, &setup)) {
		importer.memory = setup.memory;
		code = import_from(&importer, in);
		memory_setup_close(&setup);
	} else {
		code = COMMAND_USAGE;
	}
	if (path)
		fclose(in);
	return code;
}
