#include "mail/quote.h"

#include "mail/attribution.h"
#include "mail/wording.h"

enum {
	FRAGMENT_WORDS = 4,      /* what is left of a quoted line that somebody wrapped */
	WRAPPED_LINE_BYTES = 60, /* lines are wrapped when they are about so long */
	MARKER_WORDS = 12,
	BLOCK_LINES = 10, /* lines in which a header block must show itself */
	BLOCK_LABELS = 3,
	LABEL_BYTES = 36
};

static void mark_angles(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		if (lines->items[i].quote_depth && lines->items[i].part == LINE_BODY)
			lines->items[i].part = LINE_QUOTE;
}

static bool starts_lower(struct str original)
{
	return original.n && original.p[0] >= 'a' && original.p[0] <= 'z';
}

/* A word or two between quoted lines, which some program wrapped off the line above. */
static void mark_fragments(struct lines *lines)
{
	for (size_t i = 1; i + 1 < lines->count; i++) {
		struct line *line = &lines->items[i];
		const struct line *above = line - 1, *below = line + 1;

		if (line->part == LINE_BODY && above->quote_depth && below->quote_depth && !line->paragraph &&
		    !below->paragraph && line->words <= FRAGMENT_WORDS &&
		    above->end - above->start >= WRAPPED_LINE_BYTES && starts_lower(line_original(lines, i)))
			line->part = LINE_QUOTE;
	}
}

static bool is_dash(char c)
{
	return c == '-' || c == '_' || c == '=' || c == '*' || c == ' ' || c == '>' || c == '#' || c == '~';
}

static struct str strip_dashes(struct str s)
{
	while (s.n && is_dash(s.p[0]))
		s = str_sub(s, 1, s.n);
	while (s.n && is_dash(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* "----- Original Message -----", or the words alone with a colon behind them. */
static bool is_marker(const struct line *line, enum wording wording)
{
	struct str s = line->folded, words = strip_dashes(s);
	size_t end;
	bool dashed = s.n > words.n + 1 && is_dash(s.p[0]);

	if (line->words > MARKER_WORDS || !words.n || !(dashed || words.p[words.n - 1] == ':'))
		return false;
	if (!wording_starts(wording, words, &end))
		return false;
	words = strip_dashes(str_sub(words, end, words.n));
	return dashed || words.n == 0 || (words.n == 1 && words.p[0] == ':');
}

/* Marks from a forward marker to its end marker, or to the end of the part. */
static void mark_forward(struct lines *lines, size_t start)
{
	size_t end = start + 1;

	while (end < lines->count && !lines->items[end].part_start)
		if (is_marker(&lines->items[end++], WORDING_FORWARD_END))
			break;
	lines_mark(lines, start, end, LINE_FORWARD);
}

enum label { LABEL_NONE = 0, LABEL_FROM = 1, LABEL_DATE = 2, LABEL_TO = 4, LABEL_SUBJECT = 8 };

/* The header label that a line begins with. */
static enum label label_of(struct str folded)
{
	static const enum wording wordings[] = {WORDING_LABEL_FROM, WORDING_LABEL_DATE, WORDING_LABEL_TO,
						WORDING_LABEL_SUBJECT};
	struct str s = strip_dashes(folded);
	size_t colon = str_find_byte(str_sub(s, 0, LABEL_BYTES), 0, ':');
	struct str label;

	if (colon == STR_NONE)
		return LABEL_NONE;
	label = strip_dashes(str_sub(s, 0, colon));
	for (size_t i = 0; i < sizeof wordings / sizeof wordings[0]; i++) {
		size_t end;

		if (wording_starts(wordings[i], label, &end) && end == label.n)
			return (enum label)(1 << i);
	}
	return LABEL_NONE;
}

size_t quote_header_block(const struct lines *lines, size_t index, size_t *ret_from)
{
	unsigned int seen = 0;
	size_t labels = 0, end = index;

	if (label_of(lines->items[index].folded) == LABEL_NONE)
		return 0;
	for (size_t i = index; i < lines->count && i < index + BLOCK_LINES; i++) {
		enum label label = label_of(lines->items[i].folded);

		if (lines->items[i].part_start && i > index)
			break;
		if (label == LABEL_NONE) {
			/* a long list of recipients wraps; anything else ends the block */
			if (lines->items[i].paragraph || i > end + 3)
				break;
			continue;
		}
		if (label == LABEL_FROM)
			*ret_from = i;
		if (!(seen & label))
			labels++;
		seen |= label;
		end = i + 1;
	}
	if (labels < BLOCK_LABELS || !(seen & LABEL_FROM) || !(seen & (LABEL_DATE | LABEL_SUBJECT)))
		return 0;
	return end - index;
}

/* Marks quotations that run to the end of the part, from what announces them. */
static void mark_tails(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		const struct line *line = &lines->items[i];
		size_t from;

		if (line->part != LINE_BODY)
			continue;
		if (is_marker(line, WORDING_FORWARDED)) {
			mark_forward(lines, i);
		} else if (is_marker(line, WORDING_ORIGINAL_MESSAGE) || quote_header_block(lines, i, &from)) {
			if (i && lines->items[i - 1].ruler && lines->items[i - 1].part == LINE_BODY)
				lines->items[i - 1].part = LINE_QUOTE;
			lines_mark(lines, i, lines_part_end(lines, i), LINE_QUOTE);
		}
	}
}

static void mark_attributions(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		bool strong, quoted_below = i + 1 < lines->count && lines->items[i + 1].part == LINE_QUOTE;
		size_t start;

		if (lines->items[i].part != LINE_BODY || !attribution_ends_at(lines, i, &strong, &start))
			continue;
		if (quoted_below)
			lines_mark(lines, start, i + 1, LINE_QUOTE);
		else if (strong)
			lines_mark(lines, start, lines_part_end(lines, i), LINE_QUOTE);
	}
}

void quote_mark(struct lines *lines)
{
	mark_angles(lines);
	mark_fragments(lines);
	mark_tails(lines);
	mark_attributions(lines);
}
