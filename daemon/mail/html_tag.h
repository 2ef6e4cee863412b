/*
 * html_tag - what an HTML element does to the text in it.
 */
#ifndef COLDSHOULDER_MAIL_HTML_TAG_H
#define COLDSHOULDER_MAIL_HTML_TAG_H

enum html_tag {
	HTML_INLINE,
	HTML_BLOCK,     /* begins and ends a line */
	HTML_PARAGRAPH, /* a blank line before and behind */
	HTML_CELL,      /* a blank behind */
	HTML_ITEM,      /* a line with a dash in front */
	HTML_BREAK,     /* <br> */
	HTML_QUOTE,     /* <blockquote> */
	HTML_PRE,
	HTML_LINK, /* <a>, <area> */
	HTML_FONT,
	HTML_IMAGE,
	HTML_STYLE, /* its text is a style sheet */
	HTML_SKIP   /* its text is not shown */
};

/* By the lower-case name of the element; HTML_INLINE for unknown ones. */
enum html_tag html_tag_find(const char *name);

#endif
