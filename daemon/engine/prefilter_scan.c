#include "engine/prefilter_parts.h"

#include "engine/pattern_keys.h"
#include "engine/skeleton.h"

#include <stdlib.h>
#include <string.h>

enum {
	EVENTS_MAX = 256 * 1024, /* occurrences of literals in one text */
	RANGES_MAX = 2048,       /* of one expression; more become one */
	ROOM_AT_FIRST = 1024,    /* for occurrences and the like; then as many again */
	SORTED_BY_HAND = 32,
	BLANKS_COUNTED = 100, /* counting more costs more than it tells */
	/* What a long text has needed is given back behind it: it would be kept once for each thread. */
	EVENTS_KEPT = 8 * 1024,
	SKELETON_KEPT = 32 * 1024,
	RANGES_KEPT = 8 * 1024
};

#define NO_EVENT UINT32_MAX

/* One occurrence of one word; offsets into the text itself. */
struct event {
	uint32_t start;
	uint32_t end;
	uint32_t next; /* the word's occurrence before this one, or NO_EVENT */
};

/* What is known of one word that was seen. */
struct sighting {
	uint32_t word;
	uint32_t last;    /* its last event */
	uint32_t borders; /* bit n: an occurrence with the borders n was seen */
};

struct range_list {
	struct prefilter_range items[RANGES_MAX];
	size_t count;
};

/* Where an expression's ranges stand. */
struct outcome {
	uint32_t first;
	uint32_t count;
};

struct prefilter_scratch {
	struct literal_scratch *literals; /* NULL: none yet */
	struct skeleton skeleton;         /* of the text at hand */
	/* Few of the words stand in one text. By word: which sighting is its own, if that one says so too; else the
	 * word was not seen. */
	uint32_t *places;
	struct sighting *sightings;
	size_t sighting_count;
	size_t sighting_capacity;
	size_t word_capacity;
	unsigned char *seen; /* by expression: bit n, its set n was seen; between scans all are 0 */
	uint32_t *complete;  /* expressions with all sets seen; then the candidates */
	size_t complete_count;
	struct outcome *outcomes; /* by expression; of the candidates alone */
	size_t expression_capacity;
	struct event *events;
	size_t event_count;
	size_t event_capacity;
	struct range_list lists[3]; /* at work */
	struct list ranges;         /* of struct prefilter_range, of all expressions */
};

struct scan {
	const struct prefilter *prefilter;
	struct prefilter_scratch *scratch;
	struct str text;
	prefilter_wanted *wanted;
	void *context;
};

struct prefilter_scratch *prefilter_scratch_create(void)
{
	struct prefilter_scratch *scratch = calloc(1, sizeof *scratch);

	if (scratch)
		scratch->ranges = list_make(sizeof(struct prefilter_range), NULL);
	return scratch;
}

static void free_arrays(struct prefilter_scratch *scratch)
{
	free(scratch->places);
	free(scratch->seen);
	free(scratch->complete);
	free(scratch->outcomes);
	scratch->places = NULL;
	scratch->seen = NULL;
	scratch->complete = NULL;
	scratch->outcomes = NULL;
}

/* Made by the first scan, because of some scratches only copies are used. */
static bool make_arrays(struct prefilter_scratch *scratch)
{
	scratch->places = calloc(scratch->word_capacity + 1, sizeof *scratch->places);
	scratch->seen = calloc(scratch->expression_capacity + 1, sizeof *scratch->seen);
	scratch->outcomes = calloc(scratch->expression_capacity + 1, sizeof *scratch->outcomes);
	scratch->complete = calloc(scratch->expression_capacity + 1, sizeof *scratch->complete);
	if (scratch->places && scratch->seen && scratch->outcomes && scratch->complete)
		return true;
	free_arrays(scratch);
	return false;
}

static void set_capacities(struct prefilter_scratch *scratch, size_t words, size_t expressions)
{
	free_arrays(scratch);
	if (words > scratch->word_capacity)
		scratch->word_capacity = words;
	if (expressions > scratch->expression_capacity)
		scratch->expression_capacity = expressions;
}

bool prefilter_scratch_grow(struct prefilter_scratch *scratch, const struct prefilter *prefilter)
{
	set_capacities(scratch, prefilter->word_count, prefilter->expression_count);
	return literal_scratch_grow(&scratch->literals, prefilter->matcher);
}

struct prefilter_scratch *prefilter_scratch_copy(const struct prefilter_scratch *scratch)
{
	struct prefilter_scratch *copy = prefilter_scratch_create();

	if (!copy)
		return NULL;
	set_capacities(copy, scratch->word_capacity, scratch->expression_capacity);
	if (literal_scratch_copy(scratch->literals, &copy->literals))
		return copy;
	prefilter_scratch_destroy(copy);
	return NULL;
}

void prefilter_scratch_destroy(struct prefilter_scratch *scratch)
{
	if (!scratch)
		return;
	literal_scratch_destroy(scratch->literals);
	skeleton_free(&scratch->skeleton);
	free_arrays(scratch);
	free(scratch->sightings);
	free(scratch->events);
	list_free(&scratch->ranges);
	free(scratch);
}

/* The borders that an occurrence has: enum key_border. */
static uint32_t borders_of(struct str text, size_t start, size_t end)
{
	bool left = start == 0 || !ascii_is_alnum(text.p[start - 1]);
	bool right = end == text.n || !ascii_is_alnum(text.p[end]);

	return (left ? KEY_BORDER_LEFT : 0) | (right ? KEY_BORDER_RIGHT : 0);
}

/* NULL: the word was not seen. */
static struct sighting *find_sighting(const struct prefilter_scratch *scratch, size_t word)
{
	uint32_t place = scratch->places[word];

	return place < scratch->sighting_count && scratch->sightings[place].word == word ? &scratch->sightings[place]
											 : NULL;
}

/* Room for one item more, of at most `max`; NULL: there is none, and the array is as it was. */
static void *make_room(void *array, size_t count, size_t *capacity, size_t size, size_t max)
{
	size_t wanted = *capacity ? *capacity * 2 : ROOM_AT_FIRST;
	void *larger;

	if (count < *capacity)
		return array;
	larger = wanted <= max ? realloc(array, wanted * size) : NULL;
	if (larger)
		*capacity = wanted;
	return larger;
}

static struct sighting *add_sighting(struct prefilter_scratch *scratch, size_t word)
{
	struct sighting *sightings = make_room(scratch->sightings, scratch->sighting_count, &scratch->sighting_capacity,
					       sizeof *sightings, EVENTS_MAX);

	if (!sightings)
		return NULL;
	scratch->sightings = sightings;
	scratch->places[word] = (uint32_t)scratch->sighting_count;
	sightings[scratch->sighting_count] = (struct sighting){.word = (uint32_t)word, .last = NO_EVENT};
	return &sightings[scratch->sighting_count++];
}

static bool add_event(struct prefilter_scratch *scratch, struct sighting *sighting, size_t start, size_t end)
{
	struct event *events =
	    make_room(scratch->events, scratch->event_count, &scratch->event_capacity, sizeof *events, EVENTS_MAX);

	if (!events)
		return false;
	scratch->events = events;
	events[scratch->event_count] = (struct event){(uint32_t)start, (uint32_t)end, sighting->last};
	sighting->last = (uint32_t)scratch->event_count++;
	return true;
}

static void mark_set(struct scan *scan, uint32_t set)
{
	struct prefilter_scratch *scratch = scan->scratch;
	uint32_t number = scan->prefilter->sets[set].expression;
	const struct prefilter_expression *expression = &scan->prefilter->expressions[number];
	unsigned int seen = scratch->seen[number] | 1u << (set - expression->first_set);

	if (seen == scratch->seen[number])
		return;
	scratch->seen[number] = (unsigned char)seen;
	if (seen == (1u << expression->set_count) - 1)
		scratch->complete[scratch->complete_count++] = number;
}

/* `behind`: the offset behind the word in the skeleton. */
static bool note_word(void *context, size_t word, size_t behind)
{
	struct scan *scan = context;
	const struct prefilter *prefilter = scan->prefilter;
	struct sighting *sighting;
	const struct skeleton *skeleton = &scan->scratch->skeleton;
	size_t start = skeleton->origins[behind - prefilter->word_sizes[word]];
	size_t end = (size_t)skeleton->origins[behind - 1] + 1;
	uint32_t borders = borders_of(scan->text, start, end);
	uint32_t known;

	if (prefilter->demanded[word] & ~borders)
		return true;
	sighting = find_sighting(scan->scratch, word);
	if (!sighting)
		sighting = add_sighting(scan->scratch, word);
	if (!sighting || !add_event(scan->scratch, sighting, start, end))
		return false;
	known = sighting->borders;
	sighting->borders |= UINT32_C(1) << borders;
	if (sighting->borders == known)
		return true;
	for (uint32_t i = prefilter->first_use[word]; i < prefilter->first_use[word + 1]; i++)
		if (!(prefilter->by_word[i].borders & ~borders))
			mark_set(scan, prefilter->by_word[i].index);
	return true;
}

static int by_first(const void *a, const void *b)
{
	const struct prefilter_range *one = a;
	const struct prefilter_range *other = b;

	return (one->first > other->first) - (one->first < other->first);
}

/* Most lists are short, and in order or nearly so. */
static void sort(struct range_list *list)
{
	if (list->count > SORTED_BY_HAND) {
		qsort(list->items, list->count, sizeof list->items[0], by_first);
		return;
	}
	for (size_t i = 1; i < list->count; i++) {
		struct prefilter_range range = list->items[i];
		size_t at = i;

		for (; at > 0 && list->items[at - 1].first > range.first; at--)
			list->items[at] = list->items[at - 1];
		list->items[at] = range;
	}
}

/* Sorts the ranges and joins those that touch. */
static void tidy(struct range_list *list)
{
	size_t kept = 0;

	sort(list);
	for (size_t i = 1; i < list->count; i++) {
		if (list->items[i].first > list->items[kept].last + 1)
			list->items[++kept] = list->items[i];
		else if (list->items[i].last > list->items[kept].last)
			list->items[kept].last = list->items[i].last;
	}
	if (list->count)
		list->count = kept + 1;
}

static void add_range(struct range_list *list, size_t first, size_t last)
{
	if (list->count == RANGES_MAX)
		tidy(list);
	if (list->count < RANGES_MAX) {
		list->items[list->count++] = (struct prefilter_range){first, last};
		return;
	}
	/* No room: one range for all. */
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].first < first)
			first = list->items[i].first;
		if (list->items[i].last > last)
			last = list->items[i].last;
	}
	list->items[0] = (struct prefilter_range){first, last};
	list->count = 1;
}

/* The first place that a match can begin at for a word of this set to end at `end`. */
static size_t farthest_start(const struct scan *scan, const struct prefilter_set *set, size_t end)
{
	size_t limit = end > set->farthest ? end - set->farthest : 0;
	size_t at = end;
	uint32_t blanks = 0;

	if (set->blanks > BLANKS_COUNTED)
		return limit;
	while (at > limit) {
		char c = scan->text.p[at - 1];

		blanks += c == ' ' || c == '\n';
		if (blanks > set->blanks)
			break;
		at--;
	}
	return at;
}

/* Where a match can begin for a word of this set to stand where it does. */
static void ranges_of_set(const struct scan *scan, const struct prefilter_set *set, struct range_list *ret_list)
{
	const struct prefilter_use *uses = scan->prefilter->by_set + set->first_use;

	ret_list->count = 0;
	for (uint32_t i = 0; i < set->use_count; i++) {
		const struct sighting *sighting = find_sighting(scan->scratch, uses[i].index);
		uint32_t event = sighting ? sighting->last : NO_EVENT;

		for (; event != NO_EVENT; event = scan->scratch->events[event].next) {
			uint32_t start = scan->scratch->events[event].start;
			uint32_t end = scan->scratch->events[event].end;

			if (end >= set->nearest && !(uses[i].borders & ~borders_of(scan->text, start, end)))
				add_range(ret_list, farthest_start(scan, set, end), end - set->nearest);
		}
	}
	tidy(ret_list);
}

static void intersect(const struct range_list *one, const struct range_list *other, struct range_list *ret_both)
{
	size_t i = 0, j = 0;

	ret_both->count = 0;
	while (i < one->count && j < other->count) {
		const struct prefilter_range *a = &one->items[i];
		const struct prefilter_range *b = &other->items[j];
		size_t first = a->first > b->first ? a->first : b->first;
		size_t last = a->last < b->last ? a->last : b->last;

		if (first <= last)
			add_range(ret_both, first, last);
		if (a->last < b->last)
			i++;
		else
			j++;
	}
}

static bool settle(struct scan *scan, uint32_t index)
{
	const struct prefilter_expression *expression = &scan->prefilter->expressions[index];
	const struct prefilter_set *sets = scan->prefilter->sets + expression->first_set;
	struct prefilter_scratch *scratch = scan->scratch;
	struct range_list *list = &scratch->lists[0];
	struct range_list *both = &scratch->lists[1];

	ranges_of_set(scan, &sets[0], list);
	for (uint32_t i = 1; i < expression->set_count && list->count; i++) {
		struct range_list *swap = list;

		ranges_of_set(scan, &sets[i], &scratch->lists[2]);
		intersect(list, &scratch->lists[2], both);
		list = both;
		both = swap;
	}
	scratch->outcomes[index] = (struct outcome){(uint32_t)scratch->ranges.count, (uint32_t)list->count};
	for (size_t i = 0; i < list->count; i++) {
		struct prefilter_range *range = list_push(&scratch->ranges);

		if (!range)
			return false;
		*range = list->items[i];
	}
	return true;
}

static bool begin(struct scan *scan)
{
	struct prefilter_scratch *scratch = scan->scratch;
	struct prefilter_range *everywhere;

	if (!scratch->places && !make_arrays(scratch))
		return false;
	scratch->event_count = 0;
	scratch->sighting_count = 0;
	scratch->complete_count = 0;
	if (scratch->ranges.capacity > RANGES_KEPT)
		list_free(&scratch->ranges);
	scratch->ranges.count = 0;
	everywhere = list_push(&scratch->ranges);
	if (!everywhere || scan->text.n >= NO_EVENT)
		return false;
	*everywhere = (struct prefilter_range){0, scan->text.n};
	if (!skeleton_make(&scratch->skeleton, scan->text))
		return false;
	return true;
}

/* Few expressions have a word in one text. */
static void forget_sets(const struct scan *scan)
{
	const struct prefilter *prefilter = scan->prefilter;
	const struct prefilter_scratch *scratch = scan->scratch;

	for (size_t i = 0; i < scratch->sighting_count; i++) {
		uint32_t word = scratch->sightings[i].word;

		for (uint32_t j = prefilter->first_use[word]; j < prefilter->first_use[word + 1]; j++)
			scratch->seen[prefilter->sets[prefilter->by_word[j].index].expression] = 0;
	}
}

/* The outcome stays. */
static void give_back(struct prefilter_scratch *scratch)
{
	if (scratch->event_capacity > EVENTS_KEPT) {
		free(scratch->events);
		scratch->events = NULL;
		scratch->event_capacity = 0;
	}
	if (scratch->skeleton.capacity > SKELETON_KEPT)
		skeleton_free(&scratch->skeleton);
}

static int by_number(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a;
	uint32_t other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/* Leaves in `complete` those that are wanted and have ranges, or need no literals. */
static bool settle_all(struct scan *scan)
{
	struct prefilter_scratch *scratch = scan->scratch;
	size_t kept = 0;

	for (size_t i = 0; i < scratch->complete_count; i++) {
		uint32_t expression = scratch->complete[i];

		if (!scan->wanted(scan->context, expression))
			continue;
		if (!settle(scan, expression))
			return false;
		if (scratch->outcomes[expression].count)
			scratch->complete[kept++] = expression;
	}
	for (size_t i = 0; i < scan->prefilter->always_count; i++) {
		uint32_t expression = scan->prefilter->always[i];

		if (!scan->wanted(scan->context, expression))
			continue;
		scratch->outcomes[expression] = (struct outcome){0, 1}; /* everywhere */
		scratch->complete[kept++] = expression;
	}
	scratch->complete_count = kept;
	if (kept > 1)
		qsort(scratch->complete, kept, sizeof *scratch->complete, by_number);
	return true;
}

bool prefilter_scan(const struct prefilter *prefilter, struct str text, prefilter_wanted *wanted, void *context,
		    struct prefilter_scratch *scratch)
{
	struct scan scan = {prefilter, scratch, text, wanted, context};
	bool done = begin(&scan);
	const struct literal_text literal_text = {scratch->skeleton.text, scratch->skeleton.starts,
						  scratch->skeleton.start_count};

	if (done)
		done = literal_scan(prefilter->matcher, &literal_text, scratch->literals, note_word, &scan);
	if (done)
		done = settle_all(&scan);
	forget_sets(&scan);
	give_back(scratch);
	return done;
}

size_t prefilter_candidates(const struct prefilter_scratch *scratch, const uint32_t **ret_expressions)
{
	*ret_expressions = scratch->complete;
	return scratch->complete_count;
}

size_t prefilter_ranges(const struct prefilter_scratch *scratch, size_t expression,
			const struct prefilter_range **ret_ranges)
{
	const struct outcome *outcome = &scratch->outcomes[expression];

	*ret_ranges = (const struct prefilter_range *)scratch->ranges.items + outcome->first;
	return outcome->count;
}
