#include "memory/alias.h"

#include "base/buf.h"
#include "base/list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct alias {
	struct str name;
	struct str target;
};

struct alias_map {
	struct arena *arena;
	struct list aliases; /* of struct alias, sorted by name */
};

enum { ALIAS_LINE_MAX = 1024, ALIAS_ROUNDS = 5 };

static int compare(const void *left, const void *right)
{
	const struct str *a = &((const struct alias *)left)->name, *b = &((const struct alias *)right)->name;
	int order = memcmp(a->p, b->p, a->n < b->n ? a->n : b->n);

	return order ? order : (a->n > b->n) - (a->n < b->n);
}

/* Cuts the first word off `rest`; a colon behind the word, as in aliases(5), goes with it. */
static struct str next_word(struct str *rest)
{
	struct str text = str_trim(*rest), word;
	size_t end = 0;

	while (end < text.n && !ascii_is_space(text.p[end]))
		end++;
	word = str_sub(text, 0, end);
	*rest = str_trim(str_sub(text, end, text.n));
	if (word.n && word.p[word.n - 1] == ':')
		word.n--;
	return word;
}

static bool lower_copy(struct alias_map *map, struct str text, struct str *ret_copy)
{
	char *copy = arena_strndup(map->arena, text.p, text.n);

	if (!copy)
		return false;
	for (size_t i = 0; i < text.n; i++)
		copy[i] = ascii_lower(copy[i]);
	*ret_copy = (struct str){copy, text.n};
	return true;
}

static bool add_line(struct alias_map *map, struct str line)
{
	struct str rest = str_sub(line, 0, str_find_byte(line, 0, '#'));
	struct str name = next_word(&rest);
	struct alias *alias;

	if (str_find_byte(name, 0, '@') == STR_NONE || str_find_byte(rest, 0, '@') == STR_NONE ||
	    str_find_byte(rest, 0, ',') != STR_NONE || str_find_byte(rest, 0, ' ') != STR_NONE)
		return true;
	if ((name.p[0] == '@') != (rest.p[0] == '@'))
		return true;
	alias = list_push(&map->aliases);
	return alias && lower_copy(map, name, &alias->name) && lower_copy(map, rest, &alias->target);
}

static enum status read_file(struct alias_map *map, const char *path, struct error_list *errors)
{
	enum status status = STATUS_OK;
	char line[ALIAS_LINE_MAX];
	FILE *stream = fopen(path, "rbe");

	if (!stream) {
		error_add_at(errors, SEVERITY_ERROR, path, 0, "the daemon's user must be able to read it",
			     "the list of aliases: %s", strerror(errno));
		return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
	}
	while (status == STATUS_OK && fgets(line, sizeof line, stream))
		if (!add_line(map, str_of(line)))
			status = STATUS_NO_MEMORY;
	if (ferror(stream))
		status = STATUS_IO;
	fclose(stream);
	return status;
}

enum status alias_map_read(const char *path, struct error_list *errors, struct alias_map **ret_map)
{
	struct alias_map *map = calloc(1, sizeof *map);
	enum status status;

	if (!map)
		return STATUS_NO_MEMORY;
	map->arena = arena_create(0);
	if (!map->arena) {
		free(map);
		return STATUS_NO_MEMORY;
	}
	map->aliases = list_make(sizeof(struct alias), NULL);
	status = read_file(map, path, errors);
	if (status != STATUS_OK) {
		alias_map_destroy(map);
		return status;
	}
	if (map->aliases.count)
		qsort(map->aliases.items, map->aliases.count, sizeof(struct alias), compare);
	*ret_map = map;
	return STATUS_OK;
}

void alias_map_destroy(struct alias_map *map)
{
	if (!map)
		return;
	list_free(&map->aliases);
	arena_destroy(map->arena);
	free(map);
}

static const struct alias *find(const struct alias_map *map, struct str name)
{
	const struct alias wanted = {.name = name};

	if (!map->aliases.count || !name.n)
		return NULL;
	return bsearch(&wanted, map->aliases.items, map->aliases.count, sizeof wanted, compare);
}

/* One step: the mailbox itself, else its domain; empty when it is no alias. */
static struct str follow_once(const struct alias_map *map, struct str mailbox, struct arena *arena)
{
	const struct alias *alias = find(map, mailbox);
	size_t at = str_find_byte(mailbox, 0, '@');
	struct buf out;

	if (alias)
		return alias->target;
	alias = at == STR_NONE ? NULL : find(map, str_sub(mailbox, at, mailbox.n));
	if (!alias)
		return STR("");
	out = buf_make(arena);
	buf_add_str(&out, str_sub(mailbox, 0, at));
	buf_add_str(&out, alias->target);
	return buf_failed(&out) ? STR("") : buf_str(&out);
}

struct str alias_map_follow(const struct alias_map *map, struct str mailbox, struct arena *arena)
{
	for (int round = 0; map && round < ALIAS_ROUNDS; round++) {
		struct str next = follow_once(map, mailbox, arena);

		if (!next.n)
			break;
		mailbox = next;
	}
	return mailbox;
}

size_t alias_map_count(const struct alias_map *map)
{
	return map->aliases.count;
}
