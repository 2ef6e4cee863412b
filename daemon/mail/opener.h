/*
 * opener - where cold mail gives itself away: the first sentences behind the greeting, and the last ones before the
 * signature.
 */
#ifndef COLDSHOULDER_MAIL_OPENER_H
#define COLDSHOULDER_MAIL_OPENER_H

#include "mail/excerpt.h"
#include "mail/names.h"

/*
 * Words [*ret_first, *ret_end) of the author's excerpt: whole sentences, about 60 words, never more than 80 but for
 * pleasantries ("hope you are well"), which are in it and do not count. The whole when there is only a greeting.
 */
void opener_find(const struct excerpt *excerpt, const struct names *recipients, size_t *ret_first, size_t *ret_end);

/* The last two or three sentences before word `end`, about 50 words, none of them before word `start`. */
void closing_find(const struct excerpt *excerpt, size_t start, size_t end, size_t *ret_first, size_t *ret_end);

#endif
