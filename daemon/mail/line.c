#include "mail/line.h"

#include "base/list.h"

enum {
	RULER_MIN = 5,
	WRAPPED_MIN = 45,  /* bytes of a line that was wrapped: shorter ones end where the author ended them */
	WRAPPED_MAX = 130, /* longer ones come from programs that do not wrap */
	WIDEN_LINES = 25
};

static bool is_ruler(struct str original)
{
	size_t unit = 1;

	if (original.n < RULER_MIN || ascii_is_alnum(original.p[0]))
		return false;
	/* box-drawing and horizontal bar characters have three bytes */
	if ((unsigned char)original.p[0] >= 0x80)
		unit = (unsigned char)original.p[0] == 0xe2 ? 3 : 0;
	if (!unit || original.n < RULER_MIN * unit)
		return false;
	for (size_t i = unit; i < original.n; i++)
		if (original.p[i] != original.p[i - unit])
			return false;
	return true;
}

static uint8_t quote_depth_of(struct str original)
{
	uint8_t depth = 0;

	if (str_starts(original, STR(">From ")))
		return 0;
	for (size_t i = 0; i < original.n && depth < 100; i++) {
		if (original.p[i] == '>')
			depth++;
		else if (original.p[i] != ' ' && original.p[i] != '\t')
			break;
	}
	return depth;
}

static enum line_part part_of(enum text_role role)
{
	switch (role) {
	case TEXT_QUOTE:
		return LINE_QUOTE;
	case TEXT_FORWARD:
		return LINE_FORWARD;
	case TEXT_FOOTER:
	case TEXT_AUTHOR:
		break;
	}
	return LINE_BODY;
}

struct splitter {
	const struct message *message;
	const struct folded *folded;
	struct list lines;
	size_t span;
	size_t word;
	bool paragraph;
	bool part_start;
};

/* The role at offset `at`; offsets only grow. */
static enum text_role role_at(struct splitter *s, size_t at)
{
	while (s->span < s->message->span_count && s->message->spans[s->span].end <= at)
		s->span++;
	if (s->span < s->message->span_count && s->message->spans[s->span].start <= at)
		return s->message->spans[s->span].role;
	return TEXT_AUTHOR;
}

/* Adds the line original[start, end) unless no word begins in it. */
static bool add_line(struct splitter *s, size_t start, size_t end)
{
	struct str original = str_sub(s->folded->original, start, end - start), trimmed = str_trim(original);
	size_t first = s->word;
	enum text_role role;
	struct line *line;

	while (s->word < s->folded->word_count && s->folded->words[s->word].original < end)
		s->word++;
	if (s->word == first) {
		s->paragraph = true;
		s->part_start |= str_find_byte(original, 0, '\f') != STR_NONE;
		return true;
	}
	line = list_push(&s->lines);
	if (!line)
		return false;
	start += (size_t)(trimmed.p - original.p);
	role = role_at(s, start);
	*line = (struct line){
	    .start = (uint32_t)start,
	    .end = (uint32_t)(start + trimmed.n),
	    .first_word = (uint32_t)first,
	    .end_word = (uint32_t)s->word,
	    .words = (uint32_t)folded_weight(s->folded, first, s->word),
	    .folded = folded_slice(s->folded, first, s->word),
	    .quote_depth = quote_depth_of(trimmed),
	    .paragraph = s->paragraph,
	    .part_start = s->part_start,
	    .ruler = is_ruler(trimmed),
	    .marked_footer = role == TEXT_FOOTER,
	    .part = part_of(role),
	};
	s->paragraph = s->part_start = false;
	return true;
}

enum status lines_split(const struct message *message, const struct folded *folded, struct arena *arena,
			struct lines *ret_lines)
{
	struct splitter s = {
	    .message = message,
	    .folded = folded,
	    .lines = list_make(sizeof(struct line), arena),
	    .paragraph = true,
	    .part_start = true,
	};
	struct str text = folded->original;
	size_t start = 0;

	*ret_lines = (struct lines){.folded = folded};
	while (start < text.n && s.word < folded->word_count) {
		size_t end = str_find_byte(text, start, '\n');

		if (end == STR_NONE)
			end = text.n;
		if (!add_line(&s, start, end))
			return STATUS_NO_MEMORY;
		start = end + 1;
	}
	ret_lines->items = s.lines.items;
	ret_lines->count = s.lines.count;
	return STATUS_OK;
}

struct str line_original(const struct lines *lines, size_t index)
{
	const struct line *line = &lines->items[index];

	return str_sub(lines->folded->original, line->start, line->end - line->start);
}

static bool starts_item(struct str original)
{
	size_t digits = 0;

	while (digits < original.n && ascii_is_digit(original.p[digits]))
		digits++;
	if (digits)
		return digits < 3 && digits < original.n && (original.p[digits] == '.' || original.p[digits] == ')');
	return original.n > 1 &&
	       ((original.p[1] == ' ' && !ascii_is_alnum(original.p[0])) || str_starts(original, STR("\xe2\x80\xa2")));
}

bool line_wraps(const struct lines *lines, size_t index)
{
	const struct line *line = &lines->items[index], *next = line + 1;
	size_t length = line->end - line->start;

	return index + 1 < lines->count && !next->paragraph && next->part == line->part && !line->ruler &&
	       !next->ruler && length >= WRAPPED_MIN && length <= WRAPPED_MAX &&
	       !starts_item(line_original(lines, index + 1));
}

void lines_widen(const struct lines *lines, size_t *start, size_t *end)
{
	for (size_t i = 0; i < WIDEN_LINES && *start && line_wraps(lines, *start - 1); i++)
		--*start;
	for (size_t i = 0; i < WIDEN_LINES && *end && *end < lines->count && line_wraps(lines, *end - 1); i++)
		++*end;
}

size_t lines_part_end(const struct lines *lines, size_t index)
{
	size_t end = index + 1;

	while (end < lines->count && !lines->items[end].part_start)
		end++;
	return end;
}

void lines_mark(struct lines *lines, size_t start, size_t end, enum line_part part)
{
	for (size_t i = start; i < end; i++)
		if (lines->items[i].part == LINE_BODY)
			lines->items[i].part = part;
}

size_t lines_words(const struct lines *lines, size_t start, size_t end, enum line_part part)
{
	size_t words = 0;

	for (size_t i = start; i < end; i++)
		if (lines->items[i].part == part)
			words += lines->items[i].words;
	return words;
}

struct str lines_folded(const struct lines *lines, size_t start, size_t end)
{
	if (start >= end)
		return (struct str){"", 0};
	return folded_slice(lines->folded, lines->items[start].first_word, lines->items[end - 1].end_word);
}
