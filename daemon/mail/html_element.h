/*
 * html_element - one open HTML element: how text in it looks, and whether a reader can see it.
 */
#ifndef COLDSHOULDER_MAIL_HTML_ELEMENT_H
#define COLDSHOULDER_MAIL_HTML_ELEMENT_H

#include "mail/html_sheet.h"
#include "mail/html_tag.h"
#include "mail/message.h"

/* The attributes that matter; missing ones are empty with p == NULL. */
struct html_attributes {
	struct str style;
	struct str classes;
	struct str id;
	struct str type;
	struct str href;
	struct str src;
	struct str alt;
	struct str width;
	struct str height;
	struct str bgcolor;
	struct str background;
	struct str color; /* of <font>, or text of <body> */
	bool hidden;
};

struct html_element {
	struct sheet_element sheet; /* first: html_sheet_apply() strides over these */
	const char *name;
	enum html_tag tag;
	enum text_role role;
	bool role_soft;
	bool gmail;      /* Gmail's quote container */
	bool skipped;    /* never shown: scripts, titles */
	bool gone;       /* hidden, and nothing inside can change that */
	bool invisible;  /* visibility: hidden */
	bool keep_lines; /* white-space: pre */
	bool tiny;       /* at most 2 x 2 pixels by its own width and height */
	float font_size; /* CSS pixels */
	int color;
	int background;
};

/* Reads SAX attributes: name, value, ..., NULL; `attributes` may be NULL. */
struct html_attributes html_attributes_read(const unsigned char *const *attributes);

/* The root: black on white, 16 pixels. */
struct html_element html_element_root(void);

/* A child of `stack[count - 1]` as its attributes and `sheet` (NULL: none) make it look. */
struct html_element html_element_open(const char *name, const struct html_attributes *attributes,
				      struct html_sheet *sheet, const struct html_element *stack, size_t count);

/* True when a reader sees text of this element. */
bool html_element_shows(const struct html_element *element);

#endif
