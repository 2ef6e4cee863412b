/*
 * pattern_check - what a pattern's author should know before it is used: letters that folded text never contains,
 * ASCII classes beside other scripts, repeats that cost more than the text is long.
 */
#ifndef COLDSHOULDER_ENGINE_PATTERN_CHECK_H
#define COLDSHOULDER_ENGINE_PATTERN_CHECK_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/* Called for each finding; `what` and `hint` are valid during the call only, `hint` may be NULL. */
typedef void pattern_finding(void *context, enum severity severity, const char *what, const char *hint);

/*
 * Looks through a pattern that PCRE2 has accepted. `folded`: it is for folded text, where upper-case letters are an
 * error and other letters that folding changes a warning. `arena` holds short-lived strings. Pure.
 */
void pattern_check(struct str pattern, bool folded, struct arena *arena, pattern_finding *found, void *context);

#endif
