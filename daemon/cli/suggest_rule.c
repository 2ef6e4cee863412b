#include "cli/suggest_rule.h"

#include "engine/pattern.h"
#include "engine/phrase.h"

#include <string.h>

enum { EXAMPLE_REACH = 12, EXAMPLES_MAX = 4, NEAR_MAX = 120 };

struct entry {
	struct str text; /* as a phrase */
	struct pattern *pattern;
	struct str example; /* the sentence of the mail */
	const struct suggest_token *tokens;
	size_t count;
	size_t near_run; /* tokens that `near` shares with it */
	struct str near; /* the sentence of ordinary mail that comes closest */
	bool in_ham;
};

struct suggest_rule {
	struct arena *arena;
	struct pattern_scratch *scratch;
	struct entry *entries;
	size_t count, max;
};

struct suggest_rule *suggest_rule_create(size_t max, struct arena *arena)
{
	struct suggest_rule *rule = arena_calloc(arena, 1, sizeof *rule);

	if (!rule)
		return NULL;
	*rule = (struct suggest_rule){
	    .arena = arena,
	    .scratch = pattern_scratch_create(),
	    .entries = arena_calloc(arena, max, sizeof *rule->entries),
	    .max = max,
	};
	if (rule->scratch && rule->entries)
		return rule;
	suggest_rule_free(rule);
	return NULL;
}

void suggest_rule_free(struct suggest_rule *rule)
{
	if (!rule)
		return;
	for (size_t i = 0; i < rule->count; i++)
		pattern_destroy(rule->entries[i].pattern);
	pattern_scratch_destroy(rule->scratch);
}

static bool matches(const struct suggest_rule *rule, const struct entry *entry, struct str text)
{
	const struct pattern_subject subject = {text, true}; /* views are valid UTF-8 */
	struct pattern_span span;

	return pattern_find(entry->pattern, subject, 0, rule->scratch, &span) == PATTERN_MATCH;
}

static bool has_other_letters(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80)
			return true;
	return false;
}

/* The phrase as its author spelled it, when folding makes the same of it and accents would be lost; else folded. */
static struct str spell(struct suggest_rule *rule, const struct view *view, const struct suggest_tokens *tokens,
			const struct suggest_phrase *phrase)
{
	struct str original = suggest_sentence(view, tokens, phrase->first, phrase->count, 0, rule->arena);
	struct buf folded = buf_make(rule->arena), out = buf_make(rule->arena);

	for (size_t i = phrase->first; i < phrase->first + phrase->count; i++) {
		const struct suggest_token *token = &tokens->items[i];

		if (i > phrase->first && !token->unspaced)
			buf_add_byte(&folded, ' ');
		buf_add(&folded, view->text.p + token->start, token->end - token->start);
	}
	if (!has_other_letters(original) || !str_equal(fold_string(original, rule->arena), buf_str(&folded)))
		original = buf_str(&folded);
	phrase_quote(&out, original);
	return buf_failed(&folded) || buf_failed(&out) ? STR("") : buf_str(&out);
}

/* The sentence as an example; the phrase itself when the sentence alone would not match. */
static struct str choose_example(const struct suggest_rule *rule, const struct entry *entry, struct str sentence)
{
	struct str folded = fold_string(sentence, rule->arena);

	return folded.n && matches(rule, entry, folded) ? sentence : entry->text;
}

bool suggest_rule_add(struct suggest_rule *rule, const struct view *view, const struct suggest_tokens *tokens,
		      const struct suggest_phrase *phrase)
{
	struct entry entry = {.tokens = tokens->items + phrase->first, .count = phrase->count};
	struct phrase parsed;
	struct phrase_error phrase_error;
	struct pattern_error pattern_error;
	struct str pattern, sentence;
	enum status status;

	if (rule->count == rule->max)
		return true;
	entry.text = spell(rule, view, tokens, phrase);
	status = phrase_parse(entry.text, rule->arena, &parsed, &phrase_error);
	if (status != STATUS_OK)
		return status != STATUS_NO_MEMORY;
	pattern = phrase_alternation(&parsed, 1, rule->arena);
	status = pattern.p ? pattern_compile(pattern, 0, &entry.pattern, &pattern_error) : STATUS_NO_MEMORY;
	if (status != STATUS_OK)
		return status != STATUS_NO_MEMORY;
	if (!matches(rule, &entry, view->text)) {
		pattern_destroy(entry.pattern);
		return true;
	}
	sentence = suggest_sentence(view, tokens, phrase->first, phrase->count, EXAMPLE_REACH, rule->arena);
	entry.example = choose_example(rule, &entry, sentence);
	rule->entries[rule->count++] = entry;
	return true;
}

/* The longest run of tokens that the phrase and the ham share from its token `at` on. */
static size_t shared_run(const struct entry *entry, const struct suggest_tokens *ham, size_t at)
{
	size_t longest = 0;

	for (size_t from = 0; from < entry->count; from++) {
		size_t n = 0;

		while (from + n < entry->count && at + n < ham->count &&
		       entry->tokens[from + n].hash == ham->items[at + n].hash)
			n++;
		longest = n > longest ? n : longest;
	}
	return longest;
}

/* Remembers the sentence of ham that shares most with the phrase. */
static void remember_near(struct suggest_rule *rule, struct entry *entry, const struct view *view,
			  const struct suggest_tokens *ham)
{
	for (size_t at = 0; at < ham->count; at++) {
		size_t run = shared_run(entry, ham, at);
		struct str sentence;

		if (run < 2 || run <= entry->near_run)
			continue;
		sentence = suggest_sentence(view, ham, at, run, EXAMPLE_REACH, rule->arena);
		if (sentence.n > NEAR_MAX || !sentence.n)
			continue;
		entry->near_run = run;
		entry->near = sentence;
	}
}

void suggest_rule_show_ham(struct suggest_rule *rule, const struct view *view, const struct suggest_tokens *ham)
{
	for (size_t i = 0; i < rule->count; i++) {
		struct entry *entry = &rule->entries[i];

		entry->in_ham = entry->in_ham || matches(rule, entry, view->text);
		if (!entry->in_ham)
			remember_near(rule, entry, view, ham);
	}
}

size_t suggest_rule_count(const struct suggest_rule *rule, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < rule->count; i++)
		count += !rule->entries[i].in_ham;
	return count < max ? count : max;
}

static void print_string(FILE *out, struct str text)
{
	fputs("      \"", out);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			fputc('\\', out);
		fputc(text.p[i], out);
	}
	fputc('"', out);
}

struct string_list {
	struct str items[EXAMPLES_MAX];
	size_t count, max;
};

static void list_add(struct string_list *list, struct str text)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_equal(list->items[i], text))
			return;
	if (text.n && list->count < list->max)
		list->items[list->count++] = text;
}

static void print_list(FILE *out, const char *key, const struct string_list *list, const char *end)
{
	fprintf(out, "    %s = [\n", key);
	for (size_t i = 0; i < list->count; i++) {
		print_string(out, list->items[i]);
		fputs(i + 1 < list->count ? ",\n" : "\n", out);
	}
	fprintf(out, "    ];%s\n", end);
}

static bool matches_any(const struct suggest_rule *rule, struct str text)
{
	struct str folded = fold_string(text, rule->arena);

	for (size_t i = 0; i < rule->count; i++)
		if (!rule->entries[i].in_ham && matches(rule, &rule->entries[i], folded))
			return true;
	return false;
}

/* Sentences of the mail, and of ordinary mail those that come closest. Two of each at least, as rules must have. */
static void print_examples(FILE *out, const struct suggest_rule *rule, size_t max)
{
	struct string_list hits = {.max = EXAMPLES_MAX}, misses = {.max = EXAMPLES_MAX};
	size_t shown = 0;

	for (size_t i = 0; i < rule->count && shown < max; i++) {
		const struct entry *entry = &rule->entries[i];

		if (entry->in_ham)
			continue;
		shown++;
		list_add(&hits, entry->example);
		if (!matches_any(rule, entry->near))
			list_add(&misses, entry->near);
	}
	for (size_t i = 0; i < rule->count && hits.count < 2; i++)
		if (!rule->entries[i].in_ham)
			list_add(&hits, rule->entries[i].text);
	if (misses.count < 2)
		list_add(&misses, STR("Thank you for your letter of Monday."));
	if (misses.count < 2)
		list_add(&misses, STR("See you at the station tomorrow."));
	print_list(out, "hits", &hits, "");
	print_list(out, "misses", &misses, " }");
}

void suggest_rule_print(FILE *out, const struct suggest_rule *rule, const struct suggest_heading *heading, size_t max)
{
	size_t left = suggest_rule_count(rule, max);

	fprintf(out, "rules = (\n  { id = \"%s\"; family = \"%s\";", heading->id, heading->family);
	if (*heading->language)
		fprintf(out, " lang = \"%s\";", heading->language);
	fputs(" score = 0.9; status = \"test\";\n    describe = \"Says what only cold mail says\";\n"
	      "    view = \"body\";\n    phrases = [\n",
	      out);
	for (size_t i = 0; i < rule->count && left > 0; i++) {
		if (rule->entries[i].in_ham)
			continue;
		print_string(out, rule->entries[i].text);
		fputs(--left ? ",\n" : "\n", out);
	}
	fputs("    ];\n", out);
	print_examples(out, rule, max);
	fputs(");\n", out);
}
