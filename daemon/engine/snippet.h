/*
 * snippet - the beginning of a longer text, for evidence and messages. Pure.
 */
#ifndef COLDSHOULDER_ENGINE_SNIPPET_H
#define COLDSHOULDER_ENGINE_SNIPPET_H

#include "base/str.h"

/* At most `max` bytes of `text`, cut at a blank of the second half or at least between two UTF-8 characters, trimmed.
 */
struct str snippet(struct str text, size_t max);

#endif
