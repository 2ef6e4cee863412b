/*
 * wording_phrases - the tables behind wording.h. Folded form; more than one byte each, but for header labels: shorter
 * ones are not found by wording_find().
 */
#ifndef COLDSHOULDER_MAIL_WORDING_PHRASES_H
#define COLDSHOULDER_MAIL_WORDING_PHRASES_H

#include "mail/wording.h"

struct wording_phrases {
	const char *const *items;
	size_t count;
};

extern const struct wording_phrases wording_phrases[WORDING_KINDS];

#endif
