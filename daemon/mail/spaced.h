/*
 * spaced - joins words that were split into letters. Private to folding.
 */
#ifndef COLDSHOULDER_MAIL_SPACED_H
#define COLDSHOULDER_MAIL_SPACED_H

#include "mail/fold_draft.h"

/* Joins letters that blanks or points split ("l i n k e d i n", "s.o.r.r.y"): five at least. Only shortens. */
void spaced_join(struct fold_draft *draft);

#endif
