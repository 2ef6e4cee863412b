/*
 * literal_cost - how often a literal is to be expected in mail, so that rare ones are looked for and common ones not.
 *
 * An estimate from its letters and words, and a table of the commonest words of thirteen languages. Being wrong costs
 * time, nothing else. Pure; any thread.
 */
#ifndef COLDSHOULDER_ENGINE_LITERAL_COST_H
#define COLDSHOULDER_ENGINE_LITERAL_COST_H

#include "base/str.h"

/*
 * Expected occurrences of `text` (folded, not empty) in 1,000 bytes of mail. `whole_left`, `whole_right`: only those
 * count that have neither letter nor digit on that side.
 */
double literal_cost(struct str text, bool whole_left, bool whole_right);

#endif
