#include "cli/command.h"
#include "cli/memory_dump.h"
#include "cli/memory_setup.h"
#include "cli/options.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: coldshoulder export [OPTION...] [FILE]\n\n"
    "Writes the whole memory to FILE (default: standard output): for backups, and for moving between stores.\n"
    "It is of use only together with the key file.\n\n"
    "  -c, --config FILE      configuration (default: the installed one)\n"
    "  -s, --state DIRECTORY  in place of the configured state_dir\n";

struct exporter {
	FILE *out;
	uint64_t count;
};

static enum status write_record(void *context, const struct store_record *record)
{
	struct exporter *exporter = context;

	memory_dump_write(exporter->out, record);
	exporter->count++;
	return ferror(exporter->out) ? STATUS_IO : STATUS_OK;
}

static enum status export_to(FILE *out, struct memory *memory, uint64_t *ret_count)
{
	struct exporter exporter = {.out = out};
	struct store *store = memory_store(memory);
	enum status status;

	memory_dump_write_head(out, memory_key(memory)->fingerprint);
	status = store->operations->dump(store, write_record, &exporter);
	if (status == STATUS_OK)
		memory_dump_write_end(out, exporter.count);
	*ret_count = exporter.count;
	return fflush(out) != 0 && status == STATUS_OK ? STATUS_IO : status;
}

/* Who wrote to whom is nobody's business, hashed or not. */
static FILE *create_private(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *stream = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (!stream && fd >= 0)
		close(fd);
	return stream;
}

int command_export(int argc, char **argv)
{
	struct memory_setup_options options = {.command = "export"};
	struct memory_setup setup;
	const char *path;
	uint64_t count;
	enum status status;
	FILE *out;
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
	out = path ? create_private(path) : stdout;
	if (!out) {
		fprintf(stderr, "coldshoulder export: %s: %s\n", path, strerror(errno));
		return COMMAND_USAGE;
	}
	if (!memory_setup_open(&options, &setup)) {
		if (path)
			fclose(out);
		return COMMAND_USAGE;
	}
	status = export_to(out, setup.memory, &count);
	if (path && fclose(out) != 0 && status == STATUS_OK)
		status = STATUS_IO;
	if (status == STATUS_OK && path)
		fprintf(stderr, "%llu entries written to %s\n", (unsigned long long)count, path);
	code = status == STATUS_OK ? COMMAND_OK : memory_setup_failed(&options, "not complete", status);
	memory_setup_close(&setup);
	return code;
}
