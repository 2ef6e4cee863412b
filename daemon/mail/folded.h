/*
 * folded - reading a folding by its words. Pure.
 */
#ifndef COLDSHOULDER_MAIL_FOLDED_H
#define COLDSHOULDER_MAIL_FOLDED_H

#include "mail/fold.h"

/* Offset behind the last byte of word `word`. */
size_t folded_word_end(const struct folded *folded, size_t word);

/* The folded text of words [first, end). */
struct str folded_slice(const struct folded *folded, size_t first, size_t end);

/* Words [first, end) as a reader counts them: two characters of a script without blanks are one word. */
size_t folded_weight(const struct folded *folded, size_t first, size_t end);

#endif
