#include "mail/html_tag.h"

#include <string.h>

struct tag {
	const char *name;
	enum html_tag tag;
};

/* Ordered by name. */
static const struct tag tags[] = {
    {"a", HTML_LINK},         {"address", HTML_BLOCK},    {"area", HTML_LINK},     {"article", HTML_BLOCK},
    {"audio", HTML_SKIP},     {"blockquote", HTML_QUOTE}, {"body", HTML_BLOCK},    {"br", HTML_BREAK},
    {"canvas", HTML_SKIP},    {"caption", HTML_BLOCK},    {"center", HTML_BLOCK},  {"dd", HTML_BLOCK},
    {"dir", HTML_BLOCK},      {"div", HTML_BLOCK},        {"dl", HTML_BLOCK},      {"dt", HTML_BLOCK},
    {"fieldset", HTML_BLOCK}, {"figure", HTML_BLOCK},     {"font", HTML_FONT},     {"footer", HTML_BLOCK},
    {"form", HTML_BLOCK},     {"h1", HTML_PARAGRAPH},     {"h2", HTML_PARAGRAPH},  {"h3", HTML_PARAGRAPH},
    {"h4", HTML_PARAGRAPH},   {"h5", HTML_PARAGRAPH},     {"h6", HTML_PARAGRAPH},  {"head", HTML_SKIP},
    {"header", HTML_BLOCK},   {"hr", HTML_BLOCK},         {"iframe", HTML_SKIP},   {"img", HTML_IMAGE},
    {"legend", HTML_BLOCK},   {"li", HTML_ITEM},          {"main", HTML_BLOCK},    {"menu", HTML_BLOCK},
    {"nav", HTML_BLOCK},      {"noembed", HTML_SKIP},     {"noframes", HTML_SKIP}, {"object", HTML_SKIP},
    {"ol", HTML_BLOCK},       {"option", HTML_BLOCK},     {"p", HTML_PARAGRAPH},   {"plaintext", HTML_PRE},
    {"pre", HTML_PRE},        {"script", HTML_SKIP},      {"section", HTML_BLOCK}, {"style", HTML_STYLE},
    {"svg", HTML_SKIP},       {"table", HTML_BLOCK},      {"tbody", HTML_BLOCK},   {"td", HTML_CELL},
    {"template", HTML_SKIP},  {"tfoot", HTML_BLOCK},      {"th", HTML_CELL},       {"thead", HTML_BLOCK},
    {"title", HTML_SKIP},     {"tr", HTML_BLOCK},         {"ul", HTML_BLOCK},      {"video", HTML_SKIP},
};

enum html_tag html_tag_find(const char *name)
{
	size_t low = 0, high = sizeof tags / sizeof *tags;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = name[0] - tags[middle].name[0];

		if (!order)
			order = strcmp(name, tags[middle].name);
		if (!order)
			return tags[middle].tag;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return HTML_INLINE;
}
