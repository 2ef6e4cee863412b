/*
 * html_color - colours as CSS (CSS Color 3) and HTML attributes write them.
 */
#ifndef COLDSHOULDER_MAIL_HTML_COLOR_H
#define COLDSHOULDER_MAIL_HTML_COLOR_H

#include "base/str.h"

/* What is no colour. */
enum { HTML_COLOR_TRANSPARENT = -1, HTML_COLOR_UNKNOWN = -2 };

/* 0xRRGGBB of "#fff", "rgb(255, 255, 255)", "white" or "FFFFFF"; or HTML_COLOR_*. */
int html_color(struct str text);

/* True when a reader cannot tell text of one colour from a background of the other; false for what is no colour. */
bool html_color_same(int a, int b);

#endif
