/*
 * fold_draft - folded text in the making, as the later steps of folding (split letters, look-alikes) change it in
 * place. Private to folding.
 */
#ifndef COLDSHOULDER_MAIL_FOLD_DRAFT_H
#define COLDSHOULDER_MAIL_FOLD_DRAFT_H

#include "mail/fold.h"

struct fold_draft {
	char *text; /* valid UTF-8, words separated by one blank or, in unspaced scripts, by nothing */
	size_t n;
	struct fold_word *words;
	size_t word_count;
	struct str original;
};

/* Offset behind the last byte of a word. */
static inline size_t fold_draft_word_end(const struct fold_draft *draft, size_t word)
{
	size_t end = word + 1 < draft->word_count ? draft->words[word + 1].folded : draft->n;

	return end && end > draft->words[word].folded && draft->text[end - 1] == ' ' ? end - 1 : end;
}

#endif
