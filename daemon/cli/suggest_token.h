/*
 * suggest_token - the words of a view one by one, as phrases are made of them.
 */
#ifndef COLDSHOULDER_CLI_SUGGEST_TOKEN_H
#define COLDSHOULDER_CLI_SUGGEST_TOKEN_H

#include "mail/view.h"

/* One word, or one letter of a script written without blanks. */
struct suggest_token {
	uint64_t hash;  /* of its folded bytes */
	uint32_t start; /* bytes into the view's text, without the punctuation around it */
	uint32_t end;
	bool letters;  /* letters only: may stand in a phrase */
	bool name;     /* capitalised within a sentence */
	bool unspaced; /* of a script written without blanks */
	bool last;     /* of its sentence or paragraph */
};

struct suggest_tokens {
	const struct suggest_token *items;
	size_t count;
};

/* Cuts a folded view into tokens, in `arena`; false when out of memory. */
bool suggest_tokens_read(const struct view *view, struct arena *arena, struct suggest_tokens *ret_tokens);

/*
 * The author's words around tokens [first, first + count): their sentence, at most `reach` tokens to each side. In
 * `arena`, blanks squashed, control characters dropped; the empty slice when out of memory.
 */
struct str suggest_sentence(const struct view *view, const struct suggest_tokens *tokens, size_t first, size_t count,
			    size_t reach, struct arena *arena);

#endif
