/*
 * suggest_rule - a rule made of suggested phrases, tried on ordinary mail as the engine would try it, and written as a
 * rule file with examples.
 */
#ifndef COLDSHOULDER_CLI_SUGGEST_RULE_H
#define COLDSHOULDER_CLI_SUGGEST_RULE_H

#include "cli/suggest_phrase.h"

#include <stdio.h>

struct suggest_rule;

/* Room for `max` phrases, in `arena`; NULL when out of memory. To be given to suggest_rule_free(). */
struct suggest_rule *suggest_rule_create(size_t max, struct arena *arena);

/* Frees the compiled patterns. NULL is allowed. */
void suggest_rule_free(struct suggest_rule *rule);

/*
 * Adds a stretch of the mail's words, with its sentence as example. Left out without a word when the engine would not
 * find it in this mail. False when out of memory.
 */
bool suggest_rule_add(struct suggest_rule *rule, const struct view *view, const struct suggest_tokens *tokens,
		      const struct suggest_phrase *phrase);

/* Shows one message of ordinary mail: drops phrases that match it, and remembers the sentences that come close. */
void suggest_rule_show_ham(struct suggest_rule *rule, const struct view *view, const struct suggest_tokens *ham);

/* Phrases that are left, at most `max` of them counted. */
size_t suggest_rule_count(const struct suggest_rule *rule, size_t max);

struct suggest_heading {
	const char *id;
	const char *family;
	const char *language; /* "" for none */
};

/* Writes the rule with its first `max` phrases in the rule language. */
void suggest_rule_print(FILE *out, const struct suggest_rule *rule, const struct suggest_heading *heading, size_t max);

#endif
