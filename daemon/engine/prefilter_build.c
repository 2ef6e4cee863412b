#include "engine/prefilter_build.h"

#include "base/list.h"
#include "engine/pattern_keys.h"
#include "engine/prefilter_parts.h"

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
	struct arena *arena;
	struct arena *reading; /* emptied after each expression */
	struct list drafts;    /* of struct draft */
	struct list sets;      /* of struct prefilter_set */
	struct prefilter_expression *expressions;
	size_t expression_count;
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
	builder->expressions[expression].set_count++;
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

	builder->expressions[expression].first_set = (uint32_t)builder->sets.count;
	for (size_t i = 0; i < keys->count && count < PREFILTER_SETS && (!count || chosen[0]->cost > RARE); i++) {
		if (keys->sets[i].noise > QUIET || !stands_apart(&keys->sets[i], chosen, count))
			continue;
		chosen[count++] = &keys->sets[i];
		if (!add_set(builder, expression, &keys->sets[i]))
			return false;
	}
	return count || !keys->count || add_set(builder, expression, &keys->sets[0]);
}

static enum status gather(struct builder *builder, const struct str *expressions, bool bytes)
{
	for (size_t i = 0; i < builder->expression_count; i++) {
		struct pattern_keys keys;
		enum status status = pattern_keys_read(expressions[i], bytes, builder->reading, &keys);

		if (status != STATUS_OK)
			return status;
		if (!choose_sets(builder, i, &keys))
			return STATUS_NO_MEMORY;
		arena_reset(builder->reading);
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

/* The drafts in the order of their words; NULL when out of memory. */
static struct draft **sort_drafts(struct builder *builder)
{
	size_t count = builder->drafts.count;
	struct draft **sorted = arena_calloc(builder->arena, count + 1, sizeof *sorted);

	if (!sorted || count > PREFILTER_INDEX_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++)
		sorted[i] = list_at(&builder->drafts, i);
	qsort(sorted, count, sizeof(struct draft *), by_word);
	return sorted;
}

/* The tables by word. */
struct words {
	struct literal *literals;
	uint32_t *first_use;
	unsigned char *sizes;
	unsigned char *demanded;
	struct prefilter_use *uses;
	size_t count;
};

static bool make_words(struct words *words, size_t drafts, struct arena *arena)
{
	*words = (struct words){.literals = arena_calloc(arena, drafts + 1, sizeof *words->literals),
				.first_use = arena_calloc(arena, drafts + 1, sizeof *words->first_use),
				.sizes = arena_calloc(arena, drafts + 1, 1),
				.demanded = arena_calloc(arena, drafts + 1, 1),
				.uses = arena_calloc(arena, drafts + 1, sizeof *words->uses)};
	return words->literals && words->first_use && words->sizes && words->demanded && words->uses;
}

/* Numbers the words in their order. */
static void number_words(struct draft **sorted, size_t count, struct words *words)
{
	for (size_t i = 0; i < count; i++) {
		if (!i || !str_equal(sorted[i]->word, sorted[i - 1]->word)) {
			words->literals[words->count] =
			    (struct literal){sorted[i]->word, (uint32_t)words->count, false};
			words->sizes[words->count] = (unsigned char)sorted[i]->word.n;
			words->demanded[words->count] = (unsigned char)sorted[i]->borders;
			words->first_use[words->count++] = (uint32_t)i;
		}
		words->demanded[words->count - 1] &= (unsigned char)sorted[i]->borders;
		sorted[i]->number = words->count - 1;
		words->uses[i] = use_of(sorted[i]->set, sorted[i]->borders);
	}
	words->first_use[words->count] = (uint32_t)count;
	for (size_t i = 0; i < words->count; i++)
		words->literals[i].at_start = words->demanded[i] & KEY_BORDER_LEFT;
}

static struct prefilter_use *uses_by_set(struct builder *builder)
{
	size_t count = builder->drafts.count;
	struct prefilter_use *uses = arena_calloc(builder->arena, count + 1, sizeof *uses);

	for (size_t i = 0; uses && i < count; i++) {
		const struct draft *draft = list_at(&builder->drafts, i);

		uses[i] = use_of(draft->number, draft->borders);
	}
	return uses;
}

static enum status pack(struct builder *builder, struct buf *tables, struct buf *database)
{
	size_t count = builder->drafts.count;
	struct draft **sorted = sort_drafts(builder);
	const struct prefilter_use *by_set;
	struct words words;

	if (!sorted || !make_words(&words, count, builder->arena))
		return STATUS_NO_MEMORY;
	number_words(sorted, count, &words);
	by_set = uses_by_set(builder);
	if (!by_set)
		return STATUS_NO_MEMORY;
	packed_add(tables, builder->expressions, builder->expression_count, sizeof *builder->expressions);
	packed_add(tables, builder->sets.items, builder->sets.count, sizeof(struct prefilter_set));
	packed_add(tables, by_set, count, sizeof *by_set);
	packed_add(tables, words.uses, count, sizeof *words.uses);
	packed_add(tables, words.first_use, words.count + 1, sizeof *words.first_use);
	packed_add(tables, words.sizes, words.count, 1);
	packed_add(tables, words.demanded, words.count, 1);
	return literal_matcher_write(words.literals, words.count, tables, database);
}

enum status prefilter_build(const struct str *expressions, size_t count, bool bytes, struct buf *tables,
			    struct buf *database)
{
	struct builder builder = {.arena = arena_create(0), .reading = arena_create(0), .expression_count = count};
	enum status status = STATUS_NO_MEMORY;

	if (builder.arena && builder.reading) {
		builder.drafts = list_make(sizeof(struct draft), builder.arena);
		builder.sets = list_make(sizeof(struct prefilter_set), builder.arena);
		builder.expressions = arena_calloc(builder.arena, count + 1, sizeof *builder.expressions);
		if (builder.expressions)
			status = gather(&builder, expressions, bytes);
		if (status == STATUS_OK)
			status = pack(&builder, tables, database);
	}
	arena_destroy(builder.reading);
	arena_destroy(builder.arena);
	return status;
}
