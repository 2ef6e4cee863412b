/*
 * html - what a reader sees of an HTML part: text with its block structure, links, quote containers.
 *
 * By libxml2's push parser, without a tree. Hidden text is left out and counted.
 */
#ifndef COLDSHOULDER_MAIL_HTML_H
#define COLDSHOULDER_MAIL_HTML_H

#include "mail/readable.h"

/*
 * Adds the visible text of `html` (valid UTF-8) with its spans and links to `readable`, and sets the facts hidden_text,
 * hidden_words, tracking_pixel and the limits that were hit.
 */
void html_add(struct readable *readable, struct str html);

#endif
