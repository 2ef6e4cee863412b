/*
 * fold - text as rules see it, with the way back to the author's words.
 *
 * Folding: NFKC, case-folded, default-ignorable characters removed, combining marks U+0300-036F stripped from
 * Latin, Greek and Cyrillic letters only, a small table (l-stroke, o-slash, d-stroke, dotless i, ae, oe, eth, thorn,
 * sharp s), look-alike letters inside mixed-script words mapped back (and words of nothing but look-alikes among Latin
 * ones), letters split by blanks or points joined ("l i n k e d i n"), typographic quotes and dashes to ASCII, white
 * space squashed to one blank, no blank at either end. Any bytes may come in; valid UTF-8 goes out, and folding the
 * result again changes nothing. Pure, any thread.
 */
#ifndef COLDSHOULDER_MAIL_FOLD_H
#define COLDSHOULDER_MAIL_FOLD_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdint.h>

/*
 * One word of the folded text and where it came from. `folded` grows from word to word, `original` never shrinks.
 * Words are separated by one blank; in scripts written without blanks (Han, Kana, Thai) every letter is a word of its
 * own, with the punctuation behind it, and no blank stands between.
 */
struct fold_word {
	uint32_t folded;       /* offset of the word in the folded text */
	uint32_t original;     /* offset of its first byte in the original */
	uint32_t original_end; /* offset behind its last byte in the original */
};

struct folded {
	struct str text; /* NUL-terminated */
	const struct fold_word *words;
	size_t word_count;
	struct str original; /* what was folded; not copied */
	bool cut;            /* max_words was reached */
};

/*
 * Folds `original` (at most 2 GiB), up to `max_words` words (0: all). Everything is in `arena` but the original,
 * which must outlive the result. STATUS_NO_MEMORY, STATUS_LIMIT (too large).
 */
enum status fold_text(struct str original, size_t max_words, struct arena *arena, struct folded *ret_folded);

/* As fold_text() for phrases and short strings: only the text, in `arena`; the empty slice when out of memory. */
struct str fold_string(struct str original, struct arena *arena);

/* The original words that the folded bytes [start, end) came from, whole words. */
struct str fold_original(const struct folded *folded, size_t start, size_t end);

#endif
