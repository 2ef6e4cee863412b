/*
 * html_guard - how much of an HTML text may be handed to the HTML parser.
 *
 * The parser compares every attribute of a tag with all others of that tag, so a tag with a hundred thousand of them
 * would cost minutes. It also makes an error report of every stray "&" and "<".
 */
#ifndef COLDSHOULDER_MAIL_HTML_GUARD_H
#define COLDSHOULDER_MAIL_HTML_GUARD_H

#include "base/str.h"

/* The number of bytes of `html` in which no tag has too many attributes and not too many "&" and "<" are stray. Linear
 * in the length. */
size_t html_guard_length(struct str html);

#endif
