/*
 * pattern_split - the alternatives of a PCRE2 pattern, as patterns of their own: "one|two (or|and) three" is "one" and
 * "two (or|and) three". Each has literals and places of its own, so that the seldom one is not looked for wherever the
 * common one may stand. Pure, any thread.
 */
#ifndef COLDSHOULDER_ENGINE_PATTERN_SPLIT_H
#define COLDSHOULDER_ENGINE_PATTERN_SPLIT_H

#include "base/str.h"

/*
 * The alternatives of `pattern`, slices of it, in their order; returns how many: one, when it has no others. The first
 * match of the pattern is the first of theirs, and of several at one place that of the first. 0: it cannot be told
 * apart, because there are more than `max` (at least one), or it has what reaches from one alternative into another:
 * references, groups with names, options, verbs.
 */
size_t pattern_split(struct str pattern, struct str *ret_parts, size_t max);

#endif
