#include "engine/prefilter_parts.h"

#include "engine/pattern_keys.h"

#include <stdlib.h>
#include <string.h>

/* Expected occurrences in 1,000 bytes: what is rarer needs no other set to confirm it. */
#define RARE 0.01

/* How often words may be found in 1,000 bytes, when there is a choice. */
#define QUIET 40.0

/* One word of one set, before the words are numbered. */
struct draft {
	struct str word;
	size_t set;
	size_t number; /* of the word, once it has one */
	unsigned int borders;
};

/* What is gathered while a prefilter is made. */
struct builder {
	struct prefilter *prefilter;
	struct arena *arena;
	struct arena *reading; /* emptied after each expression */
	struct list drafts;    /* of struct draft */
	struct list sets;      /* of struct prefilter_set */
};

static int compare_words(struct str a, struct str b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static bool add_set(struct builder *builder, size_t expression, const struct key_set *keys)
{
	struct prefilter_set *set = list_push(&builder->sets);

	if (!set)
		return false;
	*set = (struct prefilter_set){.expression = (uint32_t)expression,
				      .nearest = keys->nearest,
				      .farthest = keys->farthest,
				      .blanks = keys->blanks,
				      .first_use = (uint32_t)builder->drafts.count,
				      .use_count = (uint32_t)keys->count};
	for (size_t i = 0; i < keys->count; i++) {
		struct draft *draft = list_push(&builder->drafts);

		if (!draft)
			return false;
		draft->word.p = arena_strndup(builder->arena, keys->words[i].text.p, keys->words[i].text.n);
		draft->word.n = keys->words[i].text.n;
		if (!draft->word.p)
			return false;
		draft->set = builder->sets.count - 1;
		draft->borders = keys->words[i].borders;
	}
	builder->prefilter->expressions[expression].set_count++;
	return true;
}

/* What comes from the same part of the pattern tells nothing new. */
static bool stands_apart(const struct key_set *set, const struct key_set *const *chosen, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (set->from < chosen[i]->to && chosen[i]->from < set->to)
			return false;
	return true;
}

/* The rarest set of an expression, and others beside it when that is not rare. */
static bool choose_sets(struct builder *builder, size_t expression, const struct pattern_keys *keys)
{
	const struct key_set *chosen[PREFILTER_SETS];
	size_t count = 0;

	builder->prefilter->expressions[expression].first_set = (uint32_t)builder->sets.count;
	for (size_t i = 0; i < keys->count && count < PREFILTER_SETS && (!count || chosen[0]->cost > RARE); i++) {
		if (keys->sets[i].noise > QUIET || !stands_apart(&keys->sets[i], chosen, count))
			continue;
		chosen[count++] = &keys->sets[i];
		if (!add_set(builder, expression, &keys->sets[i]))
			return false;
	}
	return count || !keys->count || add_set(builder, expression, &keys->sets[0]);
}

static enum status gather(struct builder *builder, const struct str *expressions, size_t count, bool bytes)
{
	struct prefilter *prefilter = builder->prefilter;

	for (size_t i = 0; i < count; i++) {
		struct pattern_keys keys;
		enum status status = pattern_keys_read(expressions[i], bytes, builder->reading, &keys);

		if (status != STATUS_OK)
			return status;
		if (!choose_sets(builder, i, &keys))
			return STATUS_NO_MEMORY;
		arena_reset(builder->reading);
		if (!prefilter->expressions[i].set_count)
			prefilter->always[prefilter->always_count++] = (uint32_t)i;
	}
	return STATUS_OK;
}

static int by_word(const void *a, const void *b)
{
	const struct draft *one = *(const struct draft *const *)a;
	const struct draft *other = *(const struct draft *const *)b;
	int order = compare_words(one->word, other->word);

	return order ? order : (one->set > other->set) - (one->set < other->set);
}

static struct prefilter_use use_of(size_t index, unsigned int borders)
{
	return (struct prefilter_use){.index = index & PREFILTER_INDEX_MAX, .borders = borders & 3u};
}

/* Numbers the words in their order, so that equal rules give an equal cache key. */
static bool number_words(struct builder *builder, struct literal *words)
{
	struct prefilter *prefilter = builder->prefilter;
	size_t count = builder->drafts.count;
	struct draft **sorted = arena_calloc(builder->arena, count + 1, sizeof *sorted);

	if (!sorted || count > PREFILTER_INDEX_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		sorted[i] = list_at(&builder->drafts, i);
	qsort(sorted, count, sizeof(struct draft *), by_word);
	for (size_t i = 0; i < count; i++) {
		if (!i || !str_equal(sorted[i]->word, sorted[i - 1]->word)) {
			words[prefilter->word_count] =
			    (struct literal){sorted[i]->word, (uint32_t)prefilter->word_count, false};
			prefilter->word_sizes[prefilter->word_count] = (unsigned char)sorted[i]->word.n;
			prefilter->demanded[prefilter->word_count] = (unsigned char)sorted[i]->borders;
			prefilter->first_use[prefilter->word_count++] = (uint32_t)i;
		}
		prefilter->demanded[prefilter->word_count - 1] &= (unsigned char)sorted[i]->borders;
		sorted[i]->number = prefilter->word_count - 1;
		prefilter->by_word[i] = use_of(sorted[i]->set, sorted[i]->borders);
	}
	prefilter->first_use[prefilter->word_count] = (uint32_t)count;
	for (size_t i = 0; i < prefilter->word_count; i++)
		words[i].at_start = prefilter->demanded[i] & KEY_BORDER_LEFT;
	for (size_t i = 0; i < count; i++) {
		const struct draft *draft = list_at(&builder->drafts, i);

		prefilter->by_set[i] = use_of(draft->number, draft->borders);
	}
	return true;
}

static enum status make_tables(struct builder *builder, const char *cache_directory)
{
	struct prefilter *prefilter = builder->prefilter;
	size_t count = builder->drafts.count;
	struct literal *words = arena_calloc(builder->arena, count + 1, sizeof *words);

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
	if (!prefilter->expressions || !prefilter->always)
		return STATUS_NO_MEMORY;
	status = gather(builder, expressions, count, bytes);
	if (status == STATUS_OK)
		status = make_tables(builder, cache_directory);
	return status;
}

enum status prefilter_create(const struct str *expressions, size_t count, bool bytes, const char *cache_directory,
			     struct prefilter **ret_prefilter)
{
	struct builder builder = {
	    .prefilter = calloc(1, sizeof *builder.prefilter), .arena = arena_create(0), .reading = arena_create(0)};
	enum status status = STATUS_NO_MEMORY;

	if (builder.prefilter && builder.arena && builder.reading) {
		builder.drafts = list_make(sizeof(struct draft), builder.arena);
		builder.sets = list_make(sizeof(struct prefilter_set), builder.arena);
		status = build(&builder, expressions, count, bytes, cache_directory);
	}
	arena_destroy(builder.reading);
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
	free(prefilter->sets);
	free(prefilter->by_set);
	free(prefilter->by_word);
	free(prefilter->first_use);
	free(prefilter->word_sizes);
	free(prefilter->demanded);
	free(prefilter);
}
