#include "engine/prefilter_parts.h"

#include "engine/pattern_keys.h"

#include <stdlib.h>
#include <string.h>

enum {
	SETS_USED = 2,       /* of one expression: more cost more than they tell */
	LENGTHS_TOLD = 8,    /* longer words are equally rare */
	COST_TO_HAVE = 200000 /* what a second set may cost */
};

/* One word of one set, before the words are numbered. */
struct draft {
	struct str word;
	struct prefilter_use use;
};

/* What is gathered while a prefilter is made. */
struct builder {
	struct prefilter *prefilter;
	struct arena *arena;
	struct pattern_keys *keys; /* by expression */
	struct list drafts;        /* of struct draft */
	struct list sets;          /* of struct prefilter_set */
	const struct str **common; /* all words of all sets, sorted: how often one occurs tells how common it is */
	size_t common_count;
};

static int compare_words(struct str a, struct str b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int by_text(const void *a, const void *b)
{
	return compare_words(**(const struct str *const *)a, **(const struct str *const *)b);
}

static bool sort_common(struct builder *builder, size_t expression_count)
{
	size_t count = 0;

	for (size_t i = 0; i < expression_count; i++)
		for (size_t j = 0; j < builder->keys[i].count; j++)
			count += builder->keys[i].sets[j].count;
	builder->common = arena_calloc(builder->arena, count + 1, sizeof *builder->common);
	if (!builder->common)
		return false;
	for (size_t i = 0; i < expression_count; i++)
		for (size_t j = 0; j < builder->keys[i].count; j++)
			for (size_t k = 0; k < builder->keys[i].sets[j].count; k++)
				builder->common[builder->common_count++] = &builder->keys[i].sets[j].words[k].text;
	qsort(builder->common, count, sizeof(const struct str *), by_text);
	return true;
}

/* The first place in `common` that does not stand before the word; `behind`: nor is equal to it. */
static size_t place_of(const struct builder *builder, struct str word, bool behind)
{
	size_t low = 0, high = builder->common_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare_words(*builder->common[middle], word);

		if (order < 0 || (behind && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * How often a word is expected in a text, in no unit: short words are frequent, and so are those that many rules name.
 * Looking for a frequent word costs time and tells little.
 */
static double cost_of_word(const struct builder *builder, const struct key_word *word)
{
	static const double by_length[LENGTHS_TOLD] = {1024, 512, 256, 64, 16, 8, 4, 2};
	double cost = word->text.n < LENGTHS_TOLD ? by_length[word->text.n] : 1;
	size_t uses = place_of(builder, word->text, true) - place_of(builder, word->text, false);

	return cost * (double)uses * (word->borders ? 1 : 2);
}

static double cost_of_set(const struct builder *builder, const struct key_set *set)
{
	double cost = 0;

	for (size_t i = 0; i < set->count; i++)
		cost += cost_of_word(builder, &set->words[i]);
	return cost;
}

static bool add_set(struct builder *builder, size_t expression, const struct key_set *keys)
{
	struct prefilter_set *set = list_push(&builder->sets);

	if (!set)
		return false;
	*set = (struct prefilter_set){.expression = (uint32_t)expression,
				      .nearest = keys->nearest,
				      .farthest = keys->farthest,
				      .first_use = (uint32_t)builder->drafts.count,
				      .use_count = (uint32_t)keys->count};
	for (size_t i = 0; i < keys->count; i++) {
		struct draft *draft = list_push(&builder->drafts);

		if (!draft)
			return false;
		draft->word = keys->words[i].text;
		draft->use.set = (uint32_t)(builder->sets.count - 1);
		draft->use.borders = keys->words[i].borders;
	}
	builder->prefilter->expressions[expression].set_count++;
	return true;
}

/* Takes the cheapest sets of an expression. */
static bool choose_sets(struct builder *builder, size_t expression)
{
	const struct pattern_keys *keys = &builder->keys[expression];
	double costs[PATTERN_KEYS_MAX] = {0};

	builder->prefilter->expressions[expression].first_set = (uint32_t)builder->sets.count;
	for (size_t i = 0; i < keys->count; i++)
		costs[i] = cost_of_set(builder, &keys->sets[i]);
	for (size_t taken = 0; taken < SETS_USED; taken++) {
		size_t best = keys->count;

		for (size_t i = 0; i < keys->count; i++)
			if (costs[i] >= 0 && (best == keys->count || costs[i] < costs[best]))
				best = i;
		if (best == keys->count || (taken && costs[best] > COST_TO_HAVE))
			break;
		if (!add_set(builder, expression, &keys->sets[best]))
			return false;
		costs[best] = -1;
	}
	return true;
}

static enum status gather(struct builder *builder, const struct str *expressions, size_t count, bool bytes)
{
	builder->keys = arena_calloc(builder->arena, count + 1, sizeof *builder->keys);
	for (size_t i = 0; i < count && builder->keys; i++) {
		enum status status = pattern_keys_read(expressions[i], bytes, builder->arena, &builder->keys[i]);

		if (status != STATUS_OK)
			return status;
	}
	if (!builder->keys || !sort_common(builder, count))
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		if (!choose_sets(builder, i))
			return STATUS_NO_MEMORY;
		builder->prefilter->needed[i] = (unsigned char)builder->prefilter->expressions[i].set_count;
		if (!builder->prefilter->needed[i])
			builder->prefilter->always[builder->prefilter->always_count++] = (uint32_t)i;
	}
	return STATUS_OK;
}

static int by_word(const void *a, const void *b)
{
	const struct draft *one = *(const struct draft *const *)a;
	const struct draft *other = *(const struct draft *const *)b;
	int order = compare_words(one->word, other->word);

	return order ? order : (one->use.set > other->use.set) - (one->use.set < other->use.set);
}

/* Numbers the words in their order, so that equal rules give an equal cache key. */
static bool number_words(struct builder *builder, struct str *words)
{
	struct prefilter *prefilter = builder->prefilter;
	size_t count = builder->drafts.count;
	struct draft **sorted = arena_calloc(builder->arena, count + 1, sizeof *sorted);

	if (!sorted)
		return false;
	for (size_t i = 0; i < count; i++)
		sorted[i] = list_at(&builder->drafts, i);
	qsort(sorted, count, sizeof(struct draft *), by_word);
	for (size_t i = 0; i < count; i++) {
		if (!i || !str_equal(sorted[i]->word, sorted[i - 1]->word)) {
			words[prefilter->word_count] = sorted[i]->word;
			prefilter->word_sizes[prefilter->word_count] = (uint32_t)sorted[i]->word.n;
			prefilter->demanded[prefilter->word_count] = (unsigned char)sorted[i]->use.borders;
			prefilter->first_use[prefilter->word_count++] = (uint32_t)i;
		}
		prefilter->demanded[prefilter->word_count - 1] &= (unsigned char)sorted[i]->use.borders;
		sorted[i]->use.word = (uint32_t)(prefilter->word_count - 1);
		prefilter->by_word[i] = sorted[i]->use;
	}
	prefilter->first_use[prefilter->word_count] = (uint32_t)count;
	for (size_t i = 0; i < count; i++)
		prefilter->by_set[i] = ((const struct draft *)list_at(&builder->drafts, i))->use;
	return true;
}

static enum status make_tables(struct builder *builder, const char *cache_directory)
{
	struct prefilter *prefilter = builder->prefilter;
	size_t count = builder->drafts.count;
	struct str *words = arena_calloc(builder->arena, count + 1, sizeof *words);

	prefilter->set_count = builder->sets.count;
	prefilter->sets = calloc(prefilter->set_count + 1, sizeof *prefilter->sets);
	prefilter->by_set = calloc(count + 1, sizeof *prefilter->by_set);
	prefilter->by_word = calloc(count + 1, sizeof *prefilter->by_word);
	prefilter->first_use = calloc(count + 2, sizeof *prefilter->first_use);
	prefilter->word_sizes = calloc(count + 1, sizeof *prefilter->word_sizes);
	prefilter->demanded = calloc(count + 1, sizeof *prefilter->demanded);
	if (!words || !prefilter->sets || !prefilter->by_set || !prefilter->by_word || !prefilter->first_use ||
	    !prefilter->word_sizes || !prefilter->demanded || !number_words(builder, words))
		return STATUS_NO_MEMORY;
	if (!count)
		return STATUS_OK;
	memcpy(prefilter->sets, builder->sets.items, prefilter->set_count * sizeof *prefilter->sets);
	return literal_matcher_create(words, prefilter->word_count, cache_directory, &prefilter->matcher);
}

static enum status build(struct builder *builder, const struct str *expressions, size_t count, bool bytes,
			 const char *cache_directory)
{
	struct prefilter *prefilter = builder->prefilter;
	enum status status;

	prefilter->expression_count = count;
	prefilter->expressions = calloc(count + 1, sizeof *prefilter->expressions);
	prefilter->always = calloc(count + 1, sizeof *prefilter->always);
	prefilter->needed = calloc(count + 1, sizeof *prefilter->needed);
	if (!prefilter->expressions || !prefilter->always || !prefilter->needed)
		return STATUS_NO_MEMORY;
	status = gather(builder, expressions, count, bytes);
	if (status == STATUS_OK)
		status = make_tables(builder, cache_directory);
	return status;
}

enum status prefilter_create(const struct str *expressions, size_t count, bool bytes, const char *cache_directory,
			     struct prefilter **ret_prefilter)
{
	struct builder builder = {.prefilter = calloc(1, sizeof *builder.prefilter), .arena = arena_create(0)};
	enum status status = STATUS_NO_MEMORY;

	if (builder.prefilter && builder.arena) {
		builder.drafts = list_make(sizeof(struct draft), builder.arena);
		builder.sets = list_make(sizeof(struct prefilter_set), builder.arena);
		status = build(&builder, expressions, count, bytes, cache_directory);
	}
	arena_destroy(builder.arena);
	if (status != STATUS_OK) {
		prefilter_destroy(builder.prefilter);
		builder.prefilter = NULL;
	}
	*ret_prefilter = builder.prefilter;
	return status;
}

void prefilter_destroy(struct prefilter *prefilter)
{
	if (!prefilter)
		return;
	literal_matcher_destroy(prefilter->matcher);
	free(prefilter->expressions);
	free(prefilter->always);
	free(prefilter->needed);
	free(prefilter->sets);
	free(prefilter->by_set);
	free(prefilter->by_word);
	free(prefilter->first_use);
	free(prefilter->word_sizes);
	free(prefilter->demanded);
	free(prefilter);
}
