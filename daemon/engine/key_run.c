#include "engine/key_run.h"

#include "engine/literal_cost.h"
#include "engine/skeleton.h"

#include <string.h>

/* A string more in a set costs memory, and time a little. */
#define COST_OF_STRING 0.003

static const struct key_width nowhere = {PATTERN_KEYS_UNBOUNDED, 0, 0};

static uint32_t add(uint32_t a, uint32_t b)
{
	return a + b < PATTERN_KEYS_UNBOUNDED ? a + b : PATTERN_KEYS_UNBOUNDED;
}

struct key_width key_width_add(struct key_width a, struct key_width b)
{
	return (struct key_width){add(a.min, b.min), add(a.max, b.max), add(a.blanks, b.blanks)};
}

static void widen(struct key_width *width, struct key_width other)
{
	if (other.min < width->min)
		width->min = other.min;
	if (other.max > width->max)
		width->max = other.max;
	if (other.blanks > width->blanks)
		width->blanks = other.blanks;
}

static struct key_run make(size_t capacity, struct arena *arena)
{
	return (struct key_run){.strings = arena_calloc(arena, capacity, sizeof(struct key_string)), .end = nowhere};
}

static bool same(const struct key_string *a, const struct key_string *b)
{
	return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

/* A string that is there already asks for the fewer borders of the two. */
static void add_string(struct key_run *run, const struct key_string *string)
{
	for (size_t i = 0; i < run->count; i++)
		if (same(&run->strings[i], string)) {
			run->strings[i].borders &= string->borders;
			return;
		}
	run->strings[run->count++] = *string;
}

struct key_run key_run_begin(struct arena *arena)
{
	struct key_run run = make(1, arena);

	run.count = run.strings ? 1 : 0;
	return run;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n';
}

static struct key_string string_of(struct str character, bool edge)
{
	struct key_string string = {.size = (unsigned char)character.n};

	if (character.n == 1 && skeleton_drops(character.p[0]))
		return (struct key_string){.borders = KEY_BORDER_RIGHT};
	memcpy(string.text, character.p, character.n);
	string.borders = edge && ascii_is_alnum(character.p[0]) ? KEY_BORDER_LEFT : 0;
	return string;
}

struct key_run key_run_of(const struct str *characters, size_t count, bool edge, struct arena *arena)
{
	struct key_run run = make(count, arena);

	for (size_t i = 0; i < count && run.strings; i++) {
		struct key_string string = string_of(characters[i], edge);
		uint32_t size = (uint32_t)characters[i].n;

		add_string(&run, &string);
		if (string.size)
			widen(&run.end, (struct key_width){size, size, is_blank(characters[i].p[0])});
	}
	return run;
}

struct key_run key_run_unite(const struct key_run *one, const struct key_run *other, struct arena *arena)
{
	size_t count = one->count + other->count;
	struct key_run both = {.end = nowhere};

	if (!one->count || !other->count || count > KEY_RUN_WORDS)
		return both;
	both = make(count, arena);
	for (size_t i = 0; i < one->count && both.strings; i++)
		add_string(&both, &one->strings[i]);
	for (size_t i = 0; i < other->count && both.strings; i++)
		add_string(&both, &other->strings[i]);
	both.end = one->end;
	widen(&both.end, other->end);
	return both;
}

static void append(struct key_string *first, const struct key_string *second)
{
	unsigned int left = (first->size ? first : second)->borders & KEY_BORDER_LEFT;

	if (!second->size) {
		first->borders |= second->borders & KEY_BORDER_RIGHT;
		return;
	}
	memcpy(first->text + first->size, second->text, second->size);
	first->size = (unsigned char)(first->size + second->size);
	first->borders = (unsigned char)(left | (second->borders & KEY_BORDER_RIGHT));
}

static size_t longest(const struct key_run *run)
{
	size_t size = 0;

	for (size_t i = 0; i < run->count; i++)
		if (run->strings[i].size > size)
			size = run->strings[i].size;
	return size;
}

static bool any_empty(const struct key_run *run)
{
	for (size_t i = 0; i < run->count; i++)
		if (!run->strings[i].size)
			return true;
	return false;
}

bool key_run_cross(struct key_run *run, struct key_width width, const struct key_run *next, struct arena *arena)
{
	size_t count = run->count * next->count;
	struct key_run crossed = *run;

	if (!count || count > KEY_RUN_WORDS || longest(run) + longest(next) > KEY_RUN_BYTES)
		return false;
	if (next->count > 1) {
		crossed = make(count, arena);
		if (!crossed.strings)
			return false;
	}
	for (size_t i = 0; i < run->count && next->count > 1; i++)
		for (size_t j = 0; j < next->count; j++) {
			struct key_string both = run->strings[i];

			append(&both, &next->strings[j]);
			add_string(&crossed, &both);
		}
	/* The usual case: one character more, in place. */
	for (size_t i = 0; i < run->count && next->count == 1; i++)
		append(&run->strings[i], &next->strings[0]);
	crossed.end = any_empty(next) ? run->end : nowhere;
	if (longest(next))
		widen(&crossed.end, key_width_add(width, next->end));
	*run = crossed;
	return true;
}

void key_run_close(struct key_run *run)
{
	for (size_t i = 0; i < run->count; i++)
		run->strings[i].borders |= KEY_BORDER_RIGHT;
}

bool key_run_is_open(const struct key_run *run)
{
	return !run->count || any_empty(run);
}

/* Wherever `string` is seen, `other` has been seen too. */
static bool implies(const struct key_string *string, const struct key_string *other)
{
	size_t rest = (size_t)string->size - other->size;

	return string->size > other->size && string->text[string->size - 1] == other->text[other->size - 1] &&
	       memcmp(string->text + rest, other->text, other->size) == 0 &&
	       (!(other->borders & KEY_BORDER_LEFT) || !ascii_is_alnum(string->text[rest - 1])) &&
	       !(other->borders & ~string->borders & KEY_BORDER_RIGHT);
}

static bool is_needed(const struct key_run *run, size_t index)
{
	for (size_t i = 0; i < run->count; i++)
		if (i != index && implies(&run->strings[index], &run->strings[i]))
			return false;
	return true;
}

static unsigned int borders_of(const struct key_string *string)
{
	unsigned int borders = string->borders & KEY_BORDER_LEFT;

	if (ascii_is_alnum(string->text[string->size - 1]))
		borders |= string->borders & KEY_BORDER_RIGHT ? KEY_BORDER_RIGHT : KEY_BORDER_OPEN;
	return borders;
}

/* A word behind a blank starts there; to look where words start is cheaper than to look everywhere. */
static struct key_string without_blank(const struct key_string *string)
{
	struct key_string word = *string;

	if (string->size < 2 || !is_blank(string->text[0]) || !ascii_is_alnum(string->text[1]))
		return word;
	memmove(word.text, string->text + 1, string->size - 1u);
	word.size--;
	word.borders |= KEY_BORDER_LEFT;
	return word;
}

bool key_run_set(const struct key_run *run, struct arena *arena, struct key_set *ret_set)
{
	*ret_set = (struct key_set){.words = arena_calloc(arena, run->count, sizeof *ret_set->words),
				    .nearest = run->end.min,
				    .farthest = run->end.max,
				    .blanks = run->end.blanks};
	for (size_t i = 0; ret_set->words && i < run->count; i++) {
		const struct key_string string = without_blank(&run->strings[i]);
		struct key_word *word = &ret_set->words[ret_set->count];

		if (!is_needed(run, i))
			continue;
		word->text = (struct str){arena_strndup(arena, string.text, string.size), string.size};
		word->borders = borders_of(&string);
		if (!word->text.p)
			return false;
		ret_set->cost += COST_OF_STRING + literal_cost(word->text, word->borders & KEY_BORDER_LEFT,
							       word->borders & (KEY_BORDER_RIGHT | KEY_BORDER_OPEN));
		ret_set->noise += literal_cost(word->text, false, false);
		ret_set->count++;
	}
	return ret_set->words != NULL;
}
