#include "engine/prefilter.h"

#include "engine/pattern_keys.h"

#include <stdlib.h>
#include <string.h>

/* One word of one set, before the words are numbered. */
struct use {
	struct str word;
	unsigned int set;
};

struct prefilter {
	struct literal_matcher *matcher; /* NULL: no expression has literals */
	size_t expression_count;
	size_t set_count;
	size_t word_count;
	unsigned char *needed;       /* by expression: its sets; 0: always a candidate */
	unsigned int *expression_of; /* by set */
	unsigned int *first_use;     /* by word, and one more: where its sets begin in `sets` */
	unsigned int *sets;          /* of all words, one behind the other */
};

/* What is gathered while a prefilter is made. */
struct builder {
	struct prefilter *prefilter;
	struct arena *arena;
	struct list uses;           /* of struct use */
	struct list expressions_of; /* of unsigned int, by set */
};

static bool add_keys(struct builder *builder, size_t expression, const struct pattern_keys *keys)
{
	builder->prefilter->needed[expression] = (unsigned char)keys->count;
	for (size_t i = 0; i < keys->count; i++) {
		unsigned int *set = list_push(&builder->expressions_of);

		if (!set)
			return false;
		*set = (unsigned int)expression;
		for (size_t j = 0; j < keys->sets[i].count; j++) {
			struct use *use = list_push(&builder->uses);

			if (!use)
				return false;
			*use = (struct use){keys->sets[i].words[j], (unsigned int)(builder->expressions_of.count - 1)};
		}
	}
	return true;
}

static enum status gather(struct builder *builder, const struct str *expressions, size_t count, bool bytes)
{
	for (size_t i = 0; i < count; i++) {
		struct pattern_keys keys;
		enum status status = pattern_keys_read(expressions[i], bytes, builder->arena, &keys);

		if (status == STATUS_OK && !add_keys(builder, i, &keys))
			status = STATUS_NO_MEMORY;
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static int by_word(const void *a, const void *b)
{
	const struct use *one = a;
	const struct use *other = b;
	size_t n = one->word.n < other->word.n ? one->word.n : other->word.n;
	int order = memcmp(one->word.p, other->word.p, n);

	if (order == 0)
		order = (one->word.n > other->word.n) - (one->word.n < other->word.n);
	return order ? order : (one->set > other->set) - (one->set < other->set);
}

/* Numbers the words in their order, so that equal rules give an equal cache key. */
static enum status number_words(struct builder *builder, const char *cache_directory)
{
	struct prefilter *prefilter = builder->prefilter;
	const struct use *uses = builder->uses.items;
	size_t count = builder->uses.count;
	struct str *words = arena_calloc(builder->arena, count + 1, sizeof *words);

	prefilter->sets = calloc(count + 1, sizeof *prefilter->sets);
	prefilter->first_use = calloc(count + 2, sizeof *prefilter->first_use);
	if (!words || !prefilter->sets || !prefilter->first_use)
		return STATUS_NO_MEMORY;
	if (!count)
		return STATUS_OK;
	qsort(builder->uses.items, count, sizeof *uses, by_word);
	for (size_t i = 0; i < count; i++) {
		if (!i || !str_equal(uses[i].word, uses[i - 1].word)) {
			words[prefilter->word_count] = uses[i].word;
			prefilter->first_use[prefilter->word_count++] = (unsigned int)i;
		}
		prefilter->sets[i] = uses[i].set;
	}
	prefilter->first_use[prefilter->word_count] = (unsigned int)count;
	return literal_matcher_create(words, prefilter->word_count, cache_directory, &prefilter->matcher);
}

static enum status build(struct builder *builder, const struct str *expressions, size_t count, bool bytes,
			 const char *cache_directory)
{
	struct prefilter *prefilter = builder->prefilter;
	enum status status;

	prefilter->needed = calloc(count + 1, sizeof *prefilter->needed);
	status = prefilter->needed ? gather(builder, expressions, count, bytes) : STATUS_NO_MEMORY;
	if (status != STATUS_OK)
		return status;
	prefilter->set_count = builder->expressions_of.count;
	prefilter->expression_of = calloc(prefilter->set_count + 1, sizeof *prefilter->expression_of);
	if (!prefilter->expression_of)
		return STATUS_NO_MEMORY;
	if (prefilter->set_count)
		memcpy(prefilter->expression_of, builder->expressions_of.items,
		       prefilter->set_count * sizeof *prefilter->expression_of);
	status = number_words(builder, cache_directory);
	if (status == STATUS_LIMIT) {
		/* Too much for the library: then everything is a candidate. */
		memset(prefilter->needed, 0, count);
		status = STATUS_OK;
	}
	return status;
}

enum status prefilter_create(const struct str *expressions, size_t count, bool bytes, const char *cache_directory,
			     struct prefilter **ret_prefilter)
{
	struct builder builder = {.prefilter = calloc(1, sizeof *builder.prefilter), .arena = arena_create(0)};
	enum status status = STATUS_NO_MEMORY;

	if (builder.prefilter && builder.arena) {
		builder.prefilter->expression_count = count;
		builder.uses = list_make(sizeof(struct use), builder.arena);
		builder.expressions_of = list_make(sizeof(unsigned int), builder.arena);
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
	free(prefilter->needed);
	free(prefilter->expression_of);
	free(prefilter->first_use);
	free(prefilter->sets);
	free(prefilter);
}

static bool grow(unsigned char **bytes, size_t *capacity, size_t wanted)
{
	unsigned char *grown;

	if (wanted <= *capacity)
		return true;
	grown = realloc(*bytes, wanted);
	if (!grown)
		return false;
	*bytes = grown;
	*capacity = wanted;
	return true;
}

bool prefilter_scratch_grow(struct prefilter_scratch *scratch, const struct prefilter *prefilter)
{
	return grow(&scratch->sets, &scratch->set_capacity, prefilter->set_count) &&
	       grow(&scratch->missing, &scratch->expression_capacity, prefilter->expression_count) &&
	       (!prefilter->matcher || literal_scratch_grow(&scratch->literals, prefilter->matcher));
}

bool prefilter_scratch_copy(const struct prefilter_scratch *scratch, struct prefilter_scratch *ret_copy)
{
	*ret_copy = (struct prefilter_scratch){0};
	if (scratch->literals)
		ret_copy->literals = literal_scratch_copy(scratch->literals);
	if ((!scratch->literals || ret_copy->literals) &&
	    grow(&ret_copy->sets, &ret_copy->set_capacity, scratch->set_capacity) &&
	    grow(&ret_copy->missing, &ret_copy->expression_capacity, scratch->expression_capacity))
		return true;
	prefilter_scratch_free(ret_copy);
	return false;
}

void prefilter_scratch_free(struct prefilter_scratch *scratch)
{
	if (scratch->literals)
		literal_scratch_destroy(scratch->literals);
	free(scratch->sets);
	free(scratch->missing);
	*scratch = (struct prefilter_scratch){0};
}

struct scan {
	const struct prefilter *prefilter;
	struct prefilter_scratch *scratch;
	bool *candidates;
};

static void note_word(void *context, size_t word)
{
	const struct scan *scan = context;
	const struct prefilter *prefilter = scan->prefilter;

	for (unsigned int i = prefilter->first_use[word]; i < prefilter->first_use[word + 1]; i++) {
		unsigned int set = prefilter->sets[i];
		unsigned int expression = prefilter->expression_of[set];

		if (scan->scratch->sets[set])
			continue;
		scan->scratch->sets[set] = 1;
		if (--scan->scratch->missing[expression] == 0)
			scan->candidates[expression] = true;
	}
}

bool prefilter_scan(const struct prefilter *prefilter, struct str text, struct prefilter_scratch *scratch,
		    bool *candidates)
{
	struct scan scan = {prefilter, scratch, candidates};

	for (size_t i = 0; i < prefilter->expression_count; i++)
		candidates[i] = prefilter->needed[i] == 0;
	if (!prefilter->matcher)
		return true;
	memset(scratch->sets, 0, prefilter->set_count);
	memcpy(scratch->missing, prefilter->needed, prefilter->expression_count);
	return literal_scan(prefilter->matcher, text, scratch->literals, note_word, &scan);
}
