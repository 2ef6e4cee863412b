#include "cli/labels.h"

#include "base/buf.h"
#include "base/list.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HASHED_BYTES = 64 * 1024 };

struct entry {
	char *key;
	char *name;
	int64_t when;
	enum label label;
};

struct labels {
	struct list entries; /* of struct entry; a person labels hundreds, not millions */
};

bool labels_default_path(char *path, size_t size)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (data && *data)
		return (size_t)snprintf(path, size, "%s/coldshoulder/labels", data) < size;
	return home && *home && (size_t)snprintf(path, size, "%s/.local/share/coldshoulder/labels", home) < size;
}

const char *label_name(enum label label)
{
	return label == LABEL_GOOD ? "good" : label == LABEL_BAD ? "bad" : "none";
}

struct str labels_key(const struct message *message, struct arena *arena)
{
	unsigned char hash[16];
	char *text;

	if (message->message_id.n && message->message_id.n < 500 &&
	    str_find_byte(message->message_id, 0, ' ') == STR_NONE &&
	    str_find_byte(message->message_id, 0, '\n') == STR_NONE)
		return message->message_id;
	text = arena_alloc(arena, 8 + 2 * sizeof hash + 1);
	if (!text)
		return STR("");
	crypto_generichash(hash, sizeof hash, (const unsigned char *)message->raw.p,
			   message->raw.n < HASHED_BYTES ? message->raw.n : HASHED_BYTES, NULL, 0);
	memcpy(text, "content:", 8);
	sodium_bin2hex(text + 8, 2 * sizeof hash + 1, hash, sizeof hash);
	return str_of(text);
}

static struct entry *find(const struct labels *labels, struct str key)
{
	for (size_t i = 0; i < labels->entries.count; i++) {
		struct entry *entry = list_at(&labels->entries, i);

		if (entry->label != LABEL_NONE && str_equal(str_of(entry->key), key))
			return entry;
	}
	return NULL;
}

enum label labels_get(const struct labels *labels, struct str key)
{
	const struct entry *entry = labels ? find(labels, key) : NULL;

	return entry ? entry->label : LABEL_NONE;
}

bool labels_set(struct labels *labels, struct str key, enum label label, int64_t when, const char *name)
{
	struct entry *entry = find(labels, key);

	if (!entry && label == LABEL_NONE)
		return true;
	if (!entry) {
		entry = list_push(&labels->entries);
		if (!entry)
			return false;
		entry->key = strndup(key.p, key.n);
		entry->name = strdup(name);
		if (!entry->key || !entry->name)
			return false;
		for (char *p = entry->name; *p; p++)
			if ((unsigned char)*p < ' ' || *p == 0x7f)
				*p = '?';
	}
	entry->label = label;
	entry->when = when;
	return true;
}

size_t labels_count(const struct labels *labels, enum label label)
{
	size_t count = 0;

	for (size_t i = 0; i < labels->entries.count; i++)
		count += ((const struct entry *)list_at(&labels->entries, i))->label == label;
	return count;
}

void labels_each(const struct labels *labels,
		 void (*visit)(void *context, enum label label, struct str key, const char *name), void *context)
{
	for (size_t i = 0; i < labels->entries.count; i++) {
		const struct entry *entry = list_at(&labels->entries, i);

		if (entry->label != LABEL_NONE)
			visit(context, entry->label, str_of(entry->key), entry->name);
	}
}

/* "good KEY SECONDS NAME" */
static bool read_line(struct labels *labels, char *line)
{
	char *key = strchr(line, ' '), *when = key ? strchr(key + 1, ' ') : NULL;
	char *name = when ? strchr(when + 1, ' ') : NULL;
	enum label label;

	if (line[0] == '#' || line[0] == '\0')
		return true;
	if (!name)
		return false;
	*key = *when = *name = '\0';
	label = strcmp(line, "good") == 0 ? LABEL_GOOD : strcmp(line, "bad") == 0 ? LABEL_BAD : LABEL_NONE;
	return label != LABEL_NONE && key[1] &&
	       labels_set(labels, str_of(key + 1), label, strtoll(when + 1, NULL, 10), name + 1);
}

struct labels *labels_read(const char *path, unsigned int *ret_line)
{
	struct labels *labels = calloc(1, sizeof *labels);
	FILE *file = labels ? fopen(path, "re") : NULL;
	char *line = NULL;
	size_t size = 0;
	bool good = true;
	int error;

	*ret_line = 0;
	if (!labels)
		return NULL;
	labels->entries = list_make(sizeof(struct entry), NULL);
	if (!file && errno == ENOENT)
		return labels;
	while (file && good && getline(&line, &size, file) >= 0) {
		++*ret_line;
		line[strcspn(line, "\n")] = '\0';
		good = read_line(labels, line);
	}
	free(line);
	if (file && good && !ferror(file)) {
		fclose(file);
		return labels;
	}
	error = good ? errno : 0;
	if (file)
		fclose(file);
	labels_free(labels);
	errno = error;
	return NULL;
}

void labels_free(struct labels *labels)
{
	if (!labels)
		return;
	for (size_t i = 0; i < labels->entries.count; i++) {
		struct entry *entry = list_at(&labels->entries, i);

		free(entry->key);
		free(entry->name);
	}
	list_free(&labels->entries);
	free(labels);
}

static bool make_directories(const char *path)
{
	char directory[PATH_MAX];
	char *slash;

	if ((size_t)snprintf(directory, sizeof directory, "%s", path) >= sizeof directory) {
		errno = ENAMETOOLONG;
		return false;
	}
	for (slash = directory + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(directory, 0700) != 0 && errno != EEXIST)
			return false;
		*slash = '/';
	}
	return true;
}

static bool write_all(const struct labels *labels, FILE *file)
{
	fputs("# Opinions of messages, written by: coldshoulder label\n", file);
	for (size_t i = 0; i < labels->entries.count; i++) {
		const struct entry *entry = list_at(&labels->entries, i);

		if (entry->label != LABEL_NONE)
			fprintf(file, "%s %s %" PRId64 " %s\n", label_name(entry->label), entry->key, entry->when,
				entry->name);
	}
	return fflush(file) == 0 && !ferror(file) && fsync(fileno(file)) == 0;
}

bool labels_write(const struct labels *labels, const char *path)
{
	char temporary[PATH_MAX];
	bool written;
	FILE *file;
	int fd, error;

	if ((size_t)snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= sizeof temporary) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (!make_directories(path))
		return false;
	fd = mkostemp(temporary, O_CLOEXEC);
	file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!file)
		return false;
	written = write_all(labels, file);
	error = errno;
	if (fclose(file) == 0 && written && rename(temporary, path) == 0)
		return true;
	error = written ? errno : error;
	unlink(temporary);
	errno = error;
	return false;
}
