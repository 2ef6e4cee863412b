/*
 * phrase - from a phrase as people write it to a PCRE2 pattern over folded text.
 *
 *   sorry to bother you    words: they match in any case, with or without accents, because phrase and text are folded
 *                          by the same function
 *   (to|for)               one of several; may be attached: bother(ing|ed)
 *   very?  (very)?         a word or group that may be missing; the blank beside it goes with it
 *   ...                    up to three words of the same sentence between; beside Han, Kana, Hangul or Thai up to 12
 *                          characters
 *   \? \( \) \| \\ \.      the character itself; the full-width forms of ? ( ) | are never syntax
 *
 * A blank matches one blank (folded text has no longer runs), and before it up to two of , ; : " ' ) and behind it one
 * of " ' ( because people punctuate differently. A phrase begins and ends at word borders: neither letter, mark nor
 * digit on both sides; beside Han, Kana, Hangul and Thai every place is a border.
 */
#ifndef COLDSHOULDER_ENGINE_PHRASE_H
#define COLDSHOULDER_ENGINE_PHRASE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

/* One letter, mark or digit of the scripts that set blanks between words, as a PCRE2 pattern. */
#define PHRASE_UNSPACED_CHARACTER "[\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Hangul}\\p{Thai}]"
#define PHRASE_WORD_CHARACTER     "(?!" PHRASE_UNSPACED_CHARACTER ")[\\p{L}\\p{M}\\p{N}]"

/* What must stand at one end of a phrase, by the characters that can come first or last in it. */
enum phrase_border { PHRASE_BORDER_NONE, PHRASE_BORDER_WORD, PHRASE_BORDER_MIXED };

struct phrase {
	struct str body;           /* PCRE2 pattern without the borders */
	enum phrase_border before; /* at its beginning */
	enum phrase_border after;  /* at its end */
	bool odd_question_mark;    /* ends in "word?": probably a question mark was meant */
};

/* What is wrong with a phrase. Both texts are constant. */
struct phrase_error {
	size_t offset; /* bytes into the phrase */
	const char *what;
	const char *hint; /* may be NULL */
};

/*
 * Reads `text` (UTF-8). Everything in *ret_phrase is in `arena`. STATUS_BAD_INPUT: *ret_error is filled in;
 * STATUS_NO_MEMORY.
 */
enum status phrase_parse(struct str text, struct arena *arena, struct phrase *ret_phrase,
			 struct phrase_error *ret_error);

/* The whole pattern of one phrase, borders included; in `arena`, NUL-terminated; p NULL when out of memory. */
struct str phrase_pattern(const struct phrase *phrase, struct arena *arena);

/* One pattern that matches what any of the phrases matches; in `arena`, NUL-terminated; p NULL when out of memory. */
struct str phrase_alternation(const struct phrase *phrases, size_t count, struct arena *arena);

/* Adds `text` to `out` with every character that means something in a phrase escaped. */
void phrase_quote(struct buf *out, struct str text);

/* Adds `text` to `out` with every character that means something in a PCRE2 pattern escaped. */
void phrase_quote_pattern(struct buf *out, struct str text);

#endif
