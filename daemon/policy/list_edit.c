#include "policy/list_edit.h"

#include "base/fd.h"
#include "base/buf.h"
#include "policy/list_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LIST_BYTES_MAX = 256 * 1024 * 1024, NEW_FILE_MODE = 0644, SECONDS_A_DAY = 86400 };

struct edit {
	const char *path;
	struct error_list *errors;
	int directory; /* open and locked; -1: not */
	struct buf text;
	struct stat info; /* of the old file */
	bool existed;
	size_t removed;
};

static enum status fail(const struct edit *edit, const char *what)
{
	int error = errno;

	error_add(edit->errors, SEVERITY_ERROR, edit->path,
		  error == EACCES || error == EPERM ? "run it with sudo" : "look at the directory and the disk",
		  "cannot %s: %s", what, strerror(error));
	if (error == ENOENT)
		return STATUS_NOT_FOUND;
	return error == EACCES || error == EPERM ? STATUS_PERMISSION : STATUS_IO;
}

/* Editors lock the directory: the file itself is replaced. */
static enum status begin(struct edit *edit)
{
	const char *slash = strrchr(edit->path, '/');
	struct buf directory = buf_make(NULL);

	buf_add(&directory, slash ? edit->path : ".", slash ? (size_t)(slash - edit->path) + 1 : 1);
	edit->directory = buf_failed(&directory) ? -1 : open(buf_str(&directory).p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	buf_free(&directory);
	if (edit->directory < 0)
		return fail(edit, "open the directory");
	return flock(edit->directory, LOCK_EX) == 0 ? STATUS_OK : fail(edit, "lock the directory");
}

static void end(struct edit *edit)
{
	if (edit->directory >= 0)
		close(edit->directory);
	buf_free(&edit->text);
}

static bool same_entry(struct str line, struct str entry)
{
	struct list_line read;

	return !list_line_read(line, &read) && read.entry.n && str_equal_nocase(read.entry, entry);
}

/* Reads the file without the lines of `entry`. */
static enum status read_without(struct edit *edit, struct str entry)
{
	FILE *stream = fopen(edit->path, "rbe");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	bool bad;

	if (!stream && errno == ENOENT)
		return STATUS_OK;
	if (!stream || fstat(fileno(stream), &edit->info) != 0) {
		if (stream)
			fclose(stream);
		return fail(edit, "read the list");
	}
	edit->existed = true;
	while ((n = getline(&line, &size, stream)) > 0 && edit->text.n < LIST_BYTES_MAX) {
		struct str text = {line, (size_t)n};

		if (same_entry(text, entry)) {
			edit->removed++;
			continue;
		}
		buf_add_str(&edit->text, text);
		if (line[n - 1] != '\n')
			buf_add_byte(&edit->text, '\n');
	}
	bad = ferror(stream) || !feof(stream);
	free(line);
	fclose(stream);
	if (buf_failed(&edit->text))
		return STATUS_NO_MEMORY;
	return bad ? fail(edit, "read the list") : STATUS_OK;
}

/* Owner and mode of the old file; whoever may not give files away leaves them his own. */
static bool take_over(const struct edit *edit, int fd)
{
	if (edit->existed && fchown(fd, edit->info.st_uid, edit->info.st_gid) != 0 && errno != EPERM)
		return false;
	return fchmod(fd, edit->existed ? edit->info.st_mode & 07777 : NEW_FILE_MODE) == 0;
}

static enum status replace(const struct edit *edit)
{
	struct buf name = buf_make(NULL);
	enum status status = STATUS_OK;
	int fd;

	buf_add_format(&name, "%s.XXXXXX", edit->path);
	if (buf_failed(&name))
		return STATUS_NO_MEMORY;
	fd = mkstemp(name.p);
	if (fd < 0) {
		status = fail(edit, "write beside the list");
	} else {
		if (fd_write(fd, edit->text.p, edit->text.n) < edit->text.n || !take_over(edit, fd) || fsync(fd) != 0)
			status = fail(edit, "write the list");
		if (close(fd) != 0 && status == STATUS_OK)
			status = fail(edit, "write the list");
		if (status == STATUS_OK && (rename(name.p, edit->path) != 0 || fsync(edit->directory) != 0))
			status = fail(edit, "replace the list");
		if (status != STATUS_OK)
			unlink(name.p);
	}
	buf_free(&name);
	return status;
}

static void add_date(struct buf *text, uint32_t day)
{
	time_t seconds = (time_t)day * SECONDS_A_DAY;
	struct tm parts;
	char date[32];

	gmtime_r(&seconds, &parts);
	strftime(date, sizeof date, "%Y-%m-%d", &parts);
	buf_add_text(text, date);
}

static void add_line(struct buf *text, const struct list_addition *addition)
{
	buf_add_str(text, addition->entry);
	if (addition->until) {
		buf_add_text(text, " until ");
		add_date(text, addition->until);
	}
	buf_add_text(text, "  # ");
	add_date(text, addition->today);
	if (addition->comment && *addition->comment)
		buf_add_format(text, " %s", addition->comment);
	buf_add_byte(text, '\n');
}

/* In words, what is wrong with the addition; NULL: nothing. */
static const char *problem_of(const struct list_addition *addition)
{
	struct arena *arena = arena_create(1024);
	struct matcher *matcher = arena ? matcher_create(arena, 1, addition->entry.n) : NULL;
	const char *problem = matcher ? matcher_add(matcher, addition->entry, 0) : "did not fit into memory";

	arena_destroy(arena);
	if (!problem && (str_find_byte(addition->entry, 0, '#') != STR_NONE || list_entry_is_file(addition->entry)))
		problem = "has a character that a list cannot hold";
	if (!problem && addition->comment && strpbrk(addition->comment, "\r\n"))
		problem = "has a comment of more than one line";
	return problem;
}

enum status list_edit_add(const char *path, const struct list_addition *addition, struct error_list *errors,
			  bool *ret_replaced)
{
	struct edit edit = {.path = path, .errors = errors, .directory = -1, .text = buf_make(NULL)};
	const char *problem = problem_of(addition);
	enum status status;

	if (problem) {
		error_add(errors, SEVERITY_ERROR, NULL, "an address, a domain or a glob", "\"%.*s\" %s",
			  STR_ARGS(addition->entry), problem);
		return STATUS_BAD_INPUT;
	}
	status = begin(&edit);
	if (status == STATUS_OK)
		status = read_without(&edit, addition->entry);
	if (status == STATUS_OK) {
		add_line(&edit.text, addition);
		status = buf_failed(&edit.text) ? STATUS_NO_MEMORY : replace(&edit);
	}
	*ret_replaced = edit.removed > 0;
	end(&edit);
	return status;
}

enum status list_edit_remove(const char *path, struct str entry, struct error_list *errors)
{
	struct edit edit = {.path = path, .errors = errors, .directory = -1, .text = buf_make(NULL)};
	enum status status = begin(&edit);

	if (status == STATUS_OK)
		status = read_without(&edit, entry);
	if (status == STATUS_OK)
		status = edit.removed ? replace(&edit) : STATUS_NOT_FOUND;
	end(&edit);
	return status;
}
