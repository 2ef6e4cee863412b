#include "engine/pattern_keys.h"

#include "base/buf.h"
#include "base/list.h"
#include "mail/script.h"

#include <string.h>

enum {
	DEPTH_MAX = 50,
	SETS_MAX = 24,     /* kept of one branch before the best are chosen */
	WORDS_MAX = 20000, /* of one set */
	SHORTEST_USEFUL = 2,
	LONGEST_SCORED = 8 /* longer words tell no more */
};

/* The sets that one stretch of pattern asks for. */
struct found {
	struct key_set sets[SETS_MAX];
	size_t count;
};

struct reader {
	struct str pattern;
	size_t at;
	bool bytes;
	struct arena *arena;
	unsigned int depth;
	bool lost;      /* something that is not understood: ask for nothing */
	bool no_memory;
};

/* The literal characters read so far, without a break. */
struct run {
	struct buf text;
	size_t last; /* where its last character begins */
};

static bool read_alternatives(struct reader *reader, struct found *ret_found);

static char byte_at(const struct reader *reader, size_t ahead)
{
	return reader->at + ahead < reader->pattern.n ? reader->pattern.p[reader->at + ahead] : '\0';
}

/* How much a set tells: long words, and few of them. */
static bool tells_more(const struct key_set *a, const struct key_set *b)
{
	size_t one = a->shortest < LONGEST_SCORED ? a->shortest : LONGEST_SCORED;
	size_t other = b->shortest < LONGEST_SCORED ? b->shortest : LONGEST_SCORED;

	return one != other ? one > other : a->count < b->count;
}

/* Keeps the sets sorted, the most telling first. */
static void add_set(struct found *found, const struct key_set *set)
{
	size_t i = found->count;

	if (set->shortest < SHORTEST_USEFUL || set->count > WORDS_MAX)
		return;
	if (found->count == SETS_MAX) {
		if (!tells_more(set, &found->sets[SETS_MAX - 1]))
			return;
		i--;
	} else {
		found->count++;
	}
	for (; i > 0 && tells_more(set, &found->sets[i - 1]); i--)
		found->sets[i] = found->sets[i - 1];
	found->sets[i] = *set;
}

static void end_run(struct reader *reader, struct run *run, struct found *found)
{
	struct str text = buf_str(&run->text);
	struct str *word;

	if (buf_failed(&run->text)) {
		reader->no_memory = true;
	} else if (text.n) {
		char *copy = arena_strndup(reader->arena, text.p, text.n);

		word = arena_alloc(reader->arena, sizeof *word);
		if (copy && word) {
			*word = (struct str){copy, text.n};
			add_set(found, &(struct key_set){word, 1, text.n});
		} else {
			reader->no_memory = true;
		}
	}
	buf_clear(&run->text);
}

/* The length of "{2}", "{2,}" or "{2,3}" at the reader; 0: a brace that means itself. */
static size_t braces_length(const struct reader *reader)
{
	size_t n = 1;

	if (byte_at(reader, 0) != '{' || !ascii_is_digit(byte_at(reader, 1)))
		return 0;
	while (ascii_is_digit(byte_at(reader, n)))
		n++;
	if (byte_at(reader, n) == ',')
		for (n++; ascii_is_digit(byte_at(reader, n));)
			n++;
	return byte_at(reader, n) == '}' ? n + 1 : 0;
}

/* Reads what follows an atom: whether it may be missing, and whether it is there just once. */
static void read_quantifier(struct reader *reader, bool *ret_optional, bool *ret_once)
{
	char c = byte_at(reader, 0);
	size_t braces = braces_length(reader);

	*ret_optional = c == '?' || c == '*' || (braces && byte_at(reader, 1) == '0');
	*ret_once = !braces && c != '?' && c != '*' && c != '+';
	if (*ret_once)
		return;
	reader->at += braces ? braces : 1;
	if (byte_at(reader, 0) == '?' || byte_at(reader, 0) == '+')
		reader->at++;
}

static void skip_class(struct reader *reader)
{
	reader->at++;
	if (byte_at(reader, 0) == '^')
		reader->at++;
	if (byte_at(reader, 0) == ']')
		reader->at++;
	while (reader->at < reader->pattern.n && byte_at(reader, 0) != ']') {
		if (byte_at(reader, 0) == '[' && byte_at(reader, 1) == ':') {
			size_t end = str_find(reader->pattern, reader->at, STR(":]"));

			reader->at = end == STR_NONE ? reader->pattern.n : end + 2;
		} else if (byte_at(reader, 0) == '\\' && byte_at(reader, 1) == 'Q') {
			reader->lost = true;
			return;
		} else {
			reader->at += byte_at(reader, 0) == '\\' ? 2 : 1;
		}
	}
	reader->at++;
}

/* Skips a name or number in braces or angle brackets, when there is one. */
static void skip_argument(struct reader *reader)
{
	char open = byte_at(reader, 0);
	char close = open == '{' ? '}' : (open == '<' ? '>' : (open == '\'' ? '\'' : '\0'));
	size_t end = close ? str_find_byte(reader->pattern, reader->at + 1, close) : STR_NONE;

	if (end != STR_NONE)
		reader->at = end + 1;
	else if (close)
		reader->lost = true;
	else
		reader->at++;
}

enum atom { ATOM_LITERAL, ATOM_UNKNOWN, ATOM_NOTHING };

/* Behind the backslash. Escaped punctuation is a literal; everything with a meaning is some character or none. */
static enum atom read_escape(struct reader *reader)
{
	char c = byte_at(reader, 1);

	if (!ascii_is_alnum(c) && c) {
		reader->at++;
		return ATOM_LITERAL;
	}
	reader->at += 2;
	if (strchr("bBAzZGK", c) && c)
		return ATOM_NOTHING;
	if (strchr("QE", c) || (strchr("gk", c) && !strchr("{<'", byte_at(reader, 0))))
		reader->lost = true;
	else if (strchr("pPgkoxN", c) && strchr("{<'", byte_at(reader, 0)) && byte_at(reader, 0))
		skip_argument(reader);
	else if (strchr("pPc", c))
		reader->at++;
	else if (c == 'x')
		while (ascii_is_alnum(byte_at(reader, 0)) && !strchr("ghijklmnopqrstuvwxyz", byte_at(reader, 0)))
			reader->at++;
	else if (ascii_is_digit(c))
		while (ascii_is_digit(byte_at(reader, 0)))
			reader->at++;
	return ATOM_UNKNOWN;
}

/* True for groups whose content stands in the text; leaves the reader behind what opens the group. */
static bool open_group(struct reader *reader, bool *ret_zero_width)
{
	char kind = byte_at(reader, 2);
	char next = byte_at(reader, 3);

	*ret_zero_width = false;
	if (byte_at(reader, 1) == '*') {
		reader->lost = true;
	} else if (byte_at(reader, 1) != '?') {
		reader->at += 1;
	} else if (kind == ':' || kind == '>' || kind == '|') {
		reader->at += 3;
	} else if (kind == '=' || kind == '!') {
		*ret_zero_width = true;
		reader->at += 3;
	} else if (kind == '<' && (next == '=' || next == '!')) {
		*ret_zero_width = true;
		reader->at += 4;
	} else if (kind == '<' || kind == '\'' || (kind == 'P' && next == '<')) {
		reader->at += kind == 'P' ? 3 : 2;
		skip_argument(reader);
	} else {
		reader->lost = true; /* options, conditions, recursion, comments */
	}
	return !reader->lost;
}

static void read_group(struct reader *reader, struct run *run, struct found *found)
{
	struct found inner = {.count = 0};
	bool zero_width, optional, once;

	if (!open_group(reader, &zero_width))
		return;
	if (!zero_width)
		end_run(reader, run, found);
	if (!read_alternatives(reader, &inner))
		return;
	if (byte_at(reader, 0) != ')') {
		reader->lost = true;
		return;
	}
	reader->at++;
	read_quantifier(reader, &optional, &once);
	if (zero_width || optional)
		return;
	for (size_t i = 0; i < inner.count; i++)
		add_set(found, &inner.sets[i]);
}

static void read_literal(struct reader *reader, struct run *run, struct found *found)
{
	struct str rest = str_sub(reader->pattern, reader->at, reader->pattern.n);
	int32_t c;
	size_t n = reader->bytes ? 1 : script_read(rest.p, rest.n, &c);
	bool optional, once;

	reader->at += n;
	read_quantifier(reader, &optional, &once);
	if (!optional)
		buf_add(&run->text, rest.p, n);
	if (!once)
		end_run(reader, run, found);
}

static void read_atom(struct reader *reader, struct run *run, struct found *found)
{
	char c = byte_at(reader, 0);
	enum atom atom = ATOM_LITERAL;
	bool optional, once;

	if (c == '(') {
		read_group(reader, run, found);
		return;
	}
	if (c == '[') {
		skip_class(reader);
		atom = ATOM_UNKNOWN;
	} else if (c == '\\') {
		atom = read_escape(reader);
	} else if (c == '.') {
		reader->at++;
		atom = ATOM_UNKNOWN;
	} else if (c == '^' || c == '$') {
		reader->at++;
		atom = ATOM_NOTHING;
	}
	if (atom == ATOM_LITERAL) {
		read_literal(reader, run, found);
	} else if (atom == ATOM_UNKNOWN) {
		read_quantifier(reader, &optional, &once);
		end_run(reader, run, found);
	}
}

static bool read_branch(struct reader *reader, struct found *ret_found)
{
	struct run run = {.text = buf_make(reader->arena)};

	ret_found->count = 0;
	while (reader->at < reader->pattern.n && byte_at(reader, 0) != '|' && byte_at(reader, 0) != ')') {
		read_atom(reader, &run, ret_found);
		if (reader->lost || reader->no_memory)
			return false;
	}
	end_run(reader, &run, ret_found);
	return !reader->no_memory;
}

/* One set out of the best set of each branch; none when some branch asks for nothing. */
static bool join_branches(struct reader *reader, const struct list *best, struct found *ret_found)
{
	struct key_set joined = {.shortest = (size_t)-1};
	struct str *words;
	size_t total = 0;

	ret_found->count = 0;
	for (size_t i = 0; i < best->count; i++) {
		const struct key_set *set = list_at(best, i);

		if (!set->count)
			return true;
		total += set->count;
		if (set->shortest < joined.shortest)
			joined.shortest = set->shortest;
	}
	words = arena_calloc(reader->arena, total, sizeof *words);
	if (!words) {
		reader->no_memory = true;
		return false;
	}
	for (size_t i = 0; i < best->count; i++) {
		const struct key_set *set = list_at(best, i);

		memcpy(words + joined.count, set->words, set->count * sizeof *words);
		joined.count += set->count;
	}
	joined.words = words;
	add_set(ret_found, &joined);
	return true;
}

static bool read_alternatives(struct reader *reader, struct found *ret_found)
{
	struct list best = list_make(sizeof(struct key_set), reader->arena);

	if (++reader->depth > DEPTH_MAX) {
		reader->lost = true;
		return false;
	}
	for (;;) {
		struct key_set *slot = list_push(&best);

		if (!slot) {
			reader->no_memory = true;
			return false;
		}
		if (!read_branch(reader, ret_found))
			return false;
		if (ret_found->count)
			*slot = ret_found->sets[0];
		if (byte_at(reader, 0) != '|' || reader->at == reader->pattern.n)
			break;
		reader->at++;
	}
	reader->depth--;
	return best.count == 1 || join_branches(reader, &best, ret_found);
}

enum status pattern_keys_read(struct str pattern, bool bytes, struct arena *arena, struct pattern_keys *ret_keys)
{
	struct reader reader = {.pattern = pattern, .bytes = bytes, .arena = arena};
	struct found found = {.count = 0};

	ret_keys->count = 0;
	if (!read_alternatives(&reader, &found) || reader.at < pattern.n)
		return reader.no_memory ? STATUS_NO_MEMORY : STATUS_OK;
	for (size_t i = 0; i < found.count && i < PATTERN_KEYS_MAX; i++)
		ret_keys->sets[ret_keys->count++] = found.sets[i];
	return STATUS_OK;
}
