/*
 * lookalike - letters of other scripts that pass for Latin ones. Private to folding.
 */
#ifndef COLDSHOULDER_MAIL_LOOKALIKE_H
#define COLDSHOULDER_MAIL_LOOKALIKE_H

#include "mail/fold_draft.h"

/*
 * Maps Cyrillic and Greek letters that pass for Latin ones: in words of mixed scripts, and in words made of nothing
 * else that stand among Latin words. Only shortens. False when out of memory.
 */
bool lookalike_map(struct fold_draft *draft, struct arena *arena);

#endif
