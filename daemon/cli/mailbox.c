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

enum {
	MAILBOX_MESSAGE_MAX = 256 << 20,
	MAILBOX_DEPTH_MAX = 32,
	MAILBOX_CHUNK = 256 * 1024,
	MBOX_LINE_MAX = 1024 /* a "From " line is shorter */
};

static void fail(const struct mailbox_reader *reader, const char *name, const char *why)
{
	reader->failed(reader->context, name, why);
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

/* One open file, of which a window is held: from the message that is being read to what was read last. */
struct stream {
	const char *name;
	const struct mailbox_reader *reader;
	int fd;
	struct buf window;
	size_t start;    /* of the message in the window */
	uint64_t offset; /* of the window in the file */
	bool ended;
};

static struct str held(const struct stream *stream)
{
	return str_sub(buf_str(&stream->window), stream->start, stream->window.n);
}

static bool should_stop(const struct mailbox_reader *reader)
{
	return reader->stop && *reader->stop;
}

/* Reads a chunk more; false with errno when that failed or the message is too large. */
static bool read_more(struct stream *stream)
{
	struct buf *window = &stream->window;
	ssize_t n;

	if (stream->start > 0) {
		memmove(window->p, window->p + stream->start, window->n - stream->start);
		window->n -= stream->start;
		stream->offset += stream->start;
		stream->start = 0;
	}
	if (window->n > MAILBOX_MESSAGE_MAX || !buf_reserve(window, MAILBOX_CHUNK)) {
		errno = window->n > MAILBOX_MESSAGE_MAX ? EFBIG : ENOMEM;
		return false;
	}
	do
		n = read(stream->fd, window->p + window->n, MAILBOX_CHUNK);
	while (n < 0 && errno == EINTR && !should_stop(stream->reader));
	if (n < 0 && should_stop(stream->reader))
		n = 0;
	stream->ended = n == 0;
	window->n += n > 0 ? (size_t)n : 0;
	return n >= 0;
}

/*
 * The offset of the next mbox line behind a blank line at or behind `from`; STR_NONE when there is none, or when it is
 * not all there yet.
 */
static size_t next_mbox_line(struct str text, size_t from, bool ended)
{
	size_t at = from;

	while ((at = str_find(text, at, STR("\nFrom "))) != STR_NONE) {
		bool blank_before = at > 0 && (text.p[at - 1] == '\n' || (text.p[at - 1] == '\r' && at > 1));
		size_t end = str_find_byte(text, at + 1, '\n');

		if (end == STR_NONE && !ended)
			return STR_NONE;
		if (blank_before && is_mbox_line(str_sub(text, at + 1, (end == STR_NONE ? text.n : end) - at - 1)))
			return at + 1;
		at++;
	}
	return STR_NONE;
}

/* Finds where the message ends, reading on as needed; 0 with errno when it cannot be read. */
static size_t message_end(struct stream *stream, bool mbox)
{
	size_t searched = 0;

	for (;;) {
		struct str text = held(stream);
		size_t end = mbox ? next_mbox_line(text, searched, stream->ended) : STR_NONE;

		if (end != STR_NONE)
			return end;
		if (stream->ended)
			return text.n;
		searched = text.n > MBOX_LINE_MAX ? text.n - MBOX_LINE_MAX : 0;
		if (!read_more(stream))
			return 0;
	}
}

static void hand_over(struct stream *stream, size_t end, unsigned int number)
{
	const struct mailbox_reader *reader = stream->reader;
	char numbered[PATH_MAX + 16];

	if (reader->place)
		reader->place->offset = stream->offset + stream->start;
	snprintf(numbered, sizeof numbered, "%s#%u", stream->name, number);
	reader->message(reader->context,
			number == 1 && stream->ended && end == held(stream).n ? stream->name : numbered,
			str_sub(held(stream), 0, end));
}

static void read_messages(struct stream *stream)
{
	struct str first = held(stream);
	size_t line_end = str_find_byte(first, 0, '\n');
	bool mbox = is_mbox_line(str_sub(first, 0, line_end));
	unsigned int number = 1;

	while (!should_stop(stream->reader)) {
		size_t end;

		if (!held(stream).n && !stream->ended && !read_more(stream)) {
			fail(stream->reader, stream->name, strerror(errno));
			return;
		}
		if (!held(stream).n && stream->ended)
			return;
		end = message_end(stream, mbox);
		if (!end) {
			fail(stream->reader, stream->name,
			     errno == EFBIG ? "a message of more than 256 MiB; the rest of the file is left out"
					    : strerror(errno));
			return;
		}
		hand_over(stream, end, number++);
		stream->start += end;
	}
}

static void read_stream(const char *name, int fd, const struct mailbox_reader *reader)
{
	struct stream stream = {.name = name, .reader = reader, .fd = fd, .window = buf_make(NULL)};

	if (!read_more(&stream))
		fail(reader, name, strerror(errno));
	else if (stream.window.n == 0)
		fail(reader, name, "empty file");
	else
		read_messages(&stream);
	buf_free(&stream.window);
}

static void set_place(const struct mailbox_reader *reader, const char *path, int fd)
{
	struct stat info;

	if (!reader->place)
		return;
	*reader->place = (struct mailbox_place){.path = path};
	if (fstat(fd, &info) != 0)
		return;
	reader->place->device = (uint64_t)info.st_dev;
	reader->place->inode = (uint64_t)info.st_ino;
	reader->place->modified = (int64_t)info.st_mtime;
}

static void read_file(const char *path, const struct mailbox_reader *reader)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0) {
		fail(reader, path, strerror(errno));
		return;
	}
	set_place(reader, path, fd);
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
		bool wanted = !should_stop(reader);
		char child[PATH_MAX];

		if (wanted && (size_t)snprintf(child, sizeof child, "%s/%s", path, entries[i]->d_name) >= sizeof child)
			fail(reader, path, "path too long");
		else if (wanted && !skipped_in(path, entries[i]->d_name))
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
	if (strcmp(path, "-") == 0) {
		set_place(reader, path, STDIN_FILENO);
		read_stream("-", STDIN_FILENO, reader);
	} else {
		read_path(path, 0, reader);
	}
}
