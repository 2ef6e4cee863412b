/*
 * sentence - an excerpt as sentences: by punctuation (Latin, CJK and Devanagari), paragraphs and list items.
 */
#ifndef COLDSHOULDER_MAIL_SENTENCE_H
#define COLDSHOULDER_MAIL_SENTENCE_H

#include "mail/excerpt.h"

/* The index behind the sentence that begins with word `first` of the excerpt: more than `first`, at most the count. */
size_t sentence_end(const struct excerpt *excerpt, size_t first);

/* The first word of the sentence that ends before word `end` (which is not 0). */
size_t sentence_start(const struct excerpt *excerpt, size_t end);

#endif
