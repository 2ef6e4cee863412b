/*
 * line - the readable text as lines, each with its words of the folding and what it is taken for.
 *
 * Telling the author's words from the rest is a sequence of passes over these lines (author.c); each pass looks only at
 * lines that are still LINE_BODY. Blank lines are not kept.
 */
#ifndef COLDSHOULDER_MAIL_LINE_H
#define COLDSHOULDER_MAIL_LINE_H

#include "mail/folded.h"
#include "mail/message.h"

enum line_part {
	LINE_BODY,  /* the author's own words, until something else is known */
	LINE_OLDER, /* the same author's earlier words, quoted below (a reminder of an unanswered mail) */
	LINE_QUOTE,
	LINE_FORWARD,
	LINE_SIGNATURE,
	LINE_FOOTER /* legal, list, unsubscribe and platform footers, "Sent from my ..." */
};

struct line {
	uint32_t start; /* original[start, end): the line without blanks at its ends */
	uint32_t end;
	uint32_t first_word; /* words[first_word, end_word) of the folding begin in this line; at least one */
	uint32_t end_word;
	uint32_t words;      /* as a reader counts: two characters of an unspaced script are one */
	struct str folded;   /* the line's slice of the folded text */
	uint8_t quote_depth; /* number of '>' in front */
	bool paragraph;      /* a blank line, or nothing, stands before it */
	bool part_start;     /* the first line of a text part: what was said of the end of one part ends here */
	bool ruler;          /* five or more of one punctuation mark, nothing else */
	bool marked_footer;  /* in a span that the structure marks as a signature or footer */
	enum line_part part;
};

struct lines {
	struct line *items;
	size_t count;
	const struct folded *folded;
};

/* Splits message->text, which `folded` is the folding of, and applies the message's spans. STATUS_NO_MEMORY. */
enum status lines_split(const struct message *message, const struct folded *folded, struct arena *arena,
			struct lines *ret_lines);

/* The bytes of the line as they came, trimmed. */
struct str line_original(const struct lines *lines, size_t index);

/* True when line `index` + 1 goes on where `index` was wrapped: no blank line, and the line is long enough. */
bool line_wraps(const struct lines *lines, size_t index);

/* Widens [*start, *end) over lines that wrapped from or to it, 25 at most in each direction. */
void lines_widen(const struct lines *lines, size_t *start, size_t *end);

/* Index behind the text part that line `index` is in. */
size_t lines_part_end(const struct lines *lines, size_t index);

/* Makes all lines in [start, end) that are still LINE_BODY `part`. */
void lines_mark(struct lines *lines, size_t start, size_t end, enum line_part part);

/* Words, as a reader counts them, of the lines in [start, end) that are `part`. */
size_t lines_words(const struct lines *lines, size_t start, size_t end, enum line_part part);

/* The folded text of lines [start, end), which must follow one another. */
struct str lines_folded(const struct lines *lines, size_t start, size_t end);

#endif
