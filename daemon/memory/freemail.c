#include "memory/freemail.h"

#include "base/arena.h"
#include "base/list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct freemail {
	struct arena *arena;
	struct list domains; /* of struct str, lower case, sorted */
};

enum { LINE_MAX_BYTES = 512 };

static int compare(const void *left, const void *right)
{
	const struct str *a = left, *b = right;
	int order = memcmp(a->p, b->p, a->n < b->n ? a->n : b->n);

	return order ? order : (a->n > b->n) - (a->n < b->n);
}

static bool add(struct freemail *freemail, struct str domain)
{
	struct str *slot;
	char *lower;

	while (domain.n && domain.p[0] == '.')
		domain = str_sub(domain, 1, domain.n);
	if (!domain.n)
		return true;
	slot = list_push(&freemail->domains);
	lower = arena_strndup(freemail->arena, domain.p, domain.n);
	if (!slot || !lower)
		return false;
	for (size_t i = 0; i < domain.n; i++)
		lower[i] = ascii_lower(lower[i]);
	*slot = (struct str){lower, domain.n};
	return true;
}

static enum status read_list(struct freemail *freemail, const char *path, struct error_list *errors)
{
	enum status status = STATUS_OK;
	char line[LINE_MAX_BYTES];
	FILE *stream = fopen(path, "rbe");

	if (!stream) {
		error_add_at(errors, SEVERITY_ERROR, path, 0, "install the shipped list, or name another one",
			     "the list of free-mail domains: %s", strerror(errno));
		return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
	}
	while (status == STATUS_OK && fgets(line, sizeof line, stream)) {
		struct str text = str_of(line);
		size_t comment = str_find_byte(text, 0, '#');

		if (!add(freemail, str_trim(str_sub(text, 0, comment))))
			status = STATUS_NO_MEMORY;
	}
	if (ferror(stream))
		status = STATUS_IO;
	fclose(stream);
	return status;
}

enum status freemail_read(const char *path, const struct str *extra, size_t extra_count, struct error_list *errors,
			  struct freemail **ret_freemail)
{
	struct freemail *freemail = calloc(1, sizeof *freemail);
	enum status status;

	if (!freemail)
		return STATUS_NO_MEMORY;
	freemail->arena = arena_create(0);
	if (!freemail->arena) {
		free(freemail);
		return STATUS_NO_MEMORY;
	}
	freemail->domains = list_make(sizeof(struct str), NULL);
	status = path ? read_list(freemail, path, errors) : STATUS_OK;
	for (size_t i = 0; i < extra_count && status == STATUS_OK; i++)
		if (!add(freemail, extra[i]))
			status = STATUS_NO_MEMORY;
	if (status != STATUS_OK) {
		freemail_destroy(freemail);
		return status;
	}
	if (freemail->domains.count)
		qsort(freemail->domains.items, freemail->domains.count, sizeof(struct str), compare);
	*ret_freemail = freemail;
	return STATUS_OK;
}

void freemail_destroy(struct freemail *freemail)
{
	if (!freemail)
		return;
	list_free(&freemail->domains);
	arena_destroy(freemail->arena);
	free(freemail);
}

bool freemail_contains(const struct freemail *freemail, struct str domain)
{
	char lower[256];

	if (!freemail)
		return true;
	if (!domain.n || domain.n > sizeof lower || !freemail->domains.count)
		return false;
	for (size_t i = 0; i < domain.n; i++)
		lower[i] = ascii_lower(domain.p[i]);
	for (struct str rest = {lower, domain.n};;) {
		size_t dot = str_find_byte(rest, 0, '.');

		if (bsearch(&rest, freemail->domains.items, freemail->domains.count, sizeof rest, compare))
			return true;
		if (dot == STR_NONE)
			return false;
		rest = str_sub(rest, dot + 1, rest.n);
	}
}

size_t freemail_count(const struct freemail *freemail)
{
	return freemail->domains.count;
}
