#include "engine/ruleset_parts.h"

#include "engine/expr.h"
#include "engine/pattern_check.h"
#include "engine/snippet.h"
#include "engine/word_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERN_MAX = 8 * 1024, TEXT_SHOWN = 80 };

struct compiler {
	struct rulebook *book;
	struct ruleset *ruleset;
	bool *counted;       /* by rule: stands in some count() */
	struct arena *brief; /* emptied after each rule */
	enum status status;
};

/* Where a message about one phrase or pattern belongs. */
struct place {
	struct compiler *compiler;
	const struct rule *rule;
	unsigned int line;
	const char *what; /* "phrase" or "pattern" */
	struct str text;
};

static void report(const struct place *place, enum severity severity, const char *hint, const char *what)
{
	struct str text = snippet(place->text, TEXT_SHOWN);

	if (severity == SEVERITY_ERROR)
		place->compiler->ruleset->broken[place->rule->index] = true;
	error_add_at(place->compiler->book->errors, severity, place->rule->path, place->line, hint,
		     "rule %s, %s \"%.*s\"%s: %s", place->rule->id, place->what, STR_ARGS(text),
		     text.n < place->text.n ? "..." : "", what);
}

static void *allocate(struct compiler *compiler, size_t count, size_t size)
{
	void *p = arena_calloc(compiler->ruleset->arena, count + 1, size);

	if (!p)
		compiler->status = STATUS_NO_MEMORY;
	return p;
}

static bool find_rule(void *context, struct str id, size_t *ret_rule, const char **ret_nearest)
{
	struct compiler *compiler = context;

	*ret_rule = rulebook_find(compiler->book, id, ret_nearest);
	return *ret_rule != STR_NONE;
}

static bool find_family(void *context, struct str name, size_t *ret_family, const char **ret_nearest)
{
	struct compiler *compiler = context;

	*ret_family = rulebook_find_family(compiler->book, name, ret_nearest);
	return *ret_family != STR_NONE;
}

static void note_counted(void *context, size_t rule, bool counted)
{
	struct compiler *compiler = context;

	if (counted)
		compiler->counted[rule] = true;
}

static void compile_expression(struct compiler *compiler, const struct rule_entry *entry, struct rule *rule)
{
	const struct expr_scope scope = {compiler, find_rule, find_family};
	struct expr_error error;
	enum status status =
	    expr_parse(str_of(rule->when), &scope, compiler->ruleset->arena, &rule->expression, &error);

	if (status == STATUS_NO_MEMORY)
		compiler->status = status;
	else if (status != STATUS_OK)
		error_add_at(compiler->book->errors, SEVERITY_ERROR, rule->path, entry->when_line, error.hint,
			     "rule %s, when, at character %zu: %s", rule->id, error.offset + 1, error.what);
	else
		expr_each_rule(rule->expression, note_counted, compiler);
}

/* Replaces lists; false when that failed, and has been reported. */
static bool expand(const struct place *place, enum word_list_use use, struct str *ret_text)
{
	struct str name;
	char what[160];
	enum status status = word_list_expand(place->compiler->book, place->text, use, ret_text, &name);

	if (status == STATUS_BAD_INPUT) {
		snprintf(what, sizeof what, "list `%.*s' does not exist or is empty", STR_ARGS(str_sub(name, 0, 64)));
		report(place, SEVERITY_ERROR, "declare it: lists = ( { name = \"...\"; file = \"words.txt\"; } );",
		       what);
	} else if (status != STATUS_OK) {
		place->compiler->status = status;
	}
	return status == STATUS_OK;
}

static bool parse_phrase(const struct place *place, struct phrase *ret_phrase)
{
	struct phrase_error error;
	struct str text;
	enum status status;
	char what[200];

	if (!expand(place, WORD_LIST_PHRASE, &text))
		return false;
	status = phrase_parse(text, place->compiler->brief, ret_phrase, &error);
	if (status == STATUS_BAD_INPUT) {
		snprintf(what, sizeof what, "at byte %zu: %s", error.offset + 1, error.what);
		report(place, SEVERITY_ERROR, error.hint, what);
	} else if (status != STATUS_OK) {
		place->compiler->status = status;
	} else if (ret_phrase->odd_question_mark) {
		report(place, SEVERITY_WARNING, "remove the word; for a question mark itself write \\\\?",
		       "the last word is optional, so it changes nothing");
	}
	return status == STATUS_OK;
}

static void report_pattern(struct place *place, enum status status, const struct pattern_error *error)
{
	const char *hint = "see pcre2pattern(3); in libconfig strings a backslash is written \\\\";
	char what[240];

	if (status == STATUS_BAD_INPUT) {
		snprintf(what, sizeof what, "at byte %zu: %s", error->offset + 1, error->text);
		if (strstr(error->text, "lookbehind"))
			hint = "give every alternative a lookbehind of its own: (?<!one )(?<!another )";
		report(place, SEVERITY_ERROR, hint, what);
	} else if (status != STATUS_OK) {
		place->compiler->status = status;
	}
}

static void compile_phrases(struct compiler *compiler, const struct rule_entry *entry)
{
	const struct rule *rule = &entry->rule;
	struct phrase *phrases = arena_calloc(compiler->brief, rule->phrase_count, sizeof *phrases);
	struct place place = {compiler, rule, rule->line, "phrases", str_of("...")};
	struct pattern_error error;
	size_t count = 0;

	if (!phrases)
		compiler->status = STATUS_NO_MEMORY;
	for (size_t i = 0; phrases && i < rule->phrase_count; i++) {
		struct place one = {compiler, rule, entry->phrase_lines[i], "phrase", rule->phrases[i]};

		if (parse_phrase(&one, &phrases[count]))
			count++;
	}
	if (phrases && compiler->status == STATUS_OK)
		report_pattern(&place, scanner_add_phrases(compiler->ruleset->scanner, phrases, count, &error), &error);
}

static void report_finding(void *context, enum severity severity, const char *what, const char *hint)
{
	report(context, severity, hint, what);
}

static void compile_pattern(struct compiler *compiler, const struct rule *rule, struct place *place)
{
	bool raw = rule->view == VIEW_RAW_HEADER;
	struct pattern_error error = {0};
	struct str text;
	enum status status;

	if (!expand(place, raw ? WORD_LIST_RAW_PATTERN : WORD_LIST_PATTERN, &text))
		return;
	if (place->text.n > PATTERN_MAX) {
		report(place, SEVERITY_ERROR, "split it, or use phrases", "the pattern is longer than 8 KiB");
		return;
	}
	status = scanner_add_pattern(compiler->ruleset->scanner, text, &error);
	report_pattern(place, status, &error);
	if (status == STATUS_OK)
		pattern_check(place->text, !raw && rule->view != VIEW_LINKS, compiler->brief, report_finding, place);
}

static void compile_text(struct compiler *compiler, const struct rule_entry *entry, const struct rule *rule)
{
	const struct scan_target target = {rule->index, compiler->ruleset->group_of[rule->index], rule->view,
					   rule->view_header, compiler->counted[rule->index]};

	compiler->status = scanner_add_rule(compiler->ruleset->scanner, &target);
	if (compiler->status != STATUS_OK)
		return;
	if (rule->phrase_count)
		compile_phrases(compiler, entry);
	for (size_t i = 0; i < rule->pattern_count && compiler->status == STATUS_OK; i++) {
		struct place place = {compiler, rule, entry->pattern_lines[i], "pattern", rule->patterns[i]};

		compile_pattern(compiler, rule, &place);
	}
	arena_reset(compiler->brief);
}

static void copy_families(struct compiler *compiler)
{
	struct rulebook *book = compiler->book;
	struct ruleset *ruleset = compiler->ruleset;

	ruleset->family_count = book->families.count;
	ruleset->family_names = allocate(compiler, ruleset->family_count, sizeof *ruleset->family_names);
	ruleset->limits = allocate(compiler, ruleset->family_count, sizeof *ruleset->limits);
	for (size_t i = 0; compiler->status == STATUS_OK && i < ruleset->family_count; i++) {
		const struct family *family = list_at(&book->families, i);

		ruleset->family_names[i] = family->name;
		ruleset->limits[i] = (struct score_limit){family->cap, family->floor};
	}
}

static size_t language_number(struct ruleset *ruleset, const char *language)
{
	size_t i = 0;

	while (i < ruleset->language_count && strcmp(ruleset->languages[i], language) != 0)
		i++;
	if (i == ruleset->language_count)
		ruleset->languages[ruleset->language_count++] = language;
	return i;
}

static int by_id(const void *a, const void *b)
{
	return strcmp((*(const struct rule *const *)a)->id, (*(const struct rule *const *)b)->id);
}

static void copy_rules(struct compiler *compiler)
{
	struct rulebook *book = compiler->book;
	struct ruleset *ruleset = compiler->ruleset;
	size_t count = book->rules.count;

	ruleset->rule_count = count;
	ruleset->rules = allocate(compiler, count, sizeof *ruleset->rules);
	ruleset->by_id = allocate(compiler, count, sizeof *ruleset->by_id);
	ruleset->rule_ids = allocate(compiler, count, sizeof *ruleset->rule_ids);
	ruleset->family_of = allocate(compiler, count, sizeof *ruleset->family_of);
	ruleset->broken = allocate(compiler, count, sizeof *ruleset->broken);
	ruleset->group_of = allocate(compiler, count, sizeof *ruleset->group_of);
	ruleset->languages = allocate(compiler, count + 1, sizeof *ruleset->languages);
	compiler->counted = allocate(compiler, count, sizeof *compiler->counted);
	if (compiler->status != STATUS_OK)
		return;
	language_number(ruleset, "");
	for (size_t i = 0; i < count; i++) {
		struct rule *rule = &ruleset->rules[i];

		*rule = ((const struct rule_entry *)list_at(&book->rules, i))->rule;
		ruleset->by_id[i] = rule;
		ruleset->rule_ids[i] = rule->id;
		ruleset->family_of[i] = rulebook_find_family(book, str_of(rule->family), NULL);
		ruleset->group_of[i] = ruleset_group(language_number(ruleset, rule->language), rule->scope);
	}
	qsort(ruleset->by_id, count, sizeof *ruleset->by_id, by_id);
}

static enum status compile_all(struct compiler *compiler)
{
	struct rulebook *book = compiler->book;
	struct ruleset *ruleset = compiler->ruleset;

	copy_families(compiler);
	if (compiler->status == STATUS_OK)
		copy_rules(compiler);
	for (size_t i = 0; i < ruleset->rule_count && compiler->status == STATUS_OK; i++)
		if (ruleset->rules[i].when)
			compile_expression(compiler, list_at(&book->rules, i), &ruleset->rules[i]);
	for (size_t i = 0; i < ruleset->rule_count && compiler->status == STATUS_OK; i++)
		if (!ruleset->rules[i].when)
			compile_text(compiler, list_at(&book->rules, i), &ruleset->rules[i]);
	return compiler->status == STATUS_OK ? ruleset_sort(book, ruleset) : compiler->status;
}

enum status ruleset_compile(struct rulebook *book, struct ruleset *ruleset)
{
	struct compiler compiler = {.book = book, .ruleset = ruleset, .brief = arena_create(0)};
	enum status status = compiler.brief ? compile_all(&compiler) : STATUS_NO_MEMORY;

	arena_destroy(compiler.brief);
	return status;
}
