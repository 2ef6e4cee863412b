#include "engine/pattern_keys.h"

#include "base/buf.h"
#include "base/list.h"
#include "engine/pattern_atom.h"

#include <string.h>

enum {
	DEPTH_MAX = 50,
	WORDS_MAX = 20000, /* of one set */
	SHORTEST_USEFUL = 2,
	LONGEST_SCORED = 8 /* longer words tell no more */
};

/* How many bytes a stretch of pattern matches. */
struct width {
	uint32_t min;
	uint32_t max; /* PATTERN_KEYS_UNBOUNDED: no limit */
};

struct reader {
	struct str pattern;
	size_t at;
	bool bytes;
	struct arena *arena;
	unsigned int depth;
	bool lost; /* something that is not understood */
	bool no_memory;
};

/* What a stretch of pattern begins with. */
enum front {
	FRONT_OPEN,    /* nothing so far, or something that may be missing and is no ASCII letter or digit */
	FRONT_NO_WORD, /* certainly no ASCII letter or digit */
	FRONT_OTHER
};

/* All that is told of a group. */
struct stretch {
	struct pattern_keys keys;
	struct width width;
	enum front front;
};

/* One branch of alternatives while it is read. */
struct branch {
	struct pattern_keys keys;
	struct width width;
	struct buf run;       /* literal characters up to here, without a break */
	unsigned int borders; /* of the run's beginning */
	bool edge;            /* no ASCII letter or digit can stand just before this place */
	enum front front;
};

static bool read_alternatives(struct reader *reader, bool edge, struct stretch *ret_stretch);

static uint32_t add_width(uint32_t a, uint32_t b)
{
	return a + b < PATTERN_KEYS_UNBOUNDED ? a + b : PATTERN_KEYS_UNBOUNDED;
}

static uint32_t multiply_width(uint32_t width, uint32_t times)
{
	if (!width || !times)
		return 0;
	return width < PATTERN_KEYS_UNBOUNDED / times ? width * times : PATTERN_KEYS_UNBOUNDED;
}

static size_t scored_length(const struct key_set *set)
{
	return set->shortest < LONGEST_SCORED ? set->shortest : LONGEST_SCORED;
}

/* How much a set tells: long words, and few of them. */
static bool tells_more(const struct key_set *a, const struct key_set *b)
{
	size_t one = scored_length(a);
	size_t other = scored_length(b);

	return one != other ? one > other : a->count < b->count;
}

/* Keeps the sets sorted, the most telling first. */
static void add_set(struct pattern_keys *keys, const struct key_set *set)
{
	size_t i = keys->count;

	if (!set->count || set->shortest < SHORTEST_USEFUL || set->count > WORDS_MAX)
		return;
	if (keys->count == PATTERN_KEYS_MAX) {
		if (!tells_more(set, &keys->sets[PATTERN_KEYS_MAX - 1]))
			return;
		i--;
	} else {
		keys->count++;
	}
	for (; i > 0 && tells_more(set, &keys->sets[i - 1]); i--)
		keys->sets[i] = keys->sets[i - 1];
	keys->sets[i] = *set;
}

/* What stands behind words that ended here is known now: `edge`: no ASCII letter or digit. */
static void close_borders(struct pattern_keys *keys, bool edge)
{
	for (size_t i = 0; i < keys->count; i++)
		for (size_t j = 0; j < keys->sets[i].count; j++) {
			struct key_word *word = &keys->sets[i].words[j];

			if (word->borders & KEY_BORDER_OPEN)
				word->borders = (word->borders & KEY_BORDER_LEFT) | (edge ? KEY_BORDER_RIGHT : 0);
		}
}

/* The run ends; what stands behind it is not known yet. */
static void end_run(struct reader *reader, struct branch *branch)
{
	struct str text = buf_str(&branch->run);
	struct key_word *word = text.n ? arena_calloc(reader->arena, 1, sizeof *word) : NULL;
	char *copy = text.n ? arena_strndup(reader->arena, text.p, text.n) : NULL;

	if (buf_failed(&branch->run) || (text.n && (!word || !copy))) {
		reader->no_memory = true;
	} else if (text.n) {
		bool letter = ascii_is_alnum(text.p[text.n - 1]);

		word->text = (struct str){copy, text.n};
		word->borders = branch->borders | (letter ? KEY_BORDER_OPEN : 0);
		add_set(&branch->keys, &(struct key_set){word, 1, text.n, branch->width.min, branch->width.max});
	}
	buf_clear(&branch->run);
}

static void add_to_width(struct branch *branch, struct width width, struct quantifier quantifier)
{
	branch->width.min = add_width(branch->width.min, multiply_width(width.min, quantifier.min));
	branch->width.max = add_width(branch->width.max, multiply_width(width.max, quantifier.max));
}

static void note_front(struct branch *branch, bool no_word, bool required)
{
	if (branch->front == FRONT_OPEN && (required || !no_word))
		branch->front = no_word ? FRONT_NO_WORD : FRONT_OTHER;
}

static void read_literal(struct reader *reader, struct branch *branch, const struct atom *atom)
{
	struct quantifier quantifier = pattern_quantifier_read(reader->pattern, &reader->at);
	struct width width = {atom->min_bytes, atom->max_bytes};

	note_front(branch, atom->no_word, quantifier.min > 0);

	if (!quantifier.min || !branch->run.n)
		end_run(reader, branch);
	if (quantifier.min) {
		close_borders(&branch->keys, atom->no_word);
		if (!branch->run.n)
			branch->borders = branch->edge && !atom->no_word ? KEY_BORDER_LEFT : 0;
		buf_add_str(&branch->run, atom->text);
		add_to_width(branch, width, (struct quantifier){1, 1});
		quantifier.min--;
		if (quantifier.max != UINT32_MAX)
			quantifier.max--;
		branch->edge = atom->no_word;
	} else {
		if (!atom->no_word)
			close_borders(&branch->keys, false);
		branch->edge = branch->edge && atom->no_word;
	}
	if (quantifier.max) {
		end_run(reader, branch);
		if (!atom->no_word)
			close_borders(&branch->keys, false);
		add_to_width(branch, width, quantifier);
	}
}

static void read_character(struct reader *reader, struct branch *branch, const struct atom *atom)
{
	struct quantifier quantifier = pattern_quantifier_read(reader->pattern, &reader->at);

	note_front(branch, atom->no_word, quantifier.min > 0);
	end_run(reader, branch);
	if (!atom->no_word || quantifier.min)
		close_borders(&branch->keys, atom->no_word);
	branch->edge = atom->no_word && (quantifier.min || branch->edge);
	add_to_width(branch, (struct width){atom->min_bytes, atom->max_bytes}, quantifier);
}

static void read_group(struct reader *reader, struct branch *branch)
{
	struct stretch inner;
	struct quantifier quantifier;
	bool no_word;

	end_run(reader, branch);
	if (!read_alternatives(reader, branch->edge, &inner))
		return;
	quantifier = pattern_quantifier_read(reader->pattern, &reader->at);
	no_word = inner.front == FRONT_NO_WORD;
	note_front(branch, no_word, quantifier.min > 0);
	if (!no_word || quantifier.min)
		close_borders(&branch->keys, no_word);
	if (quantifier.max > 1)
		close_borders(&inner.keys, false);
	for (size_t i = 0; i < inner.keys.count && quantifier.min; i++) {
		struct key_set *set = &inner.keys.sets[i];

		set->nearest = add_width(set->nearest, branch->width.min);
		set->farthest = add_width(set->farthest, branch->width.max);
		add_set(&branch->keys, set);
	}
	branch->edge = false;
	add_to_width(branch, inner.width, quantifier);
}

/* Has no width and stands in nobody's way, but what it asks for is asked at another place. */
static void skip_lookaround(struct reader *reader)
{
	struct stretch inner;

	if (read_alternatives(reader, false, &inner))
		pattern_quantifier_read(reader->pattern, &reader->at);
}

static void read_border(struct reader *reader, struct branch *branch, bool word_border)
{
	struct quantifier quantifier = pattern_quantifier_read(reader->pattern, &reader->at);
	bool behind_word = branch->run.n && ascii_is_alnum(branch->run.p[branch->run.n - 1]);

	if (!quantifier.min)
		return;
	end_run(reader, branch);
	/* \b behind a word character is its end; anywhere else it may be a beginning. */
	close_borders(&branch->keys, true);
	branch->edge = branch->edge || !word_border || !behind_word;
}

static void read_part(struct reader *reader, struct branch *branch, const struct atom *atom)
{
	switch (atom->kind) {
	case ATOM_LITERAL:
		read_literal(reader, branch, atom);
		break;
	case ATOM_CHARACTER:
		read_character(reader, branch, atom);
		break;
	case ATOM_BORDER:
	case ATOM_NO_WORD:
		read_border(reader, branch, atom->kind == ATOM_BORDER);
		break;
	case ATOM_OPEN:
		read_group(reader, branch);
		break;
	case ATOM_OPEN_LOOK:
		skip_lookaround(reader);
		break;
	case ATOM_UNBOUNDED:
		pattern_quantifier_read(reader->pattern, &reader->at);
		note_front(branch, false, true);
		end_run(reader, branch);
		close_borders(&branch->keys, false);
		branch->edge = false;
		branch->width.max = PATTERN_KEYS_UNBOUNDED;
		break;
	case ATOM_NOTHING:
		pattern_quantifier_read(reader->pattern, &reader->at);
		break;
	default:
		reader->lost = true;
	}
}

/* Reads up to "|", ")" or the end, which it returns; words that end there keep their borders open. */
static enum atom_kind read_branch(struct reader *reader, struct branch *branch)
{
	while (!reader->lost && !reader->no_memory) {
		struct atom atom = pattern_atom_read(reader->pattern, &reader->at, reader->bytes);

		if (atom.kind == ATOM_ALTERNATIVE || atom.kind == ATOM_CLOSE || atom.kind == ATOM_END) {
			end_run(reader, branch);
			return atom.kind;
		}
		read_part(reader, branch, &atom);
	}
	return ATOM_LOST;
}

/* One set out of the best set of each branch; none when some branch asks for nothing. */
static void join_branches(struct reader *reader, const struct list *best, struct pattern_keys *ret_keys)
{
	struct key_set joined = {.shortest = SIZE_MAX, .nearest = PATTERN_KEYS_UNBOUNDED};
	size_t total = 0;

	ret_keys->count = 0;
	for (size_t i = 0; i < best->count; i++) {
		const struct key_set *set = list_at(best, i);

		if (!set->count)
			return;
		total += set->count;
	}
	joined.words = arena_calloc(reader->arena, total, sizeof *joined.words);
	if (!joined.words) {
		reader->no_memory = true;
		return;
	}
	for (size_t i = 0; i < best->count; i++) {
		const struct key_set *set = list_at(best, i);

		memcpy(joined.words + joined.count, set->words, set->count * sizeof *set->words);
		joined.count += set->count;
		if (set->shortest < joined.shortest)
			joined.shortest = set->shortest;
		if (set->nearest < joined.nearest)
			joined.nearest = set->nearest;
		if (set->farthest > joined.farthest)
			joined.farthest = set->farthest;
	}
	add_set(ret_keys, &joined);
}

static void add_branch(struct stretch *stretch, const struct branch *branch, bool first)
{
	stretch->keys = branch->keys;
	if (first || branch->width.min < stretch->width.min)
		stretch->width.min = branch->width.min;
	if (branch->width.max > stretch->width.max)
		stretch->width.max = branch->width.max;
	if (branch->front != FRONT_NO_WORD)
		stretch->front = FRONT_OTHER;
}

static bool read_all_branches(struct reader *reader, bool edge, struct list *best, struct stretch *ret_stretch)
{
	enum atom_kind end = ATOM_ALTERNATIVE;

	*ret_stretch = (struct stretch){.front = FRONT_NO_WORD};
	while (end == ATOM_ALTERNATIVE) {
		struct branch branch = {.run = buf_make(reader->arena), .edge = edge};
		struct key_set *slot = list_push(best);

		if (!slot) {
			reader->no_memory = true;
			return false;
		}
		end = read_branch(reader, &branch);
		if (branch.keys.count)
			*slot = branch.keys.sets[0];
		add_branch(ret_stretch, &branch, best->count == 1);
	}
	return end == (reader->depth > 1 ? ATOM_CLOSE : ATOM_END);
}

static bool read_alternatives(struct reader *reader, bool edge, struct stretch *ret_stretch)
{
	struct list best = list_make(sizeof(struct key_set), reader->arena);

	if (++reader->depth > DEPTH_MAX || !read_all_branches(reader, edge, &best, ret_stretch)) {
		reader->lost = true;
		return false;
	}
	reader->depth--;
	if (best.count > 1)
		join_branches(reader, &best, &ret_stretch->keys);
	return !reader->no_memory;
}

enum status pattern_keys_read(struct str pattern, bool bytes, struct arena *arena, struct pattern_keys *ret_keys)
{
	struct reader reader = {.pattern = pattern, .bytes = bytes, .arena = arena};
	struct stretch stretch;
	bool read = read_alternatives(&reader, false, &stretch);

	if (reader.no_memory)
		return STATUS_NO_MEMORY;
	if (!read)
		stretch.keys.count = 0;
	close_borders(&stretch.keys, false);
	*ret_keys = stretch.keys;
	return STATUS_OK;
}
