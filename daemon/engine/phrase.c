#include "engine/phrase_tree.h"

#include "base/buf.h"
#include "mail/fold.h"

#include <string.h>

enum { PHRASE_DEPTH_MAX = 20 };

struct reader {
	struct str text;
	size_t at;
	struct arena *arena;
	struct phrase_error *error;
	enum status status;
	unsigned int depth;
};

static struct phrase_sequence *read_alternatives(struct reader *reader);

static void *fail(struct reader *reader, size_t offset, const char *what, const char *hint)
{
	if (reader->status == STATUS_OK) {
		reader->status = what ? STATUS_BAD_INPUT : STATUS_NO_MEMORY;
		*reader->error = (struct phrase_error){offset, what ? what : "out of memory", hint};
	}
	return NULL;
}

static void *allocate(struct reader *reader, size_t size)
{
	void *p = arena_calloc(reader->arena, 1, size);

	return p ? p : fail(reader, reader->at, NULL, NULL);
}

static struct str rest(const struct reader *reader)
{
	return str_sub(reader->text, reader->at, reader->text.n);
}

/* The length of the blank at the reader: ASCII white space, no-break space, ideographic space; 0: none. */
static size_t blank_length(const struct reader *reader)
{
	struct str here = rest(reader);

	if (here.n && ascii_is_space(here.p[0]))
		return 1;
	if (str_starts(here, STR("\xc2\xa0")))
		return 2;
	return str_starts(here, STR("\xe3\x80\x80")) ? 3 : 0;
}

static bool skip_blanks(struct reader *reader)
{
	size_t start = reader->at;
	size_t n;

	while ((n = blank_length(reader)) > 0)
		reader->at += n;
	return reader->at > start;
}

/* The length of "..." or its one-character form at the reader; 0: none. */
static size_t gap_length(const struct reader *reader)
{
	return str_starts(rest(reader), STR("...")) || str_starts(rest(reader), STR("\xe2\x80\xa6")) ? 3 : 0;
}

static bool at_byte(const struct reader *reader, char c)
{
	return reader->at < reader->text.n && reader->text.p[reader->at] == c;
}

/* True at anything that ends a literal. */
static bool at_syntax(const struct reader *reader)
{
	return reader->at == reader->text.n || strchr("(|)?", reader->text.p[reader->at]) || blank_length(reader) ||
	       gap_length(reader);
}

static struct str read_literal(struct reader *reader)
{
	struct buf raw = buf_make(reader->arena);
	size_t start = reader->at;
	struct str folded;

	while (!at_syntax(reader)) {
		if (at_byte(reader, '\\') && reader->at + 1 < reader->text.n)
			reader->at++;
		buf_add_byte(&raw, reader->text.p[reader->at++]);
	}
	folded = buf_failed(&raw) ? (struct str){NULL, 0} : fold_string(buf_str(&raw), reader->arena);
	if (!folded.p)
		fail(reader, start, NULL, NULL);
	else if (!folded.n)
		fail(reader, start, "nothing is left of a word after folding", "it has invisible characters only");
	return folded;
}

static struct phrase_item *read_item(struct reader *reader)
{
	struct phrase_item *item = allocate(reader, sizeof *item);
	size_t start = reader->at;

	if (!item)
		return NULL;
	if (at_byte(reader, '?'))
		return fail(reader, start, "`?` stands behind no word or group",
			    "for a question mark itself write \\\\?");
	if (at_byte(reader, '(')) {
		if (++reader->depth > PHRASE_DEPTH_MAX)
			return fail(reader, start, "brackets are nested too deeply", NULL);
		reader->at++;
		item->alternatives = read_alternatives(reader);
		if (reader->status == STATUS_OK && !at_byte(reader, ')'))
			return fail(reader, start, "a bracket is not closed", "for a bracket itself write \\\\(");
		reader->at++;
		reader->depth--;
	} else {
		item->text = read_literal(reader);
	}
	if (reader->status == STATUS_OK && at_byte(reader, '?')) {
		item->optional = true;
		reader->at++;
	}
	return reader->status == STATUS_OK ? item : NULL;
}

static struct phrase_unit *read_unit(struct reader *reader)
{
	struct phrase_unit *unit = allocate(reader, sizeof *unit);
	struct phrase_item **last = unit ? &unit->items : NULL;

	while (unit && reader->status == STATUS_OK && reader->at < reader->text.n && !blank_length(reader) &&
	       !gap_length(reader) && !at_byte(reader, '|') && !at_byte(reader, ')')) {
		*last = read_item(reader);
		if (*last)
			last = &(*last)->next;
	}
	return reader->status == STATUS_OK ? unit : NULL;
}

static bool at_end_of_sequence(const struct reader *reader)
{
	return reader->at == reader->text.n || at_byte(reader, '|') || at_byte(reader, ')');
}

/* Skips blanks and gaps in any mixture; tells whether there was a gap. */
static bool skip_separator(struct reader *reader, bool *ret_gap)
{
	size_t start = reader->at;
	size_t n;

	*ret_gap = false;
	skip_blanks(reader);
	while ((n = gap_length(reader)) > 0) {
		*ret_gap = true;
		reader->at += n;
		skip_blanks(reader);
	}
	return reader->at > start;
}

static struct phrase_sequence *read_sequence(struct reader *reader)
{
	static const char gap_hint[] = "`...` stands between words; without it the phrase matches as much";
	struct phrase_sequence *sequence = allocate(reader, sizeof *sequence);
	struct phrase_unit **last;
	bool gap;

	if (!sequence)
		return NULL;
	last = &sequence->units;
	sequence->blank_before = skip_separator(reader, &gap);
	if (gap)
		return fail(reader, reader->at, "`...` at the beginning", gap_hint);
	while (!at_end_of_sequence(reader)) {
		*last = read_unit(reader);
		if (!*last)
			return NULL;
		(*last)->gap_before = gap;
		last = &(*last)->next;
		sequence->blank_behind = skip_separator(reader, &gap);
	}
	return gap ? fail(reader, reader->at, "`...` at the end", gap_hint) : sequence;
}

static struct phrase_sequence *read_alternatives(struct reader *reader)
{
	struct phrase_sequence *first = read_sequence(reader);
	struct phrase_sequence *last = first;
	size_t start = reader->at;

	while (last && at_byte(reader, '|')) {
		reader->at++;
		last->next = read_sequence(reader);
		last = last->next;
	}
	if (last && !first->next && !first->units)
		return reader->depth ? fail(reader, start, "nothing stands between the brackets",
					    "for brackets write \\\\( and \\\\)")
				     : fail(reader, start, "the phrase is empty", NULL);
	return last ? first : NULL;
}

bool phrase_item_is_nullable(const struct phrase_item *item)
{
	return item->optional || (!item->text.n && phrase_sequence_is_nullable(item->alternatives));
}

bool phrase_unit_is_nullable(const struct phrase_unit *unit)
{
	for (const struct phrase_item *item = unit->items; item; item = item->next)
		if (!phrase_item_is_nullable(item))
			return false;
	return true;
}

bool phrase_sequence_is_nullable(const struct phrase_sequence *alternatives)
{
	for (const struct phrase_sequence *one = alternatives; one; one = one->next) {
		const struct phrase_unit *unit = one->units;

		while (unit && phrase_unit_is_nullable(unit))
			unit = unit->next;
		if (!unit)
			return true;
	}
	return false;
}

static bool ends_in_optional_word(const struct phrase_sequence *sequence)
{
	const struct phrase_unit *unit = sequence->units;

	if (sequence->next)
		return false;
	while (unit && unit->next)
		unit = unit->next;
	return unit && unit->items->text.n && unit->items->optional && !unit->items->next;
}

enum status phrase_parse(struct str text, struct arena *arena, struct phrase *ret_phrase,
			 struct phrase_error *ret_error)
{
	struct reader reader = {.text = text, .arena = arena, .error = ret_error};
	struct phrase_sequence *alternatives;

	alternatives = read_alternatives(&reader);
	if (alternatives && reader.at < text.n)
		fail(&reader, reader.at, "a closing bracket too many", "for a bracket itself write \\\\)");
	if (reader.status != STATUS_OK)
		return reader.status;
	if (phrase_sequence_is_nullable(alternatives)) {
		*ret_error = (struct phrase_error){0, "everything in the phrase is optional, so it matches everywhere",
						   "remove one `?` or empty alternative"};
		return STATUS_BAD_INPUT;
	}
	*ret_phrase = (struct phrase){.odd_question_mark = ends_in_optional_word(alternatives)};
	return phrase_write(alternatives, arena, ret_phrase);
}

void phrase_quote(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (strchr("\\(|)?.", text.p[i]) && text.p[i])
			buf_add_byte(out, '\\');
		buf_add_byte(out, text.p[i]);
	}
}

void phrase_quote_pattern(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (strchr("\\^$.[]|()?*+{}#-", text.p[i]) && text.p[i])
			buf_add_byte(out, '\\');
		buf_add_byte(out, text.p[i]);
	}
}
