#include "engine/pattern_keys.h"

#include "base/list.h"
#include "engine/key_run.h"
#include "engine/pattern_atom.h"

#include <string.h>

enum {
	DEPTH_MAX = 50,
	WORDS_MAX = 20000 /* of one set */
};

/* Finding words more often than so in 1,000 bytes costs more than it tells. */
#define NOISE_MAX 240.0

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

/* What is known of a group, or of one branch of alternatives while it is read. */
struct stretch {
	struct pattern_keys keys;
	struct key_width width;
	struct key_run run; /* what every match ends with; and nothing else stands before it when the run is whole */
	size_t run_from;    /* where it begins in the pattern */
	size_t atom_from;   /* where what is being read begins */
	bool whole;
	bool edge; /* no ASCII letter or digit can stand just before the place that has been reached */
	enum front front;
};

static bool read_alternatives(struct reader *reader, bool edge, struct stretch *ret_stretch);

static uint32_t multiply_width(uint32_t width, uint32_t times)
{
	if (!width || !times)
		return 0;
	return width < PATTERN_KEYS_UNBOUNDED / times ? width * times : PATTERN_KEYS_UNBOUNDED;
}

/* A group's best set is often that of its only branch, or of the run that goes on behind it. */
static bool is_known(const struct pattern_keys *keys, const struct key_set *set)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->sets[i].count == set->count && keys->sets[i].nearest == set->nearest &&
		    keys->sets[i].farthest == set->farthest &&
		    str_equal(keys->sets[i].words[0].text, set->words[0].text) &&
		    keys->sets[i].words[0].borders == set->words[0].borders)
			return true;
	return false;
}

/* Keeps the sets sorted, the rarest first. */
static void add_set(struct pattern_keys *keys, const struct key_set *set)
{
	size_t i = keys->count;

	if (!set->count || set->count > WORDS_MAX || set->noise > NOISE_MAX || is_known(keys, set))
		return;
	if (keys->count == PATTERN_KEYS_MAX) {
		if (set->cost >= keys->sets[PATTERN_KEYS_MAX - 1].cost)
			return;
		i--;
	} else {
		keys->count++;
	}
	for (; i > 0 && set->cost < keys->sets[i - 1].cost; i--)
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

/* Notes the run as it stands as a set; what stands behind it is not known yet. */
static void note_run(struct reader *reader, struct stretch *branch)
{
	struct key_set set;

	if (key_run_is_open(&branch->run))
		return;
	if (!key_run_set(&branch->run, reader->arena, &set)) {
		reader->no_memory = true;
		return;
	}
	set.from = branch->run_from;
	set.to = branch->atom_from;
	add_set(&branch->keys, &set);
}

static void end_run(struct reader *reader, struct stretch *branch)
{
	note_run(reader, branch);
	branch->run = key_run_begin(reader->arena);
	branch->run_from = reader->at;
	branch->whole = false;
}

/* The run goes on with one of the strings of `next`; where that would become too many, a new run begins there. */
static void go_on(struct reader *reader, struct stretch *branch, const struct key_run *next)
{
	if (next->count > 1)
		note_run(reader, branch);
	if (key_run_cross(&branch->run, branch->width, next, reader->arena))
		return;
	end_run(reader, branch);
	branch->run_from = branch->atom_from;
	key_run_cross(&branch->run, branch->width, next, reader->arena);
}

static void add_to_width(struct stretch *branch, struct key_width width, struct quantifier quantifier)
{
	branch->width = key_width_add(branch->width, (struct key_width){multiply_width(width.min, quantifier.min),
									multiply_width(width.max, quantifier.max),
									multiply_width(width.blanks, quantifier.max)});
}

static void note_front(struct stretch *branch, bool no_word, bool required)
{
	if (branch->front == FRONT_OPEN && (required || !no_word))
		branch->front = no_word ? FRONT_NO_WORD : FRONT_OTHER;
}

/* What follows ends words that ended before it, or may be one of their letters. */
static void meet(struct stretch *branch, bool no_word, bool required)
{
	if (!no_word || required)
		close_borders(&branch->keys, no_word);
}

/* Of something that may be missing. */
static void make_optional(struct reader *reader, struct key_run *run)
{
	const struct key_run missing = key_run_begin(reader->arena);

	*run = key_run_unite(run, &missing, reader->arena);
}

static void pass_character(struct reader *reader, struct stretch *branch, const struct atom *atom, bool required)
{
	struct key_run run = key_run_of(atom->choices, atom->choice_count, branch->edge, reader->arena);

	if (!required)
		make_optional(reader, &run);
	go_on(reader, branch, &run);
}

static void read_character(struct reader *reader, struct stretch *branch, const struct atom *atom)
{
	struct quantifier quantifier = pattern_quantifier_read(reader->pattern, &reader->at);
	bool required = quantifier.min > 0;
	bool known = atom->choice_count && (required || quantifier.max == 1);

	note_front(branch, atom->no_word, required);
	if (atom->dropped && required)
		key_run_close(&branch->run);
	else if (!atom->dropped && known)
		pass_character(reader, branch, atom, required);
	else if (!atom->dropped)
		end_run(reader, branch);
	meet(branch, atom->no_word, required);
	if (known && quantifier.max > 1 && !atom->dropped) {
		end_run(reader, branch);
		if (!atom->no_word)
			close_borders(&branch->keys, false);
	}
	branch->edge = atom->no_word && (required || branch->edge);
	add_to_width(branch, (struct key_width){atom->min_bytes, atom->max_bytes, atom->may_blank != 0}, quantifier);
}

/* The run behind a group that stands there once, or may be missing. */
static void pass_group(struct reader *reader, struct stretch *branch, struct stretch *inner, bool required)
{
	if (inner->whole) {
		if (!required)
			make_optional(reader, &inner->run);
		go_on(reader, branch, &inner->run);
		return;
	}
	end_run(reader, branch);
	if (!required)
		return;
	branch->run_from = branch->atom_from;
	key_run_cross(&branch->run, branch->width, &inner->run, reader->arena);
}

static void read_group(struct reader *reader, struct stretch *branch)
{
	struct stretch inner;
	struct quantifier quantifier;
	bool no_word, required;

	if (!read_alternatives(reader, branch->edge, &inner))
		return;
	quantifier = pattern_quantifier_read(reader->pattern, &reader->at);
	no_word = inner.front == FRONT_NO_WORD;
	required = quantifier.min > 0;
	note_front(branch, no_word, required);
	if (quantifier.max == 1)
		pass_group(reader, branch, &inner, required);
	else
		end_run(reader, branch);
	meet(branch, no_word, required);
	if (quantifier.max > 1)
		close_borders(&inner.keys, false);
	for (size_t i = 0; i < inner.keys.count && required; i++) {
		struct key_set *set = &inner.keys.sets[i];
		struct key_width end = {set->nearest, set->farthest, set->blanks};

		end = key_width_add(branch->width, end);
		set->nearest = end.min;
		set->farthest = end.max;
		set->blanks = end.blanks;
		add_set(&branch->keys, set);
	}
	branch->edge = quantifier.max == 1 && inner.edge && (required || branch->edge);
	add_to_width(branch, inner.width, quantifier);
}

/* Has no width and stands in nobody's way, but what it asks for is asked at another place. */
static void skip_lookaround(struct reader *reader)
{
	struct stretch inner;

	if (read_alternatives(reader, false, &inner))
		pattern_quantifier_read(reader->pattern, &reader->at);
}

/* A letter on one side means none on the other: whichever side is a letter, it is the end of its word. */
static void read_border(struct reader *reader, struct stretch *branch)
{
	struct quantifier quantifier = pattern_quantifier_read(reader->pattern, &reader->at);

	if (!quantifier.min)
		return;
	key_run_close(&branch->run);
	close_borders(&branch->keys, true);
	branch->edge = true;
}

static void read_part(struct reader *reader, struct stretch *branch, const struct atom *atom)
{
	switch (atom->kind) {
	case ATOM_CHARACTER:
		read_character(reader, branch, atom);
		break;
	case ATOM_BORDER:
	case ATOM_NO_WORD:
		read_border(reader, branch);
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
		branch->width.max = branch->width.blanks = PATTERN_KEYS_UNBOUNDED;
		break;
	case ATOM_NOTHING:
		pattern_quantifier_read(reader->pattern, &reader->at);
		break;
	default:
		reader->lost = true;
	}
}

/* Reads up to "|", ")" or the end, which it returns; words that end there keep their borders open. */
static enum atom_kind read_branch(struct reader *reader, struct stretch *branch)
{
	while (!reader->lost && !reader->no_memory) {
		struct atom atom;

		branch->atom_from = reader->at;
		atom = pattern_atom_read(reader->pattern, &reader->at, reader->bytes);
		if (atom.kind == ATOM_ALTERNATIVE || atom.kind == ATOM_CLOSE || atom.kind == ATOM_END) {
			note_run(reader, branch);
			return atom.kind;
		}
		read_part(reader, branch, &atom);
	}
	return ATOM_LOST;
}

/* One set out of the best set of each branch; none when some branch asks for nothing. */
static void join_branches(struct reader *reader, const struct list *best, struct pattern_keys *ret_keys)
{
	struct key_set joined = {.nearest = PATTERN_KEYS_UNBOUNDED, .from = SIZE_MAX};
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
		joined.cost += set->cost;
		joined.noise += set->noise;
		if (set->nearest < joined.nearest)
			joined.nearest = set->nearest;
		if (set->farthest > joined.farthest)
			joined.farthest = set->farthest;
		if (set->blanks > joined.blanks)
			joined.blanks = set->blanks;
		if (set->from < joined.from)
			joined.from = set->from;
		if (set->to > joined.to)
			joined.to = set->to;
	}
	add_set(ret_keys, &joined);
}

static void add_branch(struct stretch *stretch, const struct stretch *branch, bool first, struct arena *arena)
{
	if (first) {
		*stretch = *branch;
		stretch->front = branch->front == FRONT_NO_WORD ? FRONT_NO_WORD : FRONT_OTHER;
		return;
	}
	if (branch->width.min < stretch->width.min)
		stretch->width.min = branch->width.min;
	if (branch->width.max > stretch->width.max)
		stretch->width.max = branch->width.max;
	if (branch->width.blanks > stretch->width.blanks)
		stretch->width.blanks = branch->width.blanks;
	if (branch->front != FRONT_NO_WORD)
		stretch->front = FRONT_OTHER;
	stretch->edge = stretch->edge && branch->edge;
	stretch->run = key_run_unite(&stretch->run, &branch->run, arena);
	stretch->whole = stretch->whole && branch->whole && stretch->run.count;
}

static bool read_all_branches(struct reader *reader, bool edge, struct list *best, struct stretch *ret_stretch)
{
	enum atom_kind end = ATOM_ALTERNATIVE;

	while (end == ATOM_ALTERNATIVE) {
		struct stretch branch = {
		    .run = key_run_begin(reader->arena), .run_from = reader->at, .whole = true, .edge = edge};
		struct key_set *slot = list_push(best);

		if (!slot) {
			reader->no_memory = true;
			return false;
		}
		end = read_branch(reader, &branch);
		if (branch.keys.count)
			*slot = branch.keys.sets[0];
		add_branch(ret_stretch, &branch, best->count == 1, reader->arena);
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
