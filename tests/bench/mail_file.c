#include "mail_file.h"

#include "base/buf.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static void *required(void *p, const char *what)
{
	if (!p) {
		perror(what);
		exit(2);
	}
	return p;
}

static struct buf read_file(const char *path)
{
	struct buf content = buf_make(NULL);
	FILE *in = required(fopen(path, "rb"), path);
	char block[65536];
	size_t n;

	while ((n = fread(block, 1, sizeof block, in)) > 0)
		buf_add(&content, block, n);
	fclose(in);
	required(buf_failed(&content) ? NULL : &content, path);
	return content;
}

/* Cuts one line off `rest`, without its line end. */
static struct str take_line(struct str *rest)
{
	size_t end = str_find_byte(*rest, 0, '\n');
	struct str line = str_sub(*rest, 0, end == STR_NONE ? rest->n : end);

	*rest = str_sub(*rest, end == STR_NONE ? rest->n : end + 1, rest->n);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static void continue_field(struct mail_field *field, struct str line)
{
	size_t n = strlen(field->value);

	field->value = required(realloc(field->value, n + line.n + 2), "realloc");
	field->value[n] = '\n';
	memcpy(field->value + n + 1, line.p, line.n);
	field->value[n + 1 + line.n] = '\0';
}

static void add_field(struct list *fields, struct str line, size_t colon)
{
	struct mail_field *field = required(list_push(fields), "realloc");
	struct str value = str_sub(line, colon + 1, line.n);

	field->name = required(strndup(line.p, colon), "strndup");
	field->value = required(strndup(value.p, value.n), "strndup");
}

/* Reads the header; `rest` is then the body, or what begins with a line that is no header field. */
static void read_header(struct list *fields, struct str *rest)
{
	while (rest->n) {
		struct str before = *rest;
		struct str line = take_line(rest);
		size_t colon = str_find_byte(line, 0, ':');

		if (line.n == 0)
			return;
		if ((line.p[0] == ' ' || line.p[0] == '\t') && fields->count) {
			continue_field(list_at(fields, fields->count - 1), line);
		} else if (colon == STR_NONE) {
			*rest = before;
			return;
		} else {
			add_field(fields, line, colon);
		}
	}
}

static struct str with_crlf(struct str text)
{
	struct buf out = buf_make(NULL);

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n' && (i == 0 || text.p[i - 1] != '\r'))
			buf_add_byte(&out, '\r');
		buf_add_byte(&out, text.p[i]);
	}
	required(buf_failed(&out) ? NULL : &out, "realloc");
	return buf_str(&out);
}

/* The first address of the value, or an empty slice. */
static struct str find_address(const char *value)
{
	const char *open = strchr(value, '<');
	const char *close = open ? strchr(open, '>') : NULL;
	const char *at = strchr(value, '@');
	const char *end;

	if (close && close > open + 1)
		return (struct str){open + 1, (size_t)(close - open) - 1};
	if (!at)
		return STR("");
	end = at + strcspn(at, " \t>\"\n");
	while (at > value && !strchr(" \t<\"", at[-1]))
		at--;
	return (struct str){at, (size_t)(end - at)};
}

static char *find_sender(const struct list *fields)
{
	struct str sender = STR("");

	for (size_t i = 0; i < fields->count && !sender.n; i++) {
		const struct mail_field *field = list_at(fields, i);

		if (strcasecmp(field->name, "Return-Path") == 0 || strcasecmp(field->name, "From") == 0)
			sender = find_address(field->value);
	}
	if (!sender.n)
		sender = STR("sender@client.test.example");
	return required(strndup(sender.p, sender.n), "strndup");
}

static void add_one(struct list *files, const char *path)
{
	struct mail_file *file = required(list_push(files), "realloc");
	struct buf content = read_file(path);
	struct str rest = buf_str(&content);

	if (str_starts(rest, STR("From ")))
		take_line(&rest);
	file->path = required(strdup(path), "strdup");
	file->fields = list_make(sizeof(struct mail_field), NULL);
	read_header(&file->fields, &rest);
	file->body = with_crlf(rest);
	file->from = find_sender(&file->fields);
	buf_free(&content);
}

void mail_file_add(struct list *files, const char *path)
{
	struct dirent **entries;
	struct stat status;
	int n;

	required(stat(path, &status) == 0 ? &status : NULL, path);
	if (!S_ISDIR(status.st_mode)) {
		add_one(files, path);
		return;
	}
	n = scandir(path, &entries, NULL, alphasort);
	required(n < 0 ? NULL : &n, path);
	for (int i = 0; i < n; i++) {
		char *below;

		if (entries[i]->d_name[0] != '.' && asprintf(&below, "%s/%s", path, entries[i]->d_name) > 0) {
			mail_file_add(files, below);
			free(below);
		}
		free(entries[i]);
	}
	free(entries);
}
