#include "cli/suggest_phrase.h"

#include <stdlib.h>
#include <string.h>

enum {
	WORDS_MIN = 3,
	WORDS_MAX = 6,
	LETTERS_MIN = 5, /* of scripts written without blanks */
	LETTERS_MAX = 9,
	LENGTH_MAX = LETTERS_MAX,
	HAM_FEW = 200,    /* messages; with fewer, counting words tells little */
	COMMON_SHARE = 8, /* per cent of messages: filler such as "the", "you" */
	PLAIN_LENGTH = 4  /* bytes of a word that says something, when there is nothing to count */
};

/* Open addressing: from hash to a number above 0. */
struct table {
	struct slot {
		uint64_t hash;
		uint32_t number; /* 0: free */
	} * slots;
	size_t mask;
};

struct word {
	uint32_t messages; /* of ham that have it */
	uint32_t shown;    /* number of the last message that had it */
};

struct candidate {
	struct suggest_phrase phrase;
	double worth;
	bool in_ham;
};

struct suggest_phrases {
	const struct suggest_tokens *tokens;
	struct candidate *candidates;
	size_t candidate_count;
	struct word *words;
	size_t word_count;
	struct table by_phrase, by_word;
	uint32_t ham_count;
};

static bool table_make(struct table *table, size_t entries, struct arena *arena)
{
	size_t size = 64;

	while (size < entries * 2)
		size *= 2;
	table->slots = arena_calloc(arena, size, sizeof *table->slots);
	table->mask = size - 1;
	return table->slots != NULL;
}

/* The slot of a hash, or the free one where it belongs. */
static struct slot *table_slot(const struct table *table, uint64_t hash)
{
	size_t at = (size_t)(hash ^ hash >> 32) & table->mask;

	while (table->slots[at].number && table->slots[at].hash != hash)
		at = (at + 1) & table->mask;
	return &table->slots[at];
}

static uint64_t extend_hash(uint64_t hash, const struct suggest_token *token)
{
	return (hash ^ token->hash) * 0x9e3779b97f4a7c15U + 1;
}

static bool is_private(struct str text, const struct str *names, size_t name_count)
{
	for (size_t i = 0; i < name_count; i++)
		if (str_equal(text, names[i]))
			return true;
	return false;
}

/* Adds the stretches that begin at `first`. */
static void add_candidates(struct suggest_phrases *phrases, const bool *usable, size_t first)
{
	const struct suggest_token *tokens = phrases->tokens->items;
	bool unspaced = tokens[first].unspaced;
	size_t least = unspaced ? LETTERS_MIN : WORDS_MIN, most = unspaced ? LETTERS_MAX : WORDS_MAX;
	uint64_t hash = 0;

	for (size_t n = 1; n <= most && first + n <= phrases->tokens->count; n++) {
		const struct suggest_token *token = &tokens[first + n - 1];
		struct slot *slot;

		if (!usable[first + n - 1] || token->unspaced != unspaced)
			return;
		hash = extend_hash(hash, token);
		slot = table_slot(&phrases->by_phrase, hash);
		if (n >= least && !slot->number) {
			phrases->candidates[phrases->candidate_count++].phrase = (struct suggest_phrase){first, n};
			*slot = (struct slot){hash, (uint32_t)phrases->candidate_count};
		}
		if (token->last)
			return;
	}
}

static void add_word(struct suggest_phrases *phrases, const struct suggest_token *token)
{
	struct slot *slot = table_slot(&phrases->by_word, token->hash);

	if (!slot->number)
		*slot = (struct slot){token->hash, (uint32_t)++phrases->word_count};
}

struct suggest_phrases *suggest_phrases_create(const struct suggest_tokens *tokens, const struct str *names,
					       size_t name_count, const struct view *view, struct arena *arena)
{
	struct suggest_phrases *phrases = arena_calloc(arena, 1, sizeof *phrases);
	bool *usable = arena_calloc(arena, tokens->count, sizeof *usable);
	size_t room = tokens->count * LENGTH_MAX;

	if (!phrases || !usable || !table_make(&phrases->by_phrase, room, arena) ||
	    !table_make(&phrases->by_word, tokens->count, arena))
		return NULL;
	phrases->tokens = tokens;
	phrases->candidates = arena_calloc(arena, room, sizeof *phrases->candidates);
	phrases->words = arena_calloc(arena, tokens->count, sizeof *phrases->words);
	if (!phrases->candidates || !phrases->words)
		return NULL;
	for (size_t i = 0; i < tokens->count; i++) {
		const struct suggest_token *token = &tokens->items[i];
		struct str text = str_sub(view->text, token->start, token->end - token->start);

		usable[i] = token->letters && !token->name && !is_private(text, names, name_count);
		add_word(phrases, token);
	}
	for (size_t i = 0; i < tokens->count; i++)
		add_candidates(phrases, usable, i);
	return phrases;
}

void suggest_phrases_show_ham(struct suggest_phrases *phrases, const struct suggest_tokens *ham)
{
	phrases->ham_count++;
	for (size_t i = 0; i < ham->count; i++) {
		struct slot *slot = table_slot(&phrases->by_word, ham->items[i].hash);
		uint64_t hash = 0;

		if (!slot->number)
			continue; /* no stretch of ours begins here */
		if (phrases->words[slot->number - 1].shown != phrases->ham_count) {
			phrases->words[slot->number - 1].shown = phrases->ham_count;
			phrases->words[slot->number - 1].messages++;
		}
		for (size_t n = 1; n <= LENGTH_MAX && i + n <= ham->count; n++) {
			hash = extend_hash(hash, &ham->items[i + n - 1]);
			slot = table_slot(&phrases->by_phrase, hash);
			if (slot->number)
				phrases->candidates[slot->number - 1].in_ham = true;
		}
	}
}

static const struct word *word_of(const struct suggest_phrases *phrases, const struct suggest_token *token)
{
	return &phrases->words[table_slot(&phrases->by_word, token->hash)->number - 1];
}

/* True when the ham is of the mail's language, so that a word missing there is a rare one. */
static bool ham_speaks_the_language(const struct suggest_phrases *phrases)
{
	size_t known = 0;

	for (size_t i = 0; i < phrases->word_count; i++)
		known += phrases->words[i].messages > 1;
	return phrases->ham_count >= HAM_FEW && known * 10 > phrases->word_count * 7;
}

/* True for words that say something, by the ham when words were `counted`; filler and words too rare to be said again
 * do not. */
static bool is_telling(const struct suggest_phrases *phrases, const struct suggest_token *token, bool counted)
{
	uint32_t messages = word_of(phrases, token)->messages;

	if (!counted)
		return token->end - token->start > PLAIN_LENGTH;
	return messages > 1 && messages * 100ULL < phrases->ham_count * (uint64_t)COMMON_SHARE;
}

/* How much a stretch promises as a phrase; 0: nothing. `counted`: the ham tells which words are common. */
static double measure_worth(const struct suggest_phrases *phrases, const struct candidate *candidate, bool counted)
{
	const struct suggest_token *tokens = phrases->tokens->items + candidate->phrase.first;
	size_t count = candidate->phrase.count, telling = 0;

	if (candidate->in_ham)
		return 0;
	if (tokens[0].unspaced)
		return 3 - 0.1 * (double)(count - LETTERS_MIN);
	for (size_t i = 0; i < count; i++) {
		if (counted && word_of(phrases, &tokens[i])->messages < 2)
			return 0;
		telling += is_telling(phrases, &tokens[i], counted);
	}
	if (telling < 2)
		return 0;
	return (double)(telling > 3 ? 3 : telling) - 0.3 * (double)(count - WORDS_MIN) -
	       0.4 * !is_telling(phrases, &tokens[0], counted) -
	       0.6 * !is_telling(phrases, &tokens[count - 1], counted);
}

static int compare_worth(const void *a, const void *b)
{
	const struct candidate *first = a, *second = b;

	if (first->worth < second->worth || first->worth > second->worth)
		return first->worth < second->worth ? 1 : -1;
	return first->phrase.first < second->phrase.first ? -1 : first->phrase.first > second->phrase.first;
}

static bool overlaps(const struct suggest_phrase *phrase, const struct suggest_phrase *chosen, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (phrase->first < chosen[i].first + chosen[i].count &&
		    chosen[i].first < phrase->first + phrase->count)
			return true;
	return false;
}

size_t suggest_phrases_choose(struct suggest_phrases *phrases, struct suggest_phrase *ret_chosen, size_t max)
{
	bool counted = ham_speaks_the_language(phrases);
	size_t count = 0;

	for (size_t i = 0; i < phrases->candidate_count; i++)
		phrases->candidates[i].worth = measure_worth(phrases, &phrases->candidates[i], counted);
	/* From here on the slots of by_phrase no longer point at the right candidates; nobody asks them again. */
	qsort(phrases->candidates, phrases->candidate_count, sizeof *phrases->candidates, compare_worth);
	for (size_t i = 0; i < phrases->candidate_count && count < max; i++) {
		const struct candidate *candidate = &phrases->candidates[i];

		if (candidate->worth > 0 && !overlaps(&candidate->phrase, ret_chosen, count))
			ret_chosen[count++] = candidate->phrase;
	}
	return count;
}
