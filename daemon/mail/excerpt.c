#include "mail/excerpt.h"

#include <string.h>

/* The words of a line without the '>' that quote it; *ret_trim bytes of the first one are '>' as well. */
static size_t content_of(const struct lines *lines, const struct line *line, size_t *ret_trim)
{
	const struct folded *folded = lines->folded;
	size_t word = line->first_word;

	*ret_trim = 0;
	if (!line->quote_depth)
		return word;
	for (; word < line->end_word; word++) {
		struct str s = folded_slice(folded, word, word + 1);
		size_t angles = 0;

		while (angles < s.n && s.p[angles] == '>')
			angles++;
		if (angles < s.n) {
			*ret_trim = angles;
			break;
		}
	}
	return word;
}

static bool ends_sentence(struct str s)
{
	char last = s.n ? s.p[s.n - 1] : '\0';

	return last == '.' || last == '!' || last == '?' || last == ':';
}

/* True when the sentence of line `index` - 1 ends with that line. */
static bool breaks_before(const struct lines *lines, size_t index)
{
	const struct line *line = &lines->items[index];
	struct str original = line_original(lines, index);

	if (line->paragraph || index == 0)
		return true;
	if (line_wraps(lines, index - 1))
		return false;
	/* short lines that go on in lower case were broken by somebody's narrow window */
	return !(original.n && original.p[0] >= 'a' && original.p[0] <= 'z') ||
	       ends_sentence(lines->items[index - 1].folded);
}

struct maker {
	const struct lines *lines;
	char *text;
	size_t n;
	struct fold_word *words;
	size_t word_count;
	struct excerpt_line *out;
	size_t line_count;
	size_t last; /* index of the line taken before; SIZE_MAX: none */
};

static void add_line(struct maker *m, size_t index)
{
	const struct line *line = &m->lines->items[index];
	const struct folded *folded = m->lines->folded;
	size_t trim, first = content_of(m->lines, line, &trim), start;
	bool adjoins = m->last != SIZE_MAX && m->last + 1 == index;
	struct str slice;

	if (first >= line->end_word)
		return;
	start = folded->words[first].folded + trim;
	slice = folded_slice(folded, first, line->end_word);
	slice = str_sub(slice, trim, slice.n);
	if (m->n)
		m->text[m->n++] = adjoins ? ' ' : '\n';
	m->out[m->line_count++] = (struct excerpt_line){
	    .first_word = (uint32_t)m->word_count,
	    .source = (uint32_t)index,
	    .breaks = !adjoins || breaks_before(m->lines, index),
	};
	for (size_t i = first; i < line->end_word; i++) {
		struct fold_word word = folded->words[i];

		word.folded = (uint32_t)(m->n + (i == first ? 0 : word.folded - start));
		m->words[m->word_count++] = word;
	}
	memcpy(m->text + m->n, slice.p, slice.n);
	m->n += slice.n;
	m->last = index;
}

enum status excerpt_make(const struct lines *lines, enum line_part first, enum line_part second, struct arena *arena,
			 struct excerpt *ret_excerpt)
{
	struct maker m = {.lines = lines, .last = SIZE_MAX};
	size_t bytes = 0, words = 0, count = 0;

	*ret_excerpt = (struct excerpt){.folded.text = {"", 0}, .folded.original = lines->folded->original};
	for (size_t i = 0; i < lines->count; i++) {
		const struct line *line = &lines->items[i];

		if (line->part != first && line->part != second)
			continue;
		bytes += line->folded.n + 1;
		words += line->end_word - line->first_word;
		count++;
	}
	m.text = arena_alloc(arena, bytes + 1);
	m.words = arena_calloc(arena, words, sizeof *m.words);
	m.out = arena_calloc(arena, count, sizeof *m.out);
	if (!m.text || !m.words || !m.out)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < lines->count; i++)
		if (lines->items[i].part == first || lines->items[i].part == second)
			add_line(&m, i);
	m.text[m.n] = '\0';
	ret_excerpt->folded.text = (struct str){m.text, m.n};
	ret_excerpt->folded.words = m.words;
	ret_excerpt->folded.word_count = m.word_count;
	ret_excerpt->lines = m.out;
	ret_excerpt->line_count = m.line_count;
	return STATUS_OK;
}

enum status excerpt_cut(const struct excerpt *excerpt, size_t first, size_t end, struct arena *arena,
			struct folded *ret_folded)
{
	struct str slice = folded_slice(&excerpt->folded, first, end);
	struct fold_word *words;
	char *text;

	*ret_folded = (struct folded){.text = {"", 0}, .original = excerpt->folded.original};
	if (first >= end)
		return STATUS_OK;
	text = arena_strndup(arena, slice.p, slice.n);
	words = arena_calloc(arena, end - first, sizeof *words);
	if (!text || !words)
		return STATUS_NO_MEMORY;
	for (size_t i = first; i < end; i++) {
		words[i - first] = excerpt->folded.words[i];
		words[i - first].folded -= excerpt->folded.words[first].folded;
	}
	ret_folded->text = (struct str){text, slice.n};
	ret_folded->words = words;
	ret_folded->word_count = end - first;
	return STATUS_OK;
}

size_t excerpt_line_end(const struct excerpt *excerpt, size_t index)
{
	return index + 1 < excerpt->line_count ? excerpt->lines[index + 1].first_word : excerpt->folded.word_count;
}
