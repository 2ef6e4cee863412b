/*
 * html_sheet - style sheets in HTML mail, as far as they can hide text (CSS 2.1, Selectors 3).
 *
 * Selectors of tags, classes and ids with descendant and child combinators; @media blocks only where they always apply.
 * Names are compared by hash. A sheet lives in its arena; not shared between threads.
 */
#ifndef COLDSHOULDER_MAIL_HTML_SHEET_H
#define COLDSHOULDER_MAIL_HTML_SHEET_H

#include "base/arena.h"
#include "mail/html_style.h"

enum { SHEET_CLASSES = 8 /* of one element that are heeded */ };

/* What selectors see of an element. */
struct sheet_element {
	uint32_t tag;
	uint32_t id; /* 0: none */
	uint32_t classes[SHEET_CLASSES];
	uint32_t class_count;
};

/* Fills in what selectors need to know; `classes` and `id` are attribute values and may be empty. */
struct sheet_element html_sheet_element(struct str tag, struct str id, struct str classes);

struct html_sheet;

/* Adds the rules of one <style> element to *sheet, which is created at the first. False when out of memory. */
bool html_sheet_add(struct html_sheet **sheet, struct str css, struct arena *arena);

/*
 * Applies the rules of `sheet` (NULL: none) that select `element`. `ancestors` are its `count` ancestors, outermost
 * first, `stride` bytes apart. The sheet keeps count of its work, and gives up rules with combinators beyond a bound.
 */
void html_sheet_apply(struct html_sheet *sheet, const struct sheet_element *element,
		      const struct sheet_element *ancestors, size_t count, size_t stride, struct html_style *style);

#endif
