#include "policy/list_file.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Warnings of one file; who has a thousand wrong lines has taken the wrong file. */
enum { WARNINGS_MAX = 20, FILES_MAX = 64 };

struct list_text {
	char *bytes; /* on the heap */
	size_t n;
	const char *path;
};

bool list_entry_is_file(struct str entry)
{
	return str_find_byte(entry, 0, '/') != STR_NONE;
}

const char *list_file_path(struct str entry, const char *config, struct arena *arena)
{
	struct buf path = buf_make(arena);
	const char *slash = config ? strrchr(config, '/') : NULL;

	if (str_starts(entry, STR("./")))
		entry = str_sub(entry, 2, entry.n);
	if (entry.p[0] != '/' && slash)
		buf_add(&path, config, (size_t)(slash + 1 - config));
	buf_add_str(&path, entry);
	return buf_failed(&path) ? NULL : buf_str(&path).p;
}

bool list_date_read(struct str text, uint32_t *ret_day)
{
	struct tm parts = {0}, again;
	char copy[11], *end;
	time_t seconds;

	if (text.n != 10)
		return false;
	memcpy(copy, text.p, 10);
	copy[10] = '\0';
	end = strptime(copy, "%Y-%m-%d", &parts);
	if (!end || *end)
		return false;
	again = parts;
	seconds = timegm(&again);
	/* The 31st of February would become the 3rd of March. */
	if (again.tm_mday != parts.tm_mday || seconds < 0)
		return false;
	*ret_day = matcher_day(seconds);
	return true;
}

const char *list_line_read(struct str line, struct list_line *ret_line)
{
	struct str rest = str_trim(str_sub(line, 0, str_find_byte(line, 0, '#')));
	size_t n = 0;

	*ret_line = (struct list_line){.entry = STR("")};
	while (n < rest.n && !ascii_is_space(rest.p[n]))
		n++;
	ret_line->entry = str_sub(rest, 0, n);
	rest = str_trim(str_sub(rest, n, rest.n));
	if (!rest.n)
		return NULL;
	if (!str_starts(rest, STR("until")) || rest.n < 6 || !ascii_is_space(rest.p[5]))
		return "has more than one word";
	if (!list_date_read(str_trim(str_sub(rest, 5, rest.n)), &ret_line->until))
		return "has no date of the form 2026-12-31 behind \"until\"";
	return NULL;
}

const char *list_sender_problem(struct str entry)
{
	size_t at = str_find_byte(entry, 0, '@');
	bool wild = false, named = false, dot = false;

	for (size_t i = 0; i < entry.n; i++) {
		wild = wild || entry.p[i] == '*' || entry.p[i] == '?';
		dot = dot || entry.p[i] == '.';
		named = named || !strchr("*?.@", entry.p[i]);
	}
	if (!entry.n)
		return NULL;
	if (wild && !named)
		return "is everybody";
	if (!wild && at != STR_NONE && at > 0)
		return NULL;
	if (str_starts(entry, STR("*@")))
		wild = str_find_byte(entry, 1, '*') != STR_NONE || str_find_byte(entry, 1, '?') != STR_NONE;
	return dot || wild ? NULL : "is no whole domain: it has no dot";
}

/* Reads a regular file whole; errno says why it could not be. */
static bool read_whole(const char *path, struct list_text *text)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO does not make us wait */
	FILE *stream = file >= 0 ? fdopen(file, "rb") : NULL;
	struct stat info;
	int reason = 0;

	if (!stream) {
		reason = errno;
		if (file >= 0)
			close(file);
		errno = reason;
		return false;
	}
	if (fstat(file, &info) != 0) {
		reason = errno;
	} else if (!S_ISREG(info.st_mode) || info.st_size >= INT32_MAX) {
		reason = EINVAL;
	} else if (!(text->bytes = malloc((size_t)info.st_size + 1))) {
		reason = ENOMEM;
	} else {
		text->n = fread(text->bytes, 1, (size_t)info.st_size, stream);
		reason = ferror(stream) ? EIO : 0;
	}
	fclose(stream);
	errno = reason;
	return reason == 0;
}

static size_t count_lines(const struct list_text *text)
{
	size_t lines = 1;

	for (const char *p = text->bytes; p && (p = memchr(p, '\n', text->n - (size_t)(p - text->bytes))); p++)
		lines++;
	return lines;
}

static void add_text(struct matcher *matcher, const struct list_text *text, bool senders, struct error_list *errors)
{
	struct str rest = {text->bytes, text->n}, line;
	unsigned int number = 0, wrong = 0;

	if (str_starts(rest, STR("\xef\xbb\xbf")))
		rest = str_sub(rest, 3, rest.n);
	while (rest.n) {
		size_t end = str_find_byte(rest, 0, '\n');
		struct list_line entry;
		const char *problem;

		line = str_sub(rest, 0, end == STR_NONE ? rest.n : end);
		rest = end == STR_NONE ? STR("") : str_sub(rest, end + 1, rest.n);
		number++;
		problem = list_line_read(line, &entry);
		if (!problem && senders)
			problem = list_sender_problem(entry.entry);
		if (!problem && entry.entry.n)
			problem = matcher_add(matcher, entry.entry, entry.until);
		if (problem && ++wrong <= WARNINGS_MAX)
			error_add_at(errors, SEVERITY_WARNING, text->path, number,
				     "one address, domain or glob a line; the other lines are used", "\"%.*s\" %s",
				     STR_ARGS(str_sub(str_trim(line), 0, 80)), problem);
	}
	if (wrong > WARNINGS_MAX)
		error_add_at(errors, SEVERITY_WARNING, text->path, 0, "is it the right file?",
			     "%u more lines are wrong", wrong - WARNINGS_MAX);
}

/* Reads the files among the entries; what cannot be read is an error. */
static enum status read_files(const struct list_source *source, struct arena *arena, struct error_list *errors,
			      struct list_text *texts, size_t *ret_count)
{
	for (size_t i = 0; i < source->count; i++) {
		struct list_text text = {.bytes = NULL};

		if (!list_entry_is_file(source->entries[i]))
			continue;
		text.path = list_file_path(source->entries[i], source->path, arena);
		if (!text.path)
			return STATUS_NO_MEMORY;
		if (*ret_count == FILES_MAX) {
			error_add_at(errors, SEVERITY_ERROR, source->path, source->line, "put some of them together",
				     "%s: more than %d list files", source->name, FILES_MAX);
			return STATUS_OK;
		}
		if (read_whole(text.path, &text)) {
			texts[(*ret_count)++] = text;
			continue;
		}
		free(text.bytes);
		if (errno != ENOENT || !source->files_may_be_missing)
			error_add_at(errors, SEVERITY_ERROR, source->path, source->line,
				     "make it (an empty file will do) and let the daemon's user read it",
				     "%s: cannot read %s: %s", source->name, text.path, strerror(errno));
	}
	return STATUS_OK;
}

static void add_entries(struct matcher *matcher, const struct list_source *source, struct error_list *errors)
{
	for (size_t i = 0; i < source->count; i++) {
		const char *problem = NULL;

		if (!list_entry_is_file(source->entries[i]))
			problem = matcher_add(matcher, source->entries[i], 0);
		if (problem)
			error_add_at(
			    errors, SEVERITY_ERROR, source->path, source->line,
			    "an address, a domain (\"example.org\", \".example.org\"), a glob, or a file with a '/'",
			    "%s: \"%.*s\" %s", source->name, STR_ARGS(source->entries[i]), problem);
	}
}

enum status list_source_read(const struct list_source *source, struct arena *arena, struct error_list *errors,
			     struct matcher **ret_matcher)
{
	struct list_text texts[FILES_MAX];
	size_t text_count = 0, entries = source->count, bytes = 0;
	enum status status = read_files(source, arena, errors, texts, &text_count);

	*ret_matcher = NULL;
	for (size_t i = 0; i < source->count; i++)
		bytes += source->entries[i].n;
	for (size_t i = 0; i < text_count; i++) {
		entries += count_lines(&texts[i]);
		bytes += texts[i].n;
	}
	if (status == STATUS_OK && entries) {
		*ret_matcher = matcher_create(arena, entries, bytes);
		status = *ret_matcher ? STATUS_OK : STATUS_NO_MEMORY;
	}
	if (*ret_matcher) {
		add_entries(*ret_matcher, source, errors);
		for (size_t i = 0; i < text_count; i++)
			add_text(*ret_matcher, &texts[i], source->senders, errors);
	}
	for (size_t i = 0; i < text_count; i++)
		free(texts[i].bytes);
	return status;
}
