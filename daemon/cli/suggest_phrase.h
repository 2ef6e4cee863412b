/*
 * suggest_phrase - stretches of a mail's words that ordinary mail does not say, the most telling first.
 *
 * Every stretch of a few words is a candidate. Ordinary mail is shown one message at a time: a candidate that occurs in
 * it is out, and the words of the mail are counted, so that names and filler can be told from words that say something.
 */
#ifndef COLDSHOULDER_CLI_SUGGEST_PHRASE_H
#define COLDSHOULDER_CLI_SUGGEST_PHRASE_H

#include "cli/suggest_token.h"

struct suggest_phrases;

/* One stretch: tokens [first, first + count) of the mail. */
struct suggest_phrase {
	size_t first;
	size_t count;
};

/*
 * All candidates of a mail. `names` are folded words that may not stand in a phrase, such as the people's own. Lives in
 * `arena`, keeps pointers to `tokens` and `names`. NULL when out of memory.
 */
struct suggest_phrases *suggest_phrases_create(const struct suggest_tokens *tokens, const struct str *names,
					       size_t name_count, const struct view *view, struct arena *arena);

/* Shows one message of ordinary mail. */
void suggest_phrases_show_ham(struct suggest_phrases *phrases, const struct suggest_tokens *ham);

/* At most `max` stretches that do not overlap, the most telling first; returns how many. */
size_t suggest_phrases_choose(struct suggest_phrases *phrases, struct suggest_phrase *ret_chosen, size_t max);

#endif
