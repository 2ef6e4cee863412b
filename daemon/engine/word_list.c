#include "engine/word_list.h"

#include "base/buf.h"
#include "engine/phrase.h"
#include "mail/fold.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_LIST_MAX = 20000, WORD_MAX = 1024 };

static FILE *open_list(struct rulebook *book, const struct word_list *list, const char *file)
{
	const char *slash = strrchr(list->path, '/');
	struct buf path = buf_make(book->arena);
	FILE *stream;

	if (file[0] != '/' && slash)
		buf_add(&path, list->path, (size_t)(slash - list->path) + 1);
	buf_add_text(&path, file);
	if (buf_failed(&path)) {
		book->no_memory = true;
		return NULL;
	}
	stream = fopen(path.p, "re");
	if (!stream)
		error_add_at(book->errors, SEVERITY_ERROR, list->path, list->line,
			     errno == EACCES ? "check its owner and mode" : "it is looked for beside the rule file",
			     "cannot read %s, the file of list %s", path.p, list->name);
	return stream;
}

void word_list_read(struct rulebook *book, struct word_list *list, const char *file)
{
	struct list words = list_make(sizeof(struct str), book->arena);
	FILE *stream = open_list(book, list, file);
	char line[WORD_MAX];

	if (!stream)
		return;
	while (fgets(line, sizeof line, stream) && words.count < WORD_LIST_MAX) {
		struct str word = str_trim(str_of(line));
		char *copy = arena_strndup(book->arena, word.p, word.n);
		struct str *slot = copy && word.n && word.p[0] != '#' ? list_push(&words) : NULL;

		if (slot)
			*slot = (struct str){copy, word.n};
		else if (!copy || (word.n && word.p[0] != '#'))
			book->no_memory = true;
	}
	if (!feof(stream) && !book->no_memory)
		error_add_at(book->errors, SEVERITY_ERROR, list->path, list->line, NULL,
			     "list %s has more than %d lines, or cannot be read to its end", list->name, WORD_LIST_MAX);
	fclose(stream);
	list->words = words.items;
	list->word_count = words.count;
}

static void add_word(struct buf *out, struct str word, enum word_list_use use)
{
	if (use == WORD_LIST_PHRASE)
		phrase_quote(out, word);
	else if (use == WORD_LIST_RAW_PATTERN)
		phrase_quote_pattern(out, word);
	else
		phrase_quote_pattern(out, fold_string(word, out->arena));
}

static bool add_list(const struct rulebook *book, struct buf *out, struct str name, enum word_list_use use)
{
	size_t index = rulebook_find_list(book, name, NULL);
	const struct word_list *list = index == STR_NONE ? NULL : list_at(&book->lists, index);

	if (!list || !list->word_count)
		return false;
	buf_add_text(out, use == WORD_LIST_PHRASE ? "(" : "(?:");
	for (size_t i = 0; i < list->word_count; i++) {
		if (i)
			buf_add_byte(out, '|');
		add_word(out, list->words[i], use);
	}
	buf_add_byte(out, ')');
	return true;
}

enum status word_list_expand(const struct rulebook *book, struct str text, enum word_list_use use, struct str *ret_text,
			     struct str *ret_name)
{
	const struct str mark = STR("@list:");
	struct buf out = buf_make(book->arena);
	size_t from = 0;
	size_t at;

	*ret_text = text;
	if (str_find(text, 0, mark) == STR_NONE)
		return STATUS_OK;
	while ((at = str_find(text, from, mark)) != STR_NONE) {
		size_t end = at + mark.n;

		buf_add_str(&out, str_sub(text, from, at - from));
		while (end < text.n && (ascii_is_alnum(text.p[end]) || text.p[end] == '_' || text.p[end] == '-'))
			end++;
		*ret_name = str_sub(text, at + mark.n, end - at - mark.n);
		if (!add_list(book, &out, *ret_name, use))
			return STATUS_BAD_INPUT;
		from = end;
	}
	buf_add_str(&out, str_sub(text, from, text.n));
	*ret_text = buf_str(&out);
	return buf_failed(&out) ? STATUS_NO_MEMORY : STATUS_OK;
}
