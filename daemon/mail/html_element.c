#include "mail/html_element.h"

#include "mail/html_color.h"

#include <string.h>

enum {
	LINK_COLOR = 0x0000ee, /* what browsers paint links with */
	OFF_SCREEN = -500      /* pixels */
};

static struct str *attribute_place(struct html_attributes *attributes, const char *name)
{
	switch (name[0]) {
	case 'a':
		return strcmp(name, "alt") == 0 ? &attributes->alt : NULL;
	case 'b':
		if (strcmp(name, "bgcolor") == 0)
			return &attributes->bgcolor;
		return strcmp(name, "background") == 0 ? &attributes->background : NULL;
	case 'c':
		if (strcmp(name, "class") == 0)
			return &attributes->classes;
		return strcmp(name, "color") == 0 ? &attributes->color : NULL;
	case 'h':
		if (strcmp(name, "href") == 0)
			return &attributes->href;
		return strcmp(name, "height") == 0 ? &attributes->height : NULL;
	case 'i':
		return strcmp(name, "id") == 0 ? &attributes->id : NULL;
	case 's':
		if (strcmp(name, "style") == 0)
			return &attributes->style;
		return strcmp(name, "src") == 0 ? &attributes->src : NULL;
	case 't':
		if (strcmp(name, "type") == 0)
			return &attributes->type;
		return strcmp(name, "text") == 0 ? &attributes->color : NULL;
	case 'w':
		return strcmp(name, "width") == 0 ? &attributes->width : NULL;
	default:
		return NULL;
	}
}

struct html_attributes html_attributes_read(const unsigned char *const *attributes)
{
	struct html_attributes read = {0};

	for (; attributes && attributes[0]; attributes += 2) {
		const char *name = (const char *)attributes[0];
		struct str *place = attribute_place(&read, name);

		if (place && !place->p)
			*place = str_of((const char *)attributes[1]);
		else if (strcmp(name, "hidden") == 0)
			read.hidden = true;
	}
	return read;
}

struct html_element html_element_root(void)
{
	return (struct html_element){.name = "", .font_size = 16, .color = 0x000000, .background = 0xffffff};
}

/* A length in pixels, `fallback` where it is not given or depends on the window. */
static float pixels(const struct style_value *value, float font_size, float fallback)
{
	if (!value->set || value->unit == STYLE_PERCENT || value->unit == STYLE_OTHER_UNIT)
		return fallback;
	return value->unit == STYLE_EM ? value->number * font_size : value->number;
}

static bool is_off_screen(const struct html_style *style, float font_size)
{
	static const enum style_property places[] = {STYLE_LEFT, STYLE_TOP, STYLE_RIGHT, STYLE_BOTTOM};
	const struct style_value *values = style->values;

	if (values[STYLE_POSITION].set && values[STYLE_POSITION].number == 0) {
		if (values[STYLE_CLIP].set && values[STYLE_CLIP].number == 0)
			return true;
		for (size_t i = 0; i < sizeof places / sizeof *places; i++)
			if (pixels(&values[places[i]], font_size, 0) <= OFF_SCREEN)
				return true;
	}
	return pixels(&values[STYLE_TEXT_INDENT], font_size, 0) <= OFF_SCREEN ||
	       pixels(&values[STYLE_MARGIN_LEFT], font_size, 0) <= OFF_SCREEN ||
	       pixels(&values[STYLE_MARGIN_TOP], font_size, 0) <= OFF_SCREEN;
}

static bool has_no_size(const struct html_style *style, float font_size)
{
	static const enum style_property sizes[] = {STYLE_WIDTH, STYLE_HEIGHT, STYLE_MAX_WIDTH, STYLE_MAX_HEIGHT};
	const struct style_value *values = style->values;

	if (pixels(&values[STYLE_MAX_HEIGHT], font_size, 100) < 1)
		return true;
	if (!values[STYLE_OVERFLOW].set || values[STYLE_OVERFLOW].number != 0)
		return false;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		if (pixels(&values[sizes[i]], font_size, 100) < 2)
			return true;
	return false;
}

static float font_size_of(const struct style_value *value, float parent)
{
	float size = parent;

	if (value->set && (value->unit == STYLE_EM || value->unit == STYLE_PERCENT))
		size = parent * value->number;
	else if (value->set && value->unit == STYLE_PX)
		size = value->number;
	return size < 0 ? parent : size > 1000 ? 1000 : size;
}

static void apply(struct html_element *element, const struct html_style *style, float parent_font_size)
{
	const struct style_value *values = style->values;

	element->font_size = font_size_of(&values[STYLE_FONT_SIZE], parent_font_size);
	if ((values[STYLE_DISPLAY].set && values[STYLE_DISPLAY].number == 0) ||
	    (values[STYLE_OPACITY].set && values[STYLE_OPACITY].number < 0.05f) ||
	    has_no_size(style, element->font_size) || is_off_screen(style, element->font_size))
		element->gone = true;
	if (values[STYLE_VISIBILITY].set)
		element->invisible = values[STYLE_VISIBILITY].number == 0;
	if (values[STYLE_COLOR].set)
		element->color = (int)values[STYLE_COLOR].number;
	if (values[STYLE_BACKGROUND].set && (int)values[STYLE_BACKGROUND].number != HTML_COLOR_TRANSPARENT)
		element->background = (int)values[STYLE_BACKGROUND].number;
	if (values[STYLE_WHITE_SPACE].set)
		element->keep_lines = values[STYLE_WHITE_SPACE].number == 0;
	element->tiny = pixels(&values[STYLE_WIDTH], element->font_size, 100) <= 2 &&
			pixels(&values[STYLE_HEIGHT], element->font_size, 100) <= 2;
}

/* What attributes of HTML say comes first; style sheets go over it (HTML 4.01 section 14). */
static void declare_attributes(struct html_style *style, const struct html_attributes *attributes)
{
	struct style_value *values = style->values;

	if (attributes->bgcolor.n)
		values[STYLE_BACKGROUND] =
		    (struct style_value){.number = (float)html_color(attributes->bgcolor), .set = true};
	if (attributes->background.n)
		values[STYLE_BACKGROUND] = (struct style_value){.number = HTML_COLOR_UNKNOWN, .set = true};
	if (attributes->color.n)
		values[STYLE_COLOR] = (struct style_value){.number = (float)html_color(attributes->color), .set = true};
	if (attributes->width.n)
		values[STYLE_WIDTH] = html_length(attributes->width);
	if (attributes->height.n)
		values[STYLE_HEIGHT] = html_length(attributes->height);
}

/* True when attributes may change how an element looks. */
static bool declare_looks(const struct html_attributes *attributes)
{
	return attributes->style.n || attributes->bgcolor.n || attributes->background.n || attributes->color.n ||
	       attributes->width.n || attributes->height.n;
}

struct html_element html_element_open(const char *name, const struct html_attributes *attributes,
				      struct html_sheet *sheet, const struct html_element *stack, size_t count)
{
	const struct html_element *parent = &stack[count - 1];
	struct html_element element = *parent;
	struct html_style style = {0};

	element.name = name;
	element.tag = html_tag_find(name);
	element.gmail = false;
	element.tiny = false;
	element.skipped |= element.tag == HTML_SKIP || element.tag == HTML_STYLE;
	element.gone |= attributes->hidden;
	if (element.skipped)
		return element;
	if (element.tag == HTML_PRE)
		element.keep_lines = true;
	if (element.tag == HTML_LINK && attributes->href.n)
		element.color = LINK_COLOR;
	if (!sheet && !declare_looks(attributes))
		return element;
	declare_attributes(&style, attributes);
	if (sheet) {
		element.sheet = html_sheet_element(str_of(name), attributes->id, attributes->classes);
		html_sheet_apply(sheet, &element.sheet, &stack[0].sheet, count, sizeof *stack, &style);
	}
	if (attributes->style.n)
		html_style_declare(&style, attributes->style);
	apply(&element, &style, parent->font_size);
	return element;
}

bool html_element_shows(const struct html_element *element)
{
	return !element->gone && !element->invisible && element->font_size >= 2 &&
	       element->color != HTML_COLOR_TRANSPARENT && !html_color_same(element->color, element->background);
}
