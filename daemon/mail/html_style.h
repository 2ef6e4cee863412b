/*
 * html_style - as much of CSS as hides text from a reader (CSS 2.1, CSS Color 3).
 *
 * Pure functions over declarations as they stand in style attributes and style sheets (html_sheet.h).
 */
#ifndef COLDSHOULDER_MAIL_HTML_STYLE_H
#define COLDSHOULDER_MAIL_HTML_STYLE_H

#include "base/str.h"

#include <stdint.h>

enum style_property {
	STYLE_DISPLAY,    /* 0: none */
	STYLE_VISIBILITY, /* 0: hidden or collapse */
	STYLE_OPACITY,
	STYLE_FONT_SIZE,
	STYLE_COLOR,      /* 0xRRGGBB, or HTML_COLOR_* */
	STYLE_BACKGROUND, /* likewise */
	STYLE_WIDTH,
	STYLE_HEIGHT,
	STYLE_MAX_WIDTH,
	STYLE_MAX_HEIGHT,
	STYLE_OVERFLOW, /* 0: hidden */
	STYLE_POSITION, /* 0: absolute or fixed */
	STYLE_LEFT,
	STYLE_TOP,
	STYLE_RIGHT,
	STYLE_BOTTOM,
	STYLE_TEXT_INDENT,
	STYLE_MARGIN_LEFT,
	STYLE_MARGIN_TOP,
	STYLE_WHITE_SPACE, /* 0: line ends are kept */
	STYLE_CLIP,        /* 0: all is clipped away */
	STYLE_PROPERTIES
};

enum style_unit { STYLE_PX, STYLE_EM, STYLE_PERCENT, STYLE_OTHER_UNIT };

struct style_value {
	float number;
	uint8_t unit; /* enum style_unit */
	bool set;
	bool important;
};

struct html_style {
	struct style_value values[STYLE_PROPERTIES];
};

/* Reads "name: value; name: value" into `style`, over what is there. */
void html_style_declare(struct html_style *style, struct str declarations);

/* A length as in an HTML attribute ("1", "1px", "50%"). */
struct style_value html_length(struct str text);

#endif
