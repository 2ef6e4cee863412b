#include "mail/html.h"

#include "mail/html_element.h"
#include "mail/html_guard.h"
#include "mail/html_role.h"
#include "mail/html_text.h"

#include <libxml/HTMLparser.h>
#include <string.h>

enum {
	CHUNK = 32 * 1024,      /* bytes fed at a time; the clock is looked at in between */
	STYLE_MAX = 256 * 1024, /* bytes of style sheets */
	VISIBLE_MAX = 500,      /* bytes of a link's visible text */
	TARGET_MAX = 8 * 1024,  /* bytes of a link's target */
	OVERFLOW_MAX = 50,      /* open elements beyond the depth limit, before the rest is given up */
	CONDITION_MAX = 200,    /* bytes of "<![if ...]>" */
	FEW_WORDS = 5           /* visible beside at least as many hidden ones: then everything counts as visible */
};

struct html {
	struct readable *readable;
	struct html_text text;
	struct list stack; /* of struct html_element; the root is never taken off */
	size_t overflow;   /* open elements beyond the depth limit */
	struct html_sheet *sheet;
	struct buf css;      /* of the <style> element that is open */
	enum text_role role; /* all the part has, unless TEXT_AUTHOR */
	struct str target;   /* of the link that is open */
	size_t link_start;   /* its visible text in the readable text */
	size_t hidden_words;
	bool in_link;
	bool gmail_fresh; /* a Gmail container was opened and has no text yet */
	bool show_all;    /* second reading: what is hidden is shown, links and facts were taken before */
	bool stopped;
};

static struct html_element *top(const struct html *html)
{
	return list_at(&html->stack, html->stack.count - 1);
}

/* At most `max` bytes of valid UTF-8, without half a character at the end. */
static struct str cut_utf8(struct str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return str_sub(s, 0, max);
}

static void close_link(struct html *html)
{
	struct str text = buf_str(&html->readable->text), visible;
	char *copy;

	if (!html->in_link)
		return;
	html->in_link = false;
	visible = cut_utf8(str_trim(str_sub(text, html->link_start, text.n)), VISIBLE_MAX);
	copy = arena_strndup(html->readable->arena, visible.p, visible.n);
	if (!copy) {
		html->readable->failed = true;
		return;
	}
	for (size_t i = 0; i < visible.n; i++)
		if (copy[i] == '\n')
			copy[i] = ' ';
	readable_add_link(html->readable, html->target, (struct str){copy, visible.n});
}

/* The target as a browser takes it: no line ends or tabs inside (WHATWG URL). Empty for what leads nowhere. */
static struct str clean_target(struct html *html, struct str href)
{
	struct str target = {.n = 0};
	char *copy;

	href = str_trim(cut_utf8(href, TARGET_MAX));
	if (!href.n || href.p[0] == '#' || str_starts_nocase(href, STR("cid:")) ||
	    str_starts_nocase(href, STR("javascript:")) || str_starts_nocase(href, STR("data:")))
		return STR("");
	copy = arena_strndup(html->readable->arena, href.p, href.n);
	if (!copy) {
		html->readable->failed = true;
		return STR("");
	}
	target.p = copy;
	for (size_t i = 0; i < href.n; i++)
		if ((unsigned char)href.p[i] > '\r' || !strchr("\t\r\n", href.p[i]))
			copy[target.n++] = href.p[i];
	copy[target.n] = '\0';
	return target;
}

static void open_link(struct html *html, const struct html_element *element, struct str href)
{
	struct str target;

	close_link(html);
	if (html->show_all)
		return;
	target = clean_target(html, href);
	if (!target.n)
		return;
	if (strcmp(element->name, "area") == 0) {
		readable_add_link(html->readable, target, STR(""));
		return;
	}
	html->in_link = true;
	html->target = target;
	html->link_start = html->readable->text.n;
}

static bool is_remote(struct str source)
{
	source = str_trim(source);
	return str_starts_nocase(source, STR("http://")) || str_starts_nocase(source, STR("https://")) ||
	       str_starts(source, STR("//"));
}

static bool is_older_text(enum text_role role)
{
	return role == TEXT_QUOTE || role == TEXT_FORWARD;
}

static void see_image(struct html *html, const struct html_element *element, const struct html_attributes *attributes)
{
	readable_add_unseen(html->readable, attributes->alt);
	if (is_remote(attributes->src) && !is_older_text(element->role) &&
	    (element->tiny || element->gone || element->invisible))
		html->readable->facts->tracking_pixel = true;
}

/* Everything that is open becomes a quote: an Outlook header stands beside what it introduces, not around it. */
static void quote_ancestors(struct html *html)
{
	for (size_t i = 0; i < html->stack.count; i++) {
		struct html_element *element = list_at(&html->stack, i);

		if (element->role == TEXT_AUTHOR)
			element->role = TEXT_QUOTE;
	}
}

static void set_role(struct html *html, struct html_element *element, const struct html_attributes *attributes)
{
	enum html_container container =
	    html_container_find(element->tag == HTML_QUOTE, attributes->classes, attributes->id, attributes->type);

	if (container == CONTAINER_NONE || html->role != TEXT_AUTHOR ||
	    (element->role != TEXT_AUTHOR && !element->role_soft))
		return;
	element->role_soft = container == CONTAINER_SOFT_QUOTE;
	element->role = TEXT_QUOTE;
	if (container == CONTAINER_FORWARD)
		element->role = TEXT_FORWARD;
	else if (container == CONTAINER_FOOTER)
		element->role = TEXT_FOOTER;
	else if (container == CONTAINER_MARKER)
		quote_ancestors(html);
	else if (container == CONTAINER_GMAIL)
		element->gmail = html->gmail_fresh = true;
}

static void begin_layout(struct html *html, const struct html_element *element)
{
	switch (element->tag) {
	case HTML_BREAK:
		html_text_newline(&html->text);
		break;
	case HTML_PARAGRAPH:
	case HTML_QUOTE:
	case HTML_PRE:
		html_text_break(&html->text, 2);
		break;
	case HTML_BLOCK:
		html_text_break(&html->text, 1);
		break;
	case HTML_ITEM:
		html_text_break(&html->text, 1);
		if (html_element_shows(element))
			html_text_add(&html->text, STR("- "), false, element->role, element->role_soft);
		break;
	case HTML_CELL:
		html_text_space(&html->text);
		break;
	default:
		break;
	}
}

static void end_layout(struct html *html, const struct html_element *element)
{
	switch (element->tag) {
	case HTML_PARAGRAPH:
	case HTML_QUOTE:
	case HTML_PRE:
		html_text_break(&html->text, 2);
		break;
	case HTML_BLOCK:
	case HTML_ITEM:
		html_text_break(&html->text, 1);
		break;
	case HTML_CELL:
		html_text_space(&html->text);
		break;
	default:
		break;
	}
}

/* True when there is room for one more open element. */
static bool descend(struct html *html)
{
	if (html->stack.count <= html->readable->limits->html_depth && !html->overflow)
		return true;
	html->readable->facts->limits |= MAIL_LIMIT_HTML_DEPTH;
	html->overflow++;
	if (html->overflow > OVERFLOW_MAX)
		html->stopped = true;
	return false;
}

static void start_element(void *context, const xmlChar *name, const xmlChar **atts)
{
	struct html *html = context;
	struct html_attributes attributes;
	struct html_element element, *place;

	if (html->stopped || !descend(html))
		return;
	attributes = html_attributes_read(atts);
	element = html_element_open((const char *)name, &attributes, html->sheet, html->stack.items, html->stack.count);
	if (!element.skipped) {
		set_role(html, &element, &attributes);
		begin_layout(html, &element);
		if (element.tag == HTML_LINK && attributes.href.p)
			open_link(html, &element, attributes.href);
		else if (element.tag == HTML_IMAGE)
			see_image(html, &element, &attributes);
	}
	place = list_push(&html->stack);
	if (place)
		*place = element;
	else
		html->readable->failed = html->stopped = true;
}

/* Behind a <blockquote> in Gmail's container stands what was answered below it. */
static void leave_gmail_quote(struct html *html)
{
	size_t at = html->stack.count;

	while (at > 1 && !((struct html_element *)list_at(&html->stack, at - 1))->gmail)
		at--;
	for (; at > 1 && at <= html->stack.count; at++) {
		struct html_element *element = list_at(&html->stack, at - 1);

		if (element->role != TEXT_QUOTE)
			return;
		element->role = TEXT_AUTHOR;
	}
}

static void read_sheet(struct html *html)
{
	if (!html_sheet_add(&html->sheet, buf_str(&html->css), html->readable->arena) || buf_failed(&html->css))
		html->readable->failed = true;
	buf_clear(&html->css);
}

static void end_element(void *context, const xmlChar *name)
{
	struct html *html = context;
	const struct html_element *element;

	if (html->stopped)
		return;
	if (html->overflow) {
		html->overflow--;
		return;
	}
	element = top(html);
	if (html->stack.count < 2 || strcmp(element->name, (const char *)name) != 0)
		return;
	html->stack.count--; /* the element stays where it is until the next one is opened */
	if (element->tag == HTML_STYLE)
		read_sheet(html);
	if (element->skipped)
		return;
	if (element->tag == HTML_LINK)
		close_link(html);
	end_layout(html, element);
	if (element->tag == HTML_QUOTE && html->role == TEXT_AUTHOR && !element->gmail)
		leave_gmail_quote(html);
}

/* A Gmail container that opens with a dashed line holds a forwarded message, not a quote. */
static void see_forward(struct html *html, struct str text)
{
	struct str start = str_trim(text);

	if (!start.n)
		return;
	html->gmail_fresh = false;
	for (size_t i = 0; i < html->stack.count && str_starts(start, STR("-----")); i++) {
		struct html_element *element = list_at(&html->stack, i);

		if (element->role == TEXT_QUOTE)
			element->role = TEXT_FORWARD;
	}
}

static void characters(void *context, const xmlChar *ch, int len)
{
	struct html *html = context;
	struct str text = {(const char *)ch, len > 0 ? (size_t)len : 0};
	const struct html_element *element = top(html);

	if (html->stopped)
		return;
	if (element->tag == HTML_STYLE) {
		if (html->css.n < STYLE_MAX)
			buf_add_str(&html->css, text);
		return;
	}
	if (element->skipped)
		return;
	if (html->gmail_fresh)
		see_forward(html, text);
	if (html->show_all || html_element_shows(element)) {
		html_text_add(&html->text, text, element->keep_lines, element->role, element->role_soft);
		return;
	}
	readable_add_unseen(html->readable, text);
	if (!is_older_text(element->role))
		html->hidden_words += html_text_words(text);
}

/* The end of the chunk that begins at `at`: not inside a character. */
static size_t chunk_end(struct str html, size_t at)
{
	size_t end = html.n - at > CHUNK ? at + CHUNK : html.n;

	while (end < html.n && ((unsigned char)html.p[end] & 0xc0) == 0x80)
		end++;
	return end;
}

/* Offset behind "name" and ">" at `at`, blanks allowed between them; STR_NONE when something else stands there. */
static size_t behind_name(struct str html, size_t at, struct str name)
{
	if (!str_starts_nocase(str_sub(html, at, name.n), name))
		return STR_NONE;
	for (at += name.n; at < html.n && ascii_is_space(html.p[at]);)
		at++;
	return at < html.n && html.p[at] == '>' ? at + 1 : STR_NONE;
}

/*
 * Offset behind what stands at the "<" and must not reach the parser, or STR_NONE. Behind </body> and </html> it would
 * stop, but people go on reading; "<![if !mso]>" it would take for text. "<![endif]-->" ends a comment and stays.
 */
static size_t behind_dropped(struct str html, size_t at)
{
	size_t behind;

	if (at + 2 >= html.n)
		return STR_NONE;
	if (html.p[at + 1] == '/') {
		behind = behind_name(html, at + 2, STR("body"));
		return behind != STR_NONE ? behind : behind_name(html, at + 2, STR("html"));
	}
	if (html.p[at + 1] != '!' || html.p[at + 2] != '[')
		return STR_NONE;
	behind = str_find_byte(str_sub(html, 0, at + CONDITION_MAX), at, '>');
	return behind == STR_NONE || html.p[behind - 1] == '-' ? STR_NONE : behind + 1;
}

/* Offset of the next thing at or behind `at` that is dropped; the end when there is none. */
static size_t find_dropped(struct str html, size_t at, size_t *ret_behind)
{
	for (at = str_find_byte(html, at, '<'); at != STR_NONE; at = str_find_byte(html, at + 1, '<')) {
		size_t behind = behind_dropped(html, at);

		if (behind == STR_NONE)
			continue;
		*ret_behind = behind;
		return at;
	}
	*ret_behind = html.n;
	return html.n;
}

static void feed_piece(struct html *html, htmlParserCtxtPtr parser, struct str piece)
{
	for (size_t at = 0; at < piece.n && !html->stopped && readable_time_left(html->readable);) {
		size_t end = chunk_end(piece, at);

		htmlParseChunk(parser, piece.p + at, (int)(end - at), 0);
		at = end;
	}
}

static void feed(struct html *html, struct str text)
{
	xmlSAXHandler sax = {
	    .startElement = start_element,
	    .endElement = end_element,
	    .characters = characters,
	    .ignorableWhitespace = characters,
	    .cdataBlock = characters,
	    .initialized = 1,
	};
	htmlParserCtxtPtr parser = htmlCreatePushParserCtxt(&sax, html, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);

	if (!parser) {
		html->readable->failed = true;
		return;
	}
	htmlCtxtUseOptions(parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
				       HTML_PARSE_IGNORE_ENC | HTML_PARSE_NODEFDTD);
	for (size_t at = 0, behind; at < text.n; at = behind) {
		size_t end = find_dropped(text, at, &behind);

		feed_piece(html, parser, str_sub(text, at, end - at));
	}
	if (!html->stopped)
		htmlParseChunk(parser, NULL, 0, 1);
	htmlFreeParserCtxt(parser);
}

/* One reading of the part; returns the number of words that were hidden. */
static size_t read_once(struct readable *readable, struct str text, bool show_all)
{
	struct html html = {
	    .readable = readable,
	    .text = html_text_make(readable),
	    .stack = list_make(sizeof(struct html_element), readable->arena),
	    .css = buf_make(readable->arena),
	    .role = readable->role,
	    .show_all = show_all,
	};
	size_t first_span, start = readable->text.n;
	struct html_element *root = list_push(&html.stack);

	if (!root) {
		readable->failed = true;
		return 0;
	}
	*root = html_element_root();
	root->role = readable->role;
	readable_flush(readable);
	first_span = readable->spans.count;
	feed(&html, text);
	close_link(&html);
	readable_set_role(readable, html.role, false);
	readable_flush(readable);
	readable_settle_quotes(readable, first_span, start);
	return html.hidden_words;
}

void html_add(struct readable *readable, struct str html)
{
	size_t start = readable->text.n, hidden;
	size_t length = html_guard_length(html);

	if (length < html.n)
		readable->facts->limits |= MAIL_LIMIT_HTML_DEPTH;
	html.n = length;
	hidden = read_once(readable, html, false);
	readable->facts->hidden_words += hidden;
	readable->facts->hidden_text |= hidden > 0;
	if (hidden >= FEW_WORDS &&
	    html_text_words(str_sub(buf_str(&readable->text), start, readable->text.n)) < FEW_WORDS) {
		readable_remove(readable, start, readable->text.n);
		read_once(readable, html, true);
	}
}
