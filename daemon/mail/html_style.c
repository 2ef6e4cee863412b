#include "mail/html_style.h"

#include "mail/html_color.h"

#include <string.h>

enum { NUMBER_MAX = 32 };

struct length_unit {
	struct str name;
	float factor; /* to CSS pixels or ems */
	enum style_unit unit;
};

static const struct length_unit units[] = {
    {STR_INIT("px"), 1.0f, STYLE_PX},      {STR_INIT("pt"), 4.0f / 3, STYLE_PX}, {STR_INIT("pc"), 16.0f, STYLE_PX},
    {STR_INIT("in"), 96.0f, STYLE_PX},     {STR_INIT("cm"), 37.8f, STYLE_PX},    {STR_INIT("mm"), 3.78f, STYLE_PX},
    {STR_INIT("em"), 1.0f, STYLE_EM},      {STR_INIT("ex"), 0.5f, STYLE_EM},     {STR_INIT("rem"), 16.0f, STYLE_PX},
    {STR_INIT("%"), 0.01f, STYLE_PERCENT},
};

/* A number without locale, sign and fraction allowed; *ret_rest is what stands behind it. */
static bool read_number(struct str text, float *ret_number, struct str *ret_rest)
{
	float number = 0, scale = 1;
	bool negative = text.n && text.p[0] == '-', any = false;
	size_t i = text.n && (text.p[0] == '-' || text.p[0] == '+') ? 1 : 0;

	for (; i < text.n && i < NUMBER_MAX && ascii_is_digit(text.p[i]); i++, any = true)
		number = number * 10 + (float)(text.p[i] - '0');
	if (i < text.n && text.p[i] == '.')
		for (i++; i < text.n && i < NUMBER_MAX && ascii_is_digit(text.p[i]); i++, any = true)
			number += (float)(text.p[i] - '0') * (scale /= 10);
	*ret_number = negative ? -number : number;
	*ret_rest = str_sub(text, i, text.n);
	return any;
}

struct style_value html_length(struct str text)
{
	struct style_value value = {.unit = STYLE_OTHER_UNIT};
	struct str rest;

	if (!read_number(str_trim(text), &value.number, &rest))
		return value;
	value.set = true;
	rest = str_trim(rest);
	if (!rest.n)
		value.unit = STYLE_PX;
	for (size_t i = 0; rest.n && i < sizeof units / sizeof *units; i++) {
		if (rest.n != units[i].name.n || !str_equal_nocase(rest, units[i].name))
			continue;
		value.number *= units[i].factor;
		value.unit = (uint8_t)units[i].unit;
		break;
	}
	if (value.number > -1e-6f && value.number < 1e-6f)
		value.unit = STYLE_PX;
	return value;
}

static struct style_value flag(bool zero)
{
	return (struct style_value){.number = zero ? 0 : 1, .set = true};
}

static struct style_value color_value(int color)
{
	return (struct style_value){.number = (float)color, .set = true};
}

static struct style_value font_size(struct str text)
{
	static const struct {
		const char *name;
		float px;
	} names[] = {{"medium", 16},  {"small", 13},   {"large", 18},   {"x-small", 10},
		     {"x-large", 24}, {"initial", 16}, {"xx-small", 9}, {"xx-large", 32}};

	for (size_t i = 0; text.n && ascii_is_alpha(text.p[0]) && i < sizeof names / sizeof *names; i++)
		if (str_equal_nocase(text, str_of(names[i].name)))
			return (struct style_value){.number = names[i].px, .set = true};
	return html_length(text);
}

/* "background" may be a colour, an image, or both with positions: the colour counts unless there is an image. */
static struct style_value background(struct str text)
{
	struct str word, rest = text;

	if (str_find_nocase(text, 0, STR("url(")) != STR_NONE || str_find_nocase(text, 0, STR("gradient")) != STR_NONE)
		return color_value(HTML_COLOR_UNKNOWN);
	if (str_starts_nocase(text, STR("rgb")) || str_starts_nocase(text, STR("hsl")))
		return color_value(html_color(text));
	while (str_split(&rest, ' ', &word)) {
		int color = html_color(word);

		if (color != HTML_COLOR_UNKNOWN)
			return color_value(color);
	}
	return str_equal_nocase(text, STR("none")) ? color_value(HTML_COLOR_TRANSPARENT) : (struct style_value){0};
}

/* "margin: top right bottom left" in its four forms: only top and left matter. */
static void margin(struct html_style *style, struct str text, bool important)
{
	struct str word, rest = text, words[4];
	size_t count = 0;

	while (count < 4 && str_split(&rest, ' ', &word))
		if (str_trim(word).n)
			words[count++] = str_trim(word);
	if (!count)
		return;
	style->values[STYLE_MARGIN_TOP] = html_length(words[0]);
	style->values[STYLE_MARGIN_TOP].important = important;
	style->values[STYLE_MARGIN_LEFT] = html_length(words[count == 4 ? 3 : count == 1 ? 0 : 1]);
	style->values[STYLE_MARGIN_LEFT].important = important;
}

static bool clips_all(struct str text)
{
	return str_starts_nocase(text, STR("rect(0")) || str_starts_nocase(text, STR("inset(100%")) ||
	       str_starts_nocase(text, STR("inset(50%"));
}

static struct style_value keyword(struct str value, const char *zero, const char *also_zero)
{
	return flag(str_equal_nocase(value, str_of(zero)) || (also_zero && str_equal_nocase(value, str_of(also_zero))));
}

enum reader {
	READ_KEYWORD,
	READ_LENGTH,
	READ_NUMBER,
	READ_FONT_SIZE,
	READ_COLOR,
	READ_BACKGROUND,
	READ_OVERFLOW,
	READ_WHITE_SPACE,
	READ_CLIP,
	READ_MARGIN
};

struct property {
	struct str name;
	enum style_property property;
	enum reader reader;
	const char *zero; /* READ_KEYWORD: the words that give 0 */
	const char *also_zero;
};

/* Ordered by name. */
static const struct property properties[] = {
    {STR_INIT("background"), STYLE_BACKGROUND, READ_BACKGROUND, NULL, NULL},
    {STR_INIT("background-color"), STYLE_BACKGROUND, READ_COLOR, NULL, NULL},
    {STR_INIT("background-image"), STYLE_BACKGROUND, READ_BACKGROUND, NULL, NULL},
    {STR_INIT("bottom"), STYLE_BOTTOM, READ_LENGTH, NULL, NULL},
    {STR_INIT("clip"), STYLE_CLIP, READ_CLIP, NULL, NULL},
    {STR_INIT("clip-path"), STYLE_CLIP, READ_CLIP, NULL, NULL},
    {STR_INIT("color"), STYLE_COLOR, READ_COLOR, NULL, NULL},
    {STR_INIT("display"), STYLE_DISPLAY, READ_KEYWORD, "none", NULL},
    {STR_INIT("font-size"), STYLE_FONT_SIZE, READ_FONT_SIZE, NULL, NULL},
    {STR_INIT("height"), STYLE_HEIGHT, READ_LENGTH, NULL, NULL},
    {STR_INIT("left"), STYLE_LEFT, READ_LENGTH, NULL, NULL},
    {STR_INIT("margin"), STYLE_MARGIN_TOP, READ_MARGIN, NULL, NULL},
    {STR_INIT("margin-left"), STYLE_MARGIN_LEFT, READ_LENGTH, NULL, NULL},
    {STR_INIT("margin-top"), STYLE_MARGIN_TOP, READ_LENGTH, NULL, NULL},
    {STR_INIT("max-height"), STYLE_MAX_HEIGHT, READ_LENGTH, NULL, NULL},
    {STR_INIT("max-width"), STYLE_MAX_WIDTH, READ_LENGTH, NULL, NULL},
    {STR_INIT("opacity"), STYLE_OPACITY, READ_NUMBER, NULL, NULL},
    {STR_INIT("overflow"), STYLE_OVERFLOW, READ_OVERFLOW, NULL, NULL},
    {STR_INIT("overflow-y"), STYLE_OVERFLOW, READ_OVERFLOW, NULL, NULL},
    {STR_INIT("position"), STYLE_POSITION, READ_KEYWORD, "absolute", "fixed"},
    {STR_INIT("right"), STYLE_RIGHT, READ_LENGTH, NULL, NULL},
    {STR_INIT("text-indent"), STYLE_TEXT_INDENT, READ_LENGTH, NULL, NULL},
    {STR_INIT("top"), STYLE_TOP, READ_LENGTH, NULL, NULL},
    {STR_INIT("visibility"), STYLE_VISIBILITY, READ_KEYWORD, "hidden", "collapse"},
    {STR_INIT("white-space"), STYLE_WHITE_SPACE, READ_WHITE_SPACE, NULL, NULL},
    {STR_INIT("width"), STYLE_WIDTH, READ_LENGTH, NULL, NULL},
};

static const struct property *find_property(struct str name)
{
	char first = name.n ? ascii_lower(name.p[0]) : '\0';

	for (size_t i = 0; i < sizeof properties / sizeof *properties && properties[i].name.p[0] <= first; i++)
		if (properties[i].name.p[0] == first && str_equal_nocase(name, properties[i].name))
			return &properties[i];
	return NULL;
}

static struct style_value read_value(const struct property *property, struct str value)
{
	struct style_value number;

	switch (property->reader) {
	case READ_KEYWORD:
		return keyword(value, property->zero, property->also_zero);
	case READ_LENGTH:
		return html_length(value);
	case READ_NUMBER:
		number = html_length(value);
		number.unit = STYLE_PX;
		return number;
	case READ_FONT_SIZE:
		return font_size(value);
	case READ_COLOR:
		return str_equal_nocase(value, STR("inherit")) ? (struct style_value){0}
							       : color_value(html_color(value));
	case READ_BACKGROUND:
		return background(value);
	case READ_OVERFLOW:
		return flag(str_find_nocase(value, 0, STR("hidden")) != STR_NONE);
	case READ_WHITE_SPACE:
		return flag(str_starts_nocase(value, STR("pre")));
	case READ_CLIP:
		return flag(clips_all(value));
	case READ_MARGIN:
		break;
	}
	return (struct style_value){0};
}

static void declare(struct html_style *style, struct str name, struct str value, bool important)
{
	const struct property *property = find_property(name);
	struct style_value read;

	if (!property || (style->values[property->property].important && !important))
		return;
	value = str_trim(value);
	if (property->reader == READ_MARGIN) {
		margin(style, value, important);
		return;
	}
	read = read_value(property, value);
	if (!read.set)
		return;
	read.important = important;
	style->values[property->property] = read;
}

/* The parts of one declaration, as offsets: "name: value ! important;". */
struct declaration {
	size_t colon; /* STR_NONE: there is none */
	size_t mark;  /* the exclamation mark, or `end` */
	size_t end; /* a semicolon outside of quotes and parentheses ("url(data:...;base64,...)"), or the end of all */
};

/* True for what may begin or end a part of a declaration. Without a branch: most characters are none of these. */
static bool is_mark(unsigned char c)
{
	const uint64_t marks = UINT64_C(1) << '!' | UINT64_C(1) << '"' | UINT64_C(1) << '\'' | UINT64_C(1) << '(' |
			       UINT64_C(1) << ')' | UINT64_C(1) << ':' | UINT64_C(1) << ';';

	return (c < 64) & (marks >> (c & 63)) & 1;
}

static struct declaration find_declaration(struct str text, size_t at)
{
	struct declaration found = {STR_NONE, STR_NONE, text.n};
	char quote = '\0';
	bool inside = false;

	for (; at < text.n; at++) {
		char c = text.p[at];

		if (!is_mark((unsigned char)c))
			continue;
		if (c == ':' && found.colon == STR_NONE)
			found.colon = at;
		else if (c == '!' && found.mark == STR_NONE && found.colon != STR_NONE)
			found.mark = at;
		if (quote)
			quote = c == quote ? '\0' : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '(' || c == ')')
			inside = c == '(';
		else if (c == ';' && !inside)
			break;
	}
	found.end = at;
	if (found.mark == STR_NONE)
		found.mark = at;
	return found;
}

void html_style_declare(struct html_style *style, struct str declarations)
{
	for (size_t at = 0; at < declarations.n;) {
		struct declaration found = find_declaration(declarations, at);

		if (found.colon != STR_NONE)
			declare(style, str_trim(str_sub(declarations, at, found.colon - at)),
				str_sub(declarations, found.colon + 1, found.mark - found.colon - 1),
				found.mark < found.end);
		at = found.end + 1;
	}
}
