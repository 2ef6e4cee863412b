#include "mail/footer.h"

#include "mail/wording.h"

enum {
	LIST_WORDS = 80, /* a footer that runs to the end is not longer than this: nothing else may hide in it */
	PLATFORM_WORDS = 150,
	ARMOUR_WORDS = 8,
	TAIL_LINES = 8, /* lines of an address below an unsubscribe line */
	TAIL_LINE_WORDS = 12,
	LINK_LINE_WORDS = 6, /* "Unsubscribe | Preferences" */
	RULER_REACH = 4,     /* lines below a ruler in which the footer shows itself */
	RULERS_MAX = 20,     /* looked at, from the last one upwards */
	PLATFORM_LINES = 25  /* lines in which LinkedIn's footer names it */
};

/* Marks [start, end of part) when it is short enough to be a footer and nothing else. */
static bool mark_tail(struct lines *lines, size_t start, size_t words_max)
{
	size_t end = start, words = 0;

	do {
		words += lines->items[end].part == LINE_BODY ? lines->items[end].words : 0;
		end++;
	} while (words <= words_max && end < lines->count && !lines->items[end].part_start);
	if (words > words_max)
		return false;
	lines_mark(lines, start, end, LINE_FOOTER);
	return true;
}

static bool is_address_line(const struct line *line)
{
	char last = line->folded.p[line->folded.n - 1];
	size_t end;

	return line->words <= TAIL_LINE_WORDS && last != '?' && !wording_starts(WORDING_POSTSCRIPT, line->folded, &end);
}

static bool is_body(const struct lines *lines, size_t index)
{
	return index < lines->count && lines->items[index].part == LINE_BODY && !lines->items[index].part_start;
}

/* The postal address and the like below an unsubscribe line, when nothing but that follows. */
static void mark_address(struct lines *lines, size_t start)
{
	size_t end = start;

	while (end - start < TAIL_LINES && is_body(lines, end) && is_address_line(&lines->items[end]))
		end++;
	if (!is_body(lines, end))
		lines_mark(lines, start, end, LINE_FOOTER);
}

static void mark_block(struct lines *lines, size_t start, size_t end, enum wording wording)
{
	lines_widen(lines, &start, &end);
	if (wording == WORDING_BULK_FOOTER && wording_contains(WORDING_AUTHOR_SPEAKS, lines_folded(lines, start, end)))
		return;
	if (start && lines->items[start - 1].ruler)
		lines_mark(lines, start - 1, start, LINE_FOOTER);
	lines_mark(lines, start, end, LINE_FOOTER);
	if (wording == WORDING_BULK_FOOTER && end < lines->count)
		mark_address(lines, end);
}

/* Another phrase of disclaimers follows in the paragraph of line `first`, in which `hint` was found. */
static bool is_hinted_again(const struct lines *lines, const struct wording_index *index, struct str text, size_t first,
			    struct wording_match hint)
{
	struct str phrase = str_sub(text, hint.start, hint.end - hint.start);
	struct wording_match match = hint;
	size_t start = first, end = first + 1;
	struct str paragraph;
	size_t until;

	lines_widen(lines, &start, &end);
	paragraph = lines_folded(lines, start, end);
	until = (size_t)(paragraph.p - text.p) + paragraph.n;
	while (wording_find(index, text, match.end, &match) && match.start < until)
		if (match.wording == WORDING_LEGAL ||
		    (match.wording == WORDING_LEGAL_HINT &&
		     !str_equal(str_sub(text, match.start, match.end - match.start), phrase)))
			return true;
	return false;
}

static bool names_platform(const struct lines *lines, size_t start)
{
	size_t end = start;

	while (end < lines->count && end - start < PLATFORM_LINES && (end == start || !lines->items[end].part_start))
		end++;
	return str_find(lines_folded(lines, start, end), 0, STR("linkedin")) != STR_NONE;
}

/* A phrase was found that begins in line `first`, at its start or not, and ends in line `last`. */
static void mark_found(struct lines *lines, enum wording wording, bool at_start, size_t first, size_t last)
{
	switch (wording) {
	case WORDING_UNSUBSCRIBE:
		if (lines->items[first].words <= LINK_LINE_WORDS &&
		    !wording_contains(WORDING_AUTHOR_SPEAKS, lines->items[first].folded))
			lines_mark(lines, first, first + 1, LINE_FOOTER);
		break;
	case WORDING_PLATFORM_FOOTER:
		if (at_start && names_platform(lines, first) && !mark_tail(lines, first, PLATFORM_WORDS))
			mark_block(lines, first, last + 1, wording);
		break;
	default:
		mark_block(lines, first, last + 1, wording);
	}
}

/* Searches the lines [start, end), which are all LINE_BODY, for the phrases of footers. */
static void search(struct lines *lines, const struct wording_index *index, size_t start, size_t end)
{
	struct str text = lines_folded(lines, start, end);
	struct wording_match match;
	size_t line = start, from = 0;

	for (; wording_find(index, text, from, &match); from = match.end) {
		size_t last;

		while (line + 1 < end && (size_t)(lines->items[line + 1].folded.p - text.p) <= match.start)
			line++;
		last = line;
		while (last + 1 < end && (size_t)(lines->items[last + 1].folded.p - text.p) < match.end)
			last++;
		if (lines->items[line].part == LINE_BODY &&
		    (match.wording != WORDING_LEGAL_HINT || is_hinted_again(lines, index, text, line, match)))
			mark_found(lines, match.wording, lines->items[line].folded.p == text.p + match.start, line,
				   last);
	}
}

static void mark_phrases(struct lines *lines)
{
	static const enum wording kinds[] = {WORDING_LEGAL, WORDING_LEGAL_HINT, WORDING_UNSUBSCRIBE,
					     WORDING_BULK_FOOTER, WORDING_PLATFORM_FOOTER};
	struct wording_index index;

	wording_index_make(&index, kinds, sizeof kinds / sizeof kinds[0]);
	for (size_t i = 0, end; i < lines->count; i = end) {
		end = i + 1;
		if (lines->items[i].part != LINE_BODY)
			continue;
		while (end < lines->count && lines->items[end].part == LINE_BODY && !lines->items[end].part_start)
			end++;
		search(lines, &index, i, end);
	}
}

/* Below a ruler: the footer of a mailing list or of LinkedIn. */
static void mark_below_rulers(struct lines *lines)
{
	size_t rulers = 0;

	for (size_t i = lines->count; i-- > 0 && rulers < RULERS_MAX;) {
		size_t reach = i + 1;
		struct str below;

		if (!lines->items[i].ruler || lines->items[i].part != LINE_BODY)
			continue;
		rulers++;
		while (reach < lines->count && reach - i <= RULER_REACH && !lines->items[reach].part_start)
			reach++;
		below = lines_folded(lines, i + 1, reach);
		if (wording_contains(WORDING_PLATFORM_FOOTER, below) && names_platform(lines, i))
			mark_tail(lines, i, PLATFORM_WORDS);
		else if (wording_contains(WORDING_LIST_FOOTER, below))
			mark_tail(lines, i, LIST_WORDS);
	}
}

/* RFC 9580: the armour of a clear-signed message, and the signature below it. */
static void mark_pgp(struct lines *lines)
{
	bool inside = false;

	for (size_t i = 0; i < lines->count; i++) {
		struct line *line = &lines->items[i];
		struct str s = line->folded;

		if (line->part != LINE_BODY)
			continue;
		if (s.p[0] == '-' && str_starts(s, STR("-----begin pgp signed message")))
			line->part = LINE_FOOTER;
		else if (s.p[0] == '-' && str_starts(s, STR("-----begin pgp signature")))
			inside = true;
		else if (i && lines->items[i - 1].part == LINE_FOOTER && str_starts(s, STR("hash: sha")))
			line->part = LINE_FOOTER;
		inside = inside && line->words <= ARMOUR_WORDS;
		if (inside)
			line->part = LINE_FOOTER;
		if (s.p[0] == '-' && str_starts(s, STR("-----end pgp signature")))
			inside = false;
	}
}

void footer_mark(struct lines *lines)
{
	mark_pgp(lines);
	mark_below_rulers(lines);
	mark_phrases(lines);
}
