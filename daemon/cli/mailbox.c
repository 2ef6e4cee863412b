#include "cli/mailbox.h"

#include "base/buf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAILBOX_FILE_MAX = 1 << 30, MAILBOX_DEPTH_MAX = 32, MAILBOX_CHUNK = 256 * 1024 };

static void fail(const struct mailbox_reader *reader, const char *name, const char *why)
{
	reader->failed(reader->context, name, why);
}

/* Everything a descriptor gives; false with errno when it could not be read. */
static bool read_all(int fd, struct buf *out)
{
	for (;;) {
		ssize_t n;

		if (out->n > MAILBOX_FILE_MAX || !buf_reserve(out, MAILBOX_CHUNK)) {
			errno = out->n > MAILBOX_FILE_MAX ? EFBIG : ENOMEM;
			return false;
		}
		n = read(fd, out->p + out->n, MAILBOX_CHUNK);
		if (n == 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			out->n += (size_t)n;
	}
}

/* "From SENDER Www Mmm dd hh:mm:ss yyyy" (RFC 4155); prose that happens to begin with "From " is not one. */
static bool is_mbox_line(struct str line)
{
	static const char days[] = "Mon Tue Wed Thu Fri Sat Sun ";
	size_t blank;
	struct str date;

	if (!str_starts(line, STR("From ")))
		return false;
	blank = str_find_byte(line, 5, ' ');
	if (blank == STR_NONE)
		return false;
	date = str_trim(str_sub(line, blank, line.n));
	if (date.n < 16 || date.p[3] != ' ')
		return false;
	for (size_t i = 0; days[i]; i += 4)
		if (str_starts(date, (struct str){days + i, 4}))
			return str_find_byte(date, 8, ':') != STR_NONE;
	return false;
}

/* The offset of the next mbox line behind a blank line at or behind `from`, or the end. */
static size_t next_mbox_line(struct str text, size_t from)
{
	size_t at = from;

	while ((at = str_find(text, at, STR("\nFrom "))) != STR_NONE) {
		bool blank_before = at > 0 && (text.p[at - 1] == '\n' || (text.p[at - 1] == '\r' && at > 1));
		size_t end = str_find_byte(text, at + 1, '\n');

		if (blank_before && is_mbox_line(str_sub(text, at + 1, (end == STR_NONE ? text.n : end) - at - 1)))
			return at + 1;
		at++;
	}
	return text.n;
}

static void split_mbox(const char *name, struct str text, const struct mailbox_reader *reader)
{
	char numbered[PATH_MAX + 16];
	size_t start = 0;
	unsigned int number = 1;

	while (start < text.n) {
		size_t first_line = str_find_byte(text, start, '\n');
		size_t end = next_mbox_line(text, first_line == STR_NONE ? text.n : first_line);

		snprintf(numbered, sizeof numbered, "%s#%u", name, number);
		reader->message(reader->context, number == 1 && end == text.n ? name : numbered,
				str_sub(text, start, end - start));
		start = end;
		number++;
	}
}

static void read_stream(const char *name, int fd, const struct mailbox_reader *reader)
{
	struct buf text = buf_make(NULL);
	size_t line_end;

	if (!read_all(fd, &text)) {
		fail(reader, name, strerror(errno));
	} else if (text.n == 0) {
		fail(reader, name, "empty file");
	} else {
		line_end = str_find_byte(buf_str(&text), 0, '\n');
		if (is_mbox_line(str_sub(buf_str(&text), 0, line_end)))
			split_mbox(name, buf_str(&text), reader);
		else
			reader->message(reader->context, name, buf_str(&text));
	}
	buf_free(&text);
}

static void read_file(const char *path, const struct mailbox_reader *reader)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0) {
		fail(reader, path, strerror(errno));
		return;
	}
	read_stream(path, fd, reader);
	close(fd);
}

static int wanted_entry(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void read_path(const char *path, unsigned int depth, const struct mailbox_reader *reader);

/* A Maildir's tmp/ holds what is not delivered yet. */
static bool skipped_in(const char *directory, const char *name)
{
	char cur[PATH_MAX];

	if (strcmp(name, "tmp") != 0 || (size_t)snprintf(cur, sizeof cur, "%s/cur", directory) >= sizeof cur)
		return false;
	return access(cur, F_OK) == 0;
}

static void read_directory(const char *path, unsigned int depth, const struct mailbox_reader *reader)
{
	struct dirent **entries;
	int count = depth < MAILBOX_DEPTH_MAX ? scandir(path, &entries, wanted_entry, alphasort) : -1;

	if (count < 0) {
		fail(reader, path, depth < MAILBOX_DEPTH_MAX ? strerror(errno) : "directories nested too deep");
		return;
	}
	for (int i = 0; i < count; i++) {
		char child[PATH_MAX];

		if ((size_t)snprintf(child, sizeof child, "%s/%s", path, entries[i]->d_name) >= sizeof child)
			fail(reader, path, "path too long");
		else if (!skipped_in(path, entries[i]->d_name))
			read_path(child, depth + 1, reader);
		free(entries[i]);
	}
	free(entries);
}

static void read_path(const char *path, unsigned int depth, const struct mailbox_reader *reader)
{
	struct stat info;

	/* What the user names may be a link; what is found below a directory is not followed into directories. */
	if (stat(path, &info) != 0)
		fail(reader, path, strerror(errno));
	else if (S_ISREG(info.st_mode))
		read_file(path, reader);
	else if (!S_ISDIR(info.st_mode))
		fail(reader, path, "neither a file nor a directory");
	else if (depth == 0 || (lstat(path, &info) == 0 && S_ISDIR(info.st_mode)))
		read_directory(path, depth, reader);
}

void mailbox_read(const char *path, const struct mailbox_reader *reader)
{
	if (strcmp(path, "-") == 0)
		read_stream("-", STDIN_FILENO, reader);
	else
		read_path(path, 0, reader);
}
