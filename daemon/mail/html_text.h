/*
 * html_text - visible characters of HTML as lines of text: white space collapsed, blocks on lines of their own.
 */
#ifndef COLDSHOULDER_MAIL_HTML_TEXT_H
#define COLDSHOULDER_MAIL_HTML_TEXT_H

#include "mail/readable.h"

struct html_text {
	struct readable *readable;
	size_t start;          /* of this part in the readable text */
	unsigned int newlines; /* due before the next character: 1 a line end, 2 a blank line */
	bool space;            /* due if no line end is */
	size_t padding;        /* invisible characters in the run that is being read */
	char held[8];          /* its first ones: they are kept where they join two letters */
	size_t held_length;
};

struct html_text html_text_make(struct readable *readable);

/* Adds characters in a role; `keep_lines` as in <pre>. Runs of invisible characters are left out, and long ones noted.
 */
void html_text_add(struct html_text *text, struct str characters, bool keep_lines, enum text_role role, bool soft);

/* Ends the line (1) or the paragraph (2), unless that is done already. */
void html_text_break(struct html_text *text, unsigned int newlines);

/* One more line end, as <br>. */
void html_text_newline(struct html_text *text);

/* A blank before the next character. */
void html_text_space(struct html_text *text);

/* Number of words in characters that are not shown; invisible characters are none. */
size_t html_text_words(struct str characters);

#endif
