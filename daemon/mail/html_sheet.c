#include "mail/html_sheet.h"

#include <string.h>

enum {
	BUCKETS = 256,
	BUCKET_RULES = 24, /* more under one hash is somebody's attack */
	RULES_MAX = 600,
	ANCESTORS_MAX = 4000000, /* compared for one message in all */
	COMPOUNDS_MAX = 4        /* of one selector: "table.x td.y a" has three */
};

/* "tag.class.class#id"; 0 where nothing is asked for. */
struct compound {
	uint32_t tag;
	uint32_t id;
	uint32_t classes[2];
};

struct rule {
	struct rule *next; /* of its bucket, in the order of the sheet */
	struct compound compounds[COMPOUNDS_MAX];
	size_t compound_count;
	const struct html_style *style;
};

enum rank { RANK_ALL, RANK_TAG, RANK_CLASS, RANK_ID, RANKS };

struct bucket {
	struct rule *first;
	struct rule *last;
	size_t count;
};

struct html_sheet {
	struct bucket buckets[BUCKETS];
	struct bucket universal;
	size_t rule_count;
	size_t ancestors_left; /* that may still be compared */
};

/* By which selectors know a name; never 0. */
static uint32_t hash_of(struct str name)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < name.n; i++)
		hash = (hash ^ (unsigned char)ascii_lower(name.p[i])) * 16777619u;
	return hash ? hash : 1;
}

static bool has_class(const struct sheet_element *element, uint32_t hash)
{
	for (uint32_t i = 0; i < element->class_count; i++)
		if (element->classes[i] == hash)
			return true;
	return false;
}

static void add_class(struct sheet_element *element, uint32_t hash)
{
	if (!has_class(element, hash))
		element->classes[element->class_count++] = hash;
}

struct sheet_element html_sheet_element(struct str tag, struct str id, struct str classes)
{
	struct sheet_element element = {.tag = hash_of(tag), .id = id.n ? hash_of(str_trim(id)) : 0};
	size_t at = 0;

	while (at < classes.n && element.class_count < SHEET_CLASSES) {
		size_t start;

		while (at < classes.n && ascii_is_space(classes.p[at]))
			at++;
		for (start = at; at < classes.n && !ascii_is_space(classes.p[at]);)
			at++;
		if (at > start)
			add_class(&element, hash_of(str_sub(classes, start, at - start)));
	}
	return element;
}

static bool is_name_byte(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

/* Reads one "tag.class#id"; false for attributes, pseudo-classes and what else is not understood. */
static bool read_compound(struct str text, struct compound *ret_compound)
{
	size_t classes = 0;

	*ret_compound = (struct compound){0};
	for (size_t at = 0; at < text.n;) {
		char kind = text.p[at];
		size_t start = kind == '.' || kind == '#' ? at + 1 : at, end = start;
		uint32_t hash;

		if (kind == '*' && at == 0) {
			at++;
			continue;
		}
		while (end < text.n && is_name_byte(text.p[end]))
			end++;
		if (end == start || (start == at && at > 0))
			return false;
		hash = hash_of(str_sub(text, start, end - start));
		if (kind == '#')
			ret_compound->id = hash;
		else if (kind != '.')
			ret_compound->tag = hash;
		else if (classes < 2)
			ret_compound->classes[classes++] = hash;
		else
			return false;
		at = end;
	}
	return true;
}

/* Reads "a b > c"; false when a part of it is not understood. */
static bool read_selector(struct str text, struct rule *rule)
{
	for (size_t at = 0; at < text.n;) {
		size_t start;

		while (at < text.n && (ascii_is_space(text.p[at]) || text.p[at] == '>'))
			at++;
		for (start = at; at < text.n && !ascii_is_space(text.p[at]) && text.p[at] != '>';)
			at++;
		if (at == start)
			break;
		if (rule->compound_count == COMPOUNDS_MAX ||
		    !read_compound(str_sub(text, start, at - start), &rule->compounds[rule->compound_count]))
			return false;
		rule->compound_count++;
	}
	return rule->compound_count > 0;
}

static struct bucket *bucket_of(struct html_sheet *sheet, const struct compound *compound)
{
	uint32_t key = compound->id ? compound->id : compound->classes[0] ? compound->classes[0] : compound->tag;

	return key ? &sheet->buckets[key % BUCKETS] : &sheet->universal;
}

static bool same_selector(const struct rule *a, const struct rule *b)
{
	return a->compound_count == b->compound_count &&
	       memcmp(a->compounds, b->compounds, a->compound_count * sizeof *a->compounds) == 0;
}

/* Adds a rule; of two with the same selector and too many in one bucket only the later declarations are kept. */
static bool add_rule(struct html_sheet *sheet, const struct rule *rule, struct arena *arena)
{
	struct bucket *bucket = bucket_of(sheet, &rule->compounds[rule->compound_count - 1]);
	struct rule *copy;

	for (struct rule *old = bucket->first; old; old = old->next) {
		if (bucket->count >= BUCKET_RULES && same_selector(old, rule)) {
			old->style = rule->style;
			return true;
		}
	}
	if (bucket->count >= BUCKET_RULES || sheet->rule_count >= RULES_MAX)
		return true;
	copy = arena_alloc(arena, sizeof *copy);
	if (!copy)
		return false;
	*copy = *rule;
	copy->next = NULL;
	if (bucket->last)
		bucket->last->next = copy;
	else
		bucket->first = copy;
	bucket->last = copy;
	bucket->count++;
	sheet->rule_count++;
	return true;
}

static bool is_empty(const struct html_style *style)
{
	for (size_t i = 0; i < STYLE_PROPERTIES; i++)
		if (style->values[i].set)
			return false;
	return true;
}

static bool add_block(struct html_sheet *sheet, struct str selectors, struct str declarations, struct arena *arena)
{
	struct html_style read = {0}, *style;
	struct str selector;

	html_style_declare(&read, declarations);
	if (is_empty(&read))
		return true;
	style = arena_alloc(arena, sizeof *style);
	if (!style)
		return false;
	*style = read;
	while (str_split(&selectors, ',', &selector)) {
		struct rule rule = {.style = style};

		if (read_selector(str_trim(selector), &rule) && !add_rule(sheet, &rule, arena))
			return false;
	}
	return true;
}

/* Offset behind a comment, or a mark of an HTML comment, that stands at `at`; `at` itself when none does. */
static size_t skip_comment(struct str css, size_t at)
{
	size_t end;

	switch (css.p[at]) {
	case '/':
		if (!str_starts(str_sub(css, at, 2), STR("/*")))
			return at;
		end = str_find(css, at + 2, STR("*/"));
		return end == STR_NONE ? css.n : end + 2;
	case '<':
		return str_starts(str_sub(css, at, 4), STR("<!--")) ? at + 4 : at;
	case '-':
		return str_starts(str_sub(css, at, 3), STR("-->")) ? at + 3 : at;
	default:
		return at;
	}
}

/* The sheet without comments; NULL when out of memory. */
static char *without_comments(struct str css, struct arena *arena, size_t *ret_n)
{
	char *out = arena_alloc(arena, css.n + 1);
	size_t n = 0;

	if (!out)
		return NULL;
	for (size_t at = 0; at < css.n;) {
		size_t behind = skip_comment(css, at);

		if (behind > at)
			at = behind;
		else
			out[n++] = css.p[at++];
	}
	*ret_n = n;
	return out;
}

/* Offset behind the "}" that ends the block opened at `open`. */
static size_t block_end(struct str css, size_t open)
{
	size_t depth = 0;

	for (size_t at = open; at < css.n; at++) {
		if (css.p[at] == '{')
			depth++;
		else if (css.p[at] == '}' && --depth == 0)
			return at + 1;
	}
	return css.n;
}

/* "@media screen" and "@media all" apply to whoever reads; conditions on width, print and the like do not count. */
static bool always_applies(struct str prelude)
{
	return str_starts_nocase(prelude, STR("@media")) && str_find_byte(prelude, 0, '(') == STR_NONE &&
	       (str_find_nocase(prelude, 0, STR("screen")) != STR_NONE ||
		str_find_nocase(prelude, 0, STR("all")) != STR_NONE) &&
	       str_find_nocase(prelude, 0, STR("not ")) == STR_NONE;
}

/* Reads the statement at `at` and returns the offset behind it; STR_NONE when out of memory. */
static size_t read_statement(struct html_sheet *sheet, struct str css, size_t at, struct arena *arena)
{
	size_t open = str_find_byte(css, at, '{'), semicolon, end;
	struct str prelude;

	if (css.p[at] == '}')
		return at + 1;
	semicolon = css.p[at] == '@' ? str_find_byte(str_sub(css, 0, open), at, ';') : STR_NONE;
	if (semicolon != STR_NONE)
		return semicolon + 1;
	if (open == STR_NONE)
		return css.n;
	prelude = str_trim(str_sub(css, at, open - at));
	if (str_starts(prelude, STR("@")))
		return always_applies(prelude) ? open + 1 : block_end(css, open);
	end = str_find_byte(css, open, '}');
	if (end == STR_NONE)
		end = css.n;
	if (!add_block(sheet, prelude, str_sub(css, open + 1, end - open - 1), arena))
		return STR_NONE;
	return end + 1;
}

bool html_sheet_add(struct html_sheet **sheet, struct str css, struct arena *arena)
{
	struct str text = {.n = 0};
	size_t at = 0;

	if (!*sheet) {
		*sheet = arena_calloc(arena, 1, sizeof **sheet);
		if (*sheet)
			(*sheet)->ancestors_left = ANCESTORS_MAX;
	}
	if (!*sheet || !(text.p = without_comments(css, arena, &text.n)))
		return false;
	while (at < text.n) {
		if (ascii_is_space(text.p[at])) {
			at++;
			continue;
		}
		at = read_statement(*sheet, text, at, arena);
		if (at == STR_NONE)
			return false;
	}
	return true;
}

static bool compound_matches(const struct compound *compound, const struct sheet_element *element)
{
	return (!compound->tag || compound->tag == element->tag) && (!compound->id || compound->id == element->id) &&
	       (!compound->classes[0] || has_class(element, compound->classes[0])) &&
	       (!compound->classes[1] || has_class(element, compound->classes[1]));
}

static bool rule_matches(struct html_sheet *sheet, const struct rule *rule, const struct sheet_element *element,
			 const struct sheet_element *ancestors, size_t count, size_t stride)
{
	size_t left = rule->compound_count - 1;

	if (!compound_matches(&rule->compounds[left], element))
		return false;
	while (left > 0 && count > 0 && sheet->ancestors_left > 0) {
		count--;
		sheet->ancestors_left--;
		if (compound_matches(&rule->compounds[left - 1],
				     (const void *)((const char *)ancestors + count * stride)))
			left--;
	}
	return left == 0;
}

static void overlay(struct html_style *style, const struct html_style *more)
{
	for (size_t i = 0; i < STYLE_PROPERTIES; i++)
		if (more->values[i].set && (more->values[i].important || !style->values[i].important))
			style->values[i] = more->values[i];
}

static enum rank rank_of(const struct compound *compound)
{
	if (compound->id)
		return RANK_ID;
	if (compound->classes[0])
		return RANK_CLASS;
	return compound->tag ? RANK_TAG : RANK_ALL;
}

static void apply_bucket(struct html_sheet *sheet, const struct bucket *bucket, enum rank rank,
			 const struct sheet_element *element, const struct sheet_element *ancestors, size_t count,
			 size_t stride, struct html_style *style)
{
	for (const struct rule *rule = bucket->first; rule; rule = rule->next)
		if (rank_of(&rule->compounds[rule->compound_count - 1]) == rank &&
		    rule_matches(sheet, rule, element, ancestors, count, stride))
			overlay(style, rule->style);
}

void html_sheet_apply(struct html_sheet *sheet, const struct sheet_element *element,
		      const struct sheet_element *ancestors, size_t count, size_t stride, struct html_style *style)
{
	if (!sheet || !sheet->rule_count)
		return;
	apply_bucket(sheet, &sheet->universal, RANK_ALL, element, ancestors, count, stride, style);
	apply_bucket(sheet, &sheet->buckets[element->tag % BUCKETS], RANK_TAG, element, ancestors, count, stride,
		     style);
	for (uint32_t i = 0; i < element->class_count; i++)
		apply_bucket(sheet, &sheet->buckets[element->classes[i] % BUCKETS], RANK_CLASS, element, ancestors,
			     count, stride, style);
	if (element->id)
		apply_bucket(sheet, &sheet->buckets[element->id % BUCKETS], RANK_ID, element, ancestors, count, stride,
			     style);
}
