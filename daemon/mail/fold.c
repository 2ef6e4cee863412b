#include "mail/fold.h"

#include "mail/cluster.h"
#include "mail/lookalike.h"
#include "mail/spaced.h"

#include <endian.h>
#include <string.h>

enum {
	ORIGINAL_MAX = 0x7fffffff,
	SPLIT_LETTERS_MIN = 5, /* as in spaced.c; here only a reason to look closer */
	DOTTED_WORD_MIN = 9,
	SKETCH = 6,        /* characters of a word that tell whether it may be split */
	SKETCH_SINGLE = 4, /* a letter with its punctuation has no more */
	WORD_BYTES_GUESS = 5
};

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

struct folder {
	struct fold_draft draft;
	struct arena *arena;
	size_t text_capacity;
	size_t word_capacity;
	size_t max_words;
	size_t single_letters; /* words of one letter in a row */
	bool in_word;
	bool unspaced; /* the current word is of a script without blanks */
	bool has_split;
	bool has_foreign; /* Greek or Cyrillic */
	bool cut;
	bool failed;
};

/* Room for `n` more bytes and a few that the block copy may write behind them. */
static bool reserve_text(struct folder *f, size_t n)
{
	size_t capacity;
	char *p;

	n += 16;
	if (n <= f->text_capacity - f->draft.n)
		return true;
	capacity = (f->draft.n + n) * 3 / 2;
	p = arena_alloc(f->arena, capacity);
	if (!p) {
		f->failed = true;
		return false;
	}
	if (f->draft.n)
		memcpy(p, f->draft.text, f->draft.n);
	f->draft.text = p;
	f->text_capacity = capacity;
	return true;
}

static bool reserve_word(struct folder *f)
{
	size_t capacity = f->word_capacity * 2 + 16;
	struct fold_word *words;

	if (f->draft.word_count < f->word_capacity)
		return true;
	words = arena_alloc(f->arena, capacity * sizeof *words);
	if (!words) {
		f->failed = true;
		return false;
	}
	if (f->draft.word_count)
		memcpy(words, f->draft.words, f->draft.word_count * sizeof *words);
	f->draft.words = words;
	f->word_capacity = capacity;
	return true;
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_' || c == '*';
}

/* The first characters of a word, each as 'l' for a letter, 's' for a separator or 'p' for anything else; the length.
 */
static size_t sketch_word(const char *word, size_t n, char sketch[SKETCH])
{
	size_t characters = 0;

	for (size_t i = 0; i < n; i++) {
		if (((unsigned char)word[i] & 0xc0) == 0x80)
			continue;
		if (characters == SKETCH)
			return SKETCH + 1;
		sketch[characters++] = is_separator(word[i])                                 ? 's'
				       : is_lower(word[i]) || (unsigned char)word[i] >= 0x80 ? 'l'
											     : 'p';
	}
	return characters;
}

/* Notes words that may be pieces of a split one ("l"), or one that is split ("s.o.r.r.y"). */
static void inspect_word(struct folder *f, const char *word, size_t n)
{
	char sketch[SKETCH];
	size_t characters, letters = 0;

	/* nearly every word begins with two letters; it is lower case by now */
	if (n > 1 && is_lower(word[0]) && is_lower(word[1])) {
		f->single_letters = 0;
		return;
	}
	characters = sketch_word(word, n, sketch);
	for (size_t i = 0; i < characters && i < SKETCH; i++)
		letters += sketch[i] == 'l';
	f->single_letters = characters <= SKETCH_SINGLE && letters == 1 ? f->single_letters + 1 : 0;
	f->has_split |= f->single_letters >= SPLIT_LETTERS_MIN;
	for (size_t i = 1; n >= DOTTED_WORD_MIN && i < SKETCH - 2; i++)
		f->has_split |= sketch[i] == 's' && sketch[i + 1] == 'l' && sketch[i + 2] == 's';
}

static void end_word(struct folder *f)
{
	const struct fold_word *word;

	if (!f->in_word)
		return;
	word = &f->draft.words[f->draft.word_count - 1];
	f->in_word = false;
	if (f->unspaced)
		f->single_letters = 0;
	else
		inspect_word(f, f->draft.text + word->folded, f->draft.n - word->folded);
}

/* Begins a word at original offset `at`; false when no more may be added. */
static bool begin_word(struct folder *f, size_t at, bool blank_before)
{
	if (f->max_words && f->draft.word_count == f->max_words) {
		f->cut = true;
		return false;
	}
	if (!reserve_word(f) || !reserve_text(f, 1))
		return false;
	if (blank_before && f->draft.n)
		f->draft.text[f->draft.n++] = ' ';
	f->draft.words[f->draft.word_count++] =
	    (struct fold_word){.folded = (uint32_t)f->draft.n, .original = (uint32_t)at, .original_end = (uint32_t)at};
	f->in_word = true;
	f->unspaced = false;
	return true;
}

/* Makes sure that a word is open for a character at `at`; inside unspaced text every letter opens one of its own. */
static bool open_word(struct folder *f, size_t at, bool letter, bool unspaced)
{
	if (!f->in_word) {
		if (!begin_word(f, at, true))
			return false;
	} else if (unspaced || (f->unspaced && letter)) {
		end_word(f);
		if (!begin_word(f, at, false))
			return false;
	}
	f->unspaced = unspaced || (f->unspaced && !letter);
	return true;
}

static bool is_graphic(char c)
{
	return c > ' ' && c < 0x7f;
}

/* The bytes that are neither blank, control, DEL nor beyond ASCII are lowered; others set their high bit in *ret_stop.
 */
static uint64_t lower_block(uint64_t block, uint64_t *ret_stop)
{
	uint64_t low = block & ~HIGHS;
	uint64_t graphic = (block | HIGHS) - 0x21 * ONES;
	uint64_t from_a = low + (0x80 - 'A') * ONES;
	uint64_t beyond_z = low + (0x80 - 'Z' - 1) * ONES;

	*ret_stop = (block & HIGHS) | (~graphic & HIGHS) | ((low + ONES) & HIGHS);
	return block | ((from_a & ~beyond_z & HIGHS) >> 2);
}

/* Copies a run of printable ASCII, lowered; returns the offset behind it. */
static size_t fold_ascii(struct folder *f, size_t at)
{
	struct str original = f->draft.original;
	char *out;

	if ((!f->in_word || f->unspaced) && !open_word(f, at, ascii_is_alnum(original.p[at]), false))
		return at;
	for (;;) {
		uint64_t block, stop;

		if (!reserve_text(f, sizeof block))
			return at;
		if (original.n - at < sizeof block)
			break;
		memcpy(&block, original.p + at, sizeof block);
		block = htole64(lower_block(le64toh(block), &stop));
		memcpy(f->draft.text + f->draft.n, &block, sizeof block);
		if (stop) {
			size_t n = (size_t)__builtin_ctzll(stop) / 8;

			f->draft.n += n;
			return at + n;
		}
		f->draft.n += sizeof block;
		at += sizeof block;
	}
	out = f->draft.text;
	for (; at < original.n && is_graphic(original.p[at]); at++)
		out[f->draft.n++] = ascii_lower(original.p[at]);
	return at;
}

/* Adds the folded form of original[at, end). */
static bool add_cluster(struct folder *f, const struct cluster *cluster, size_t at, size_t end)
{
	bool letter = cluster->script != SCRIPT_NONE || ascii_is_digit(cluster->bytes[0]);

	if (!reserve_text(f, cluster->n * 2))
		return false;
	f->has_foreign |= cluster->foreign;
	for (size_t i = 0; i < cluster->n; i++) {
		if (cluster->bytes[i] == ' ') {
			end_word(f);
			continue;
		}
		if ((i == 0 || !f->in_word) && !open_word(f, at, letter, i == 0 && cluster->script == SCRIPT_UNSPACED))
			return false;
		f->draft.words[f->draft.word_count - 1].original_end = (uint32_t)end;
		f->draft.text[f->draft.n++] = cluster->bytes[i];
	}
	return true;
}

/* A character beyond ASCII, or a control; returns the offset behind it. */
static size_t fold_other(struct folder *f, size_t at)
{
	struct cluster cluster;
	size_t n = cluster_fold(f->draft.original, at, &cluster);

	if (cluster.blank)
		end_word(f);
	else if (cluster.n && !add_cluster(f, &cluster, at, at + n))
		return at;
	return at + n;
}

static void fold_all(struct folder *f)
{
	struct str original = f->draft.original;
	size_t at = 0;

	while (at < original.n && !f->failed && !f->cut) {
		char c = original.p[at];

		if (is_graphic(c)) {
			at = fold_ascii(f, at);
			if (!f->failed && !f->cut)
				f->draft.words[f->draft.word_count - 1].original_end = (uint32_t)at;
		} else if (ascii_is_space(c)) {
			end_word(f);
			at++;
		} else {
			at = fold_other(f, at);
		}
	}
	end_word(f);
}

static bool start(struct folder *f, struct str original, size_t max_words, struct arena *arena)
{
	size_t words = original.n / WORD_BYTES_GUESS + 8;
	size_t bytes = original.n;

	*f = (struct folder){.draft.original = original, .arena = arena, .max_words = max_words};
	if (max_words && words > max_words)
		words = max_words;
	if (max_words && bytes / 16 > max_words)
		bytes = max_words * 16;
	f->text_capacity = bytes + 32;
	f->word_capacity = words;
	f->draft.text = arena_alloc(arena, f->text_capacity);
	f->draft.words = arena_alloc(arena, words * sizeof *f->draft.words);
	return f->draft.text && f->draft.words;
}

enum status fold_text(struct str original, size_t max_words, struct arena *arena, struct folded *ret_folded)
{
	struct folder f;

	*ret_folded = (struct folded){.text = {"", 0}, .original = original};
	if (original.n > ORIGINAL_MAX)
		return STATUS_LIMIT;
	if (!start(&f, original, max_words, arena))
		return STATUS_NO_MEMORY;
	fold_all(&f);
	if (f.failed)
		return STATUS_NO_MEMORY;
	if (f.has_split)
		spaced_join(&f.draft);
	if (f.has_foreign && !lookalike_map(&f.draft, arena))
		return STATUS_NO_MEMORY;
	f.draft.text[f.draft.n] = '\0';
	ret_folded->text = (struct str){f.draft.text, f.draft.n};
	ret_folded->words = f.draft.words;
	ret_folded->word_count = f.draft.word_count;
	ret_folded->cut = f.cut;
	return STATUS_OK;
}

struct str fold_string(struct str original, struct arena *arena)
{
	struct folded folded;

	return fold_text(original, 0, arena, &folded) == STATUS_OK ? folded.text : (struct str){"", 0};
}

struct str fold_original(const struct folded *folded, size_t start_at, size_t end)
{
	size_t low = 0, high = folded->word_count, first;

	if (start_at >= end || !high)
		return (struct str){folded->original.p, 0};
	/* the last word that begins at or before the start */
	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (folded->words[middle].folded <= start_at)
			low = middle;
		else
			high = middle;
	}
	first = low;
	while (low + 1 < folded->word_count && folded->words[low + 1].folded < end)
		low++;
	return str_sub(folded->original, folded->words[first].original,
		       folded->words[low].original_end - folded->words[first].original);
}
