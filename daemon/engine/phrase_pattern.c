#include "engine/phrase_tree.h"

#include "base/buf.h"
#include "mail/script.h"

#include <utf8proc.h>

#define BLANK    "[,;:\"')]{0,2} [\"'(]?"
#define GAP      "(?:" BLANK "[^ \\n]{0,40}[^ \\n.!?]){0,3}?" BLANK
#define GAP_CHAR "[^.!?\\x{3002}\\n]{0,12}?"

/* Which kinds of characters can stand at an end of something. */
enum { KIND_WORD = 1, KIND_UNSPACED = 2, KIND_OTHER = 4 };

static unsigned int kind_of(int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	if (script_of(c) == SCRIPT_UNSPACED || (c >= 0x1100 && c <= 0x11ff) || (c >= 0x3040 && c <= 0x318f) ||
	    (c >= 0xa960 && c <= 0xa97f) || (c >= 0xac00 && c <= 0xd7ff) || (c >= 0x0e00 && c <= 0x0e7f))
		return KIND_UNSPACED;
	return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO ? KIND_WORD : KIND_OTHER;
}

static unsigned int first_kind(struct str text)
{
	int32_t c;

	script_read(text.p, text.n, &c);
	return kind_of(c);
}

static unsigned int last_kind(struct str text)
{
	int32_t c = 0;

	for (size_t at = 0; at < text.n;)
		at += script_read(text.p + at, text.n - at, &c);
	return kind_of(c);
}

static unsigned int first_kinds(const struct phrase_sequence *alternatives);
static unsigned int last_kinds(const struct phrase_sequence *alternatives);

static unsigned int item_first_kinds(const struct phrase_item *items)
{
	unsigned int kinds = 0;

	for (const struct phrase_item *item = items; item; item = item->next) {
		kinds |= item->text.n ? first_kind(item->text) : first_kinds(item->alternatives);
		if (!phrase_item_is_nullable(item))
			break;
	}
	return kinds;
}

static unsigned int first_kinds(const struct phrase_sequence *alternatives)
{
	unsigned int kinds = 0;

	for (const struct phrase_sequence *one = alternatives; one; one = one->next)
		for (const struct phrase_unit *unit = one->units; unit; unit = unit->next) {
			kinds |= item_first_kinds(unit->items);
			if (!phrase_unit_is_nullable(unit))
				break;
		}
	return kinds;
}

static unsigned int item_last_kinds(const struct phrase_item *items)
{
	unsigned int kinds = 0;

	for (const struct phrase_item *item = items; item; item = item->next) {
		unsigned int own = item->text.n ? last_kind(item->text) : last_kinds(item->alternatives);

		kinds = phrase_item_is_nullable(item) ? kinds | own : own;
	}
	return kinds;
}

static unsigned int last_kinds(const struct phrase_sequence *alternatives)
{
	unsigned int all = 0;

	for (const struct phrase_sequence *one = alternatives; one; one = one->next) {
		unsigned int kinds = 0;

		for (const struct phrase_unit *unit = one->units; unit; unit = unit->next) {
			unsigned int own = item_last_kinds(unit->items);

			kinds = phrase_unit_is_nullable(unit) ? kinds | own : own;
		}
		all |= kinds;
	}
	return all;
}

static void write_alternatives(struct buf *out, const struct phrase_sequence *alternatives, bool behind, bool before);

/* `behind`: something is attached in front of the item; `before`: something is attached behind it. */
static void write_item(struct buf *out, const struct phrase_item *item, bool behind, bool before)
{
	if (item->optional)
		buf_add_text(out, "(?:");
	if (item->text.n)
		phrase_quote_pattern(out, item->text);
	else
		write_alternatives(out, item->alternatives, behind, before);
	if (item->optional)
		buf_add_text(out, ")?");
}

/* `required`: the unit stands inside something optional already, so that its only item need not be optional too. */
static void write_unit(struct buf *out, const struct phrase_unit *unit, bool required, bool behind, bool before)
{
	for (const struct phrase_item *item = unit->items; item; item = item->next) {
		struct phrase_item copy = *item;

		if (required && item == unit->items && !item->next)
			copy.optional = false;
		write_item(out, &copy, behind || item != unit->items, before || item->next);
	}
}

static void write_separator(struct buf *out, bool gap, unsigned int kinds)
{
	if (!gap)
		buf_add_text(out, BLANK);
	else
		buf_add_text(out, kinds & KIND_UNSPACED ? GAP_CHAR : GAP);
}

/*
 * Units that can be missing take the separator on their far side from the `pivot` along: the first unit that cannot.
 * A gap beside a missing unit stays a gap.
 */
static void write_units(struct buf *out, const struct phrase_unit *first, const struct phrase_unit *pivot, bool behind,
			bool before)
{
	unsigned int kinds = 0;
	bool gap = false;
	bool passed = false;

	for (const struct phrase_unit *unit = first; unit; unit = unit->next) {
		bool nullable = unit != pivot && phrase_unit_is_nullable(unit);
		unsigned int own = item_last_kinds(unit->items);

		passed = passed || unit == pivot;
		gap = unit != first && (unit->gap_before || gap);
		if (nullable)
			buf_add_text(out, "(?:");
		if (passed && unit != pivot)
			write_separator(out, gap, kinds | item_first_kinds(unit->items));
		write_unit(out, unit, nullable || unit == pivot, behind && unit == first, before && !unit->next);
		if (!passed)
			write_separator(out, unit->next->gap_before, own | item_first_kinds(unit->next->items));
		if (nullable)
			buf_add_text(out, ")?");
		else
			gap = false;
		kinds = nullable ? kinds | own : own;
	}
}

static const struct phrase_unit *first_required(const struct phrase_unit *units)
{
	while (units && phrase_unit_is_nullable(units))
		units = units->next;
	return units;
}

static void write_sequence(struct buf *out, const struct phrase_sequence *sequence, bool behind, bool before)
{
	const struct phrase_unit *pivot = first_required(sequence->units);

	if (behind && sequence->blank_before)
		buf_add_text(out, BLANK);
	if (pivot) {
		write_units(out, sequence->units, pivot, behind, before);
	} else {
		/* All can be missing: one alternative for each unit that may come first. */
		for (const struct phrase_unit *unit = sequence->units; unit; unit = unit->next) {
			buf_add_text(out, unit == sequence->units ? "(?:" : "|");
			write_units(out, unit, unit, behind, before);
		}
		if (sequence->units)
			buf_add_text(out, ")?");
	}
	if (before && sequence->blank_behind && sequence->units)
		buf_add_text(out, BLANK);
}

static void write_alternatives(struct buf *out, const struct phrase_sequence *alternatives, bool behind, bool before)
{
	buf_add_text(out, "(?:");
	for (const struct phrase_sequence *one = alternatives; one; one = one->next) {
		write_sequence(out, one, behind, before);
		if (one->next)
			buf_add_byte(out, '|');
	}
	buf_add_byte(out, ')');
}

static enum phrase_border border_of(unsigned int kinds)
{
	if (!(kinds & KIND_WORD))
		return PHRASE_BORDER_NONE;
	return kinds == KIND_WORD ? PHRASE_BORDER_WORD : PHRASE_BORDER_MIXED;
}

enum status phrase_write(const struct phrase_sequence *alternatives, struct arena *arena, struct phrase *ret_phrase)
{
	struct buf out = buf_make(arena);

	write_alternatives(&out, alternatives, false, false);
	if (buf_failed(&out))
		return STATUS_NO_MEMORY;
	ret_phrase->body = buf_str(&out);
	ret_phrase->before = border_of(first_kinds(alternatives));
	ret_phrase->after = border_of(last_kinds(alternatives));
	return STATUS_OK;
}

static const char *const borders_before[] = {
    [PHRASE_BORDER_NONE] = "",
    [PHRASE_BORDER_WORD] = "(?<!" PHRASE_WORD_CHARACTER ")",
    [PHRASE_BORDER_MIXED] = "(?!(?<=" PHRASE_WORD_CHARACTER ")" PHRASE_WORD_CHARACTER ")",
};

static const char *const borders_after[] = {
    [PHRASE_BORDER_NONE] = "",
    [PHRASE_BORDER_WORD] = "(?!" PHRASE_WORD_CHARACTER ")",
    [PHRASE_BORDER_MIXED] = "(?!(?<=" PHRASE_WORD_CHARACTER ")" PHRASE_WORD_CHARACTER ")",
};

struct str phrase_pattern(const struct phrase *phrase, struct arena *arena)
{
	return phrase_alternation(phrase, 1, arena);
}

/* The phrases with these borders as one alternation; adds nothing when there is none. */
static void write_bordered(struct buf *out, const struct phrase *phrases, size_t count, enum phrase_border before,
			   enum phrase_border after)
{
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		if (phrases[i].before != before || phrases[i].after != after)
			continue;
		if (any) {
			buf_add_byte(out, '|');
		} else {
			if (out->n)
				buf_add_byte(out, '|');
			buf_add_text(out, borders_before[before]);
			buf_add_text(out, "(?:");
		}
		buf_add_str(out, phrases[i].body);
		any = true;
	}
	if (any) {
		buf_add_byte(out, ')');
		buf_add_text(out, borders_after[after]);
	}
}

struct str phrase_alternation(const struct phrase *phrases, size_t count, struct arena *arena)
{
	struct buf out = buf_make(arena);

	for (int before = PHRASE_BORDER_NONE; before <= PHRASE_BORDER_MIXED; before++)
		for (int after = PHRASE_BORDER_NONE; after <= PHRASE_BORDER_MIXED; after++)
			write_bordered(&out, phrases, count, (enum phrase_border)before, (enum phrase_border)after);
	return buf_failed(&out) ? (struct str){NULL, 0} : buf_str(&out);
}
