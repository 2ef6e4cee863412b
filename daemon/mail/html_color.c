#include "mail/html_color.h"

#include "mail/html_style.h"

#include <stdlib.h>
#include <string.h>

struct named_color {
	const char *name;
	int color;
};

/* The sixteen of HTML 4 and the near-whites of CSS that text is hidden in; ordered. */
static const struct named_color names[] = {
    {"aliceblue", 0xf0f8ff},   {"antiquewhite", 0xfaebd7}, {"aqua", 0x00ffff},          {"azure", 0xf0ffff},
    {"beige", 0xf5f5dc},       {"black", 0x000000},        {"blue", 0x0000ff},          {"cornsilk", 0xfff8dc},
    {"cyan", 0x00ffff},        {"darkblue", 0x00008b},     {"darkgray", 0xa9a9a9},      {"darkgrey", 0xa9a9a9},
    {"floralwhite", 0xfffaf0}, {"fuchsia", 0xff00ff},      {"gainsboro", 0xdcdcdc},     {"ghostwhite", 0xf8f8ff},
    {"gray", 0x808080},        {"green", 0x008000},        {"grey", 0x808080},          {"honeydew", 0xf0fff0},
    {"ivory", 0xfffff0},       {"lavender", 0xe6e6fa},     {"lavenderblush", 0xfff0f5}, {"lightgray", 0xd3d3d3},
    {"lightgrey", 0xd3d3d3},   {"lightyellow", 0xffffe0},  {"lime", 0x00ff00},          {"linen", 0xfaf0e6},
    {"magenta", 0xff00ff},     {"maroon", 0x800000},       {"mintcream", 0xf5fffa},     {"navy", 0x000080},
    {"oldlace", 0xfdf5e6},     {"olive", 0x808000},        {"orange", 0xffa500},        {"purple", 0x800080},
    {"red", 0xff0000},         {"seashell", 0xfff5ee},     {"silver", 0xc0c0c0},        {"snow", 0xfffafa},
    {"teal", 0x008080},        {"white", 0xffffff},        {"whitesmoke", 0xf5f5f5},    {"yellow", 0xffff00},
};

static int compare_name(const void *name, const void *color)
{
	return strcmp(name, ((const struct named_color *)color)->name);
}

static int hex_digit(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "rgb", "rgba", "rrggbb" or "rrggbbaa". */
static int hex_color(struct str text)
{
	int digit[8] = {0};

	if (text.n != 3 && text.n != 4 && text.n != 6 && text.n != 8)
		return HTML_COLOR_UNKNOWN;
	for (size_t i = 0; i < text.n; i++)
		if ((digit[i] = hex_digit(text.p[i])) < 0)
			return HTML_COLOR_UNKNOWN;
	if (text.n <= 4) {
		if (text.n == 4 && digit[3] == 0)
			return HTML_COLOR_TRANSPARENT;
		return digit[0] * 0x110000 + digit[1] * 0x1100 + digit[2] * 0x11;
	}
	if (text.n == 8 && digit[6] == 0)
		return HTML_COLOR_TRANSPARENT;
	return digit[0] << 20 | digit[1] << 16 | digit[2] << 12 | digit[3] << 8 | digit[4] << 4 | digit[5];
}

static int clamp_byte(float number)
{
	return number <= 0 ? 0 : number >= 255 ? 255 : (int)(number + 0.5f);
}

/* "rgb(r, g, b)", "rgba(r, g, b, a)", with commas or blanks. */
static int rgb_color(struct str text)
{
	float number[4] = {0, 0, 0, 1};
	size_t open = str_find_byte(text, 0, '('), count = 0;

	for (size_t at = open + 1; at < text.n && text.p[at] != ')' && count < 4;) {
		size_t start = at;
		struct style_value value;

		while (at < text.n && !strchr(", /)", text.p[at]))
			at++;
		value = html_length(str_sub(text, start, at - start));
		if (value.set && value.unit == STYLE_PERCENT && count < 3)
			value.number *= 255;
		if (value.set)
			number[count++] = value.number;
		if (at < text.n && text.p[at] != ')')
			at++;
	}
	if (count < 3)
		return HTML_COLOR_UNKNOWN;
	if (number[3] < 0.05f)
		return HTML_COLOR_TRANSPARENT;
	return clamp_byte(number[0]) << 16 | clamp_byte(number[1]) << 8 | clamp_byte(number[2]);
}

int html_color(struct str text)
{
	char name[16];
	const struct named_color *found;

	text = str_trim(text);
	if (str_starts(text, STR("#")))
		return hex_color(str_sub(text, 1, text.n));
	if (str_starts_nocase(text, STR("rgb")) && str_find_byte(text, 0, '(') != STR_NONE)
		return rgb_color(text);
	if (str_equal_nocase(text, STR("transparent")))
		return HTML_COLOR_TRANSPARENT;
	if (!text.n || text.n >= sizeof name)
		return HTML_COLOR_UNKNOWN;
	for (size_t i = 0; i <= text.n; i++)
		name[i] = i < text.n ? ascii_lower(text.p[i]) : '\0';
	found = bsearch(name, names, sizeof names / sizeof *names, sizeof *names, compare_name);
	return found ? found->color : hex_color(text);
}

bool html_color_same(int a, int b)
{
	enum { NEAR = 12 /* per channel */ };

	if (a < 0 || b < 0)
		return false;
	for (int shift = 0; shift < 24; shift += 8)
		if (abs((a >> shift & 0xff) - (b >> shift & 0xff)) > NEAR)
			return false;
	return true;
}
