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

/* Joins letters that blanks or points split ("l i n k e d i n", "s.o.r.r.y"): five at least. Only shortens. */
void spaced_join(struct fold_draft *draft);

/*
 * Maps Cyrillic and Greek letters that pass for Latin ones: in words of mixed scripts, and in words made of nothing
 * else that stand among Latin words. Only shortens. False when out of memory.
 */
bool lookalike_map(struct fold_draft *draft, struct arena *arena);

#endif
