/*
 * encoded_word - "=?charset?B?text?=" in header fields (RFC 2047, with the language tag of RFC 2231).
 *
 * Read as loosely as mail is written: inside other words and quoted strings, with blanks in the text, characters cut
 * in two between neighbouring words, charsets that lie.
 */
#ifndef COLDSHOULDER_MAIL_ENCODED_WORD_H
#define COLDSHOULDER_MAIL_ENCODED_WORD_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum encoded_word_form {
	ENCODED_WORD_TEXT,  /* for people */
	ENCODED_WORD_PHRASE /* for an address parser: what is decoded stands in a quoted string */
};

/*
 * Decodes every encoded word of `value`, which is unfolded valid UTF-8. Line ends and other controls that were
 * encoded become blanks. *ret_text is `value` itself when there is none, else in `arena`. STATUS_NO_MEMORY.
 */
enum status encoded_word_decode(struct str value, enum encoded_word_form form, struct arena *arena,
				struct str *ret_text);

#endif
