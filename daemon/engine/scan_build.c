#include "engine/scan_parts.h"

#include "engine/literal.h"
#include "engine/pattern_split.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	/* PCRE2 takes 64 KiB of compiled code a pattern; written phrases grow about threefold. */
	ALTERNATION_MAX = 8 * 1024,
	ALTERNATIVES_MAX = 32
};

struct scanner *scanner_create(bool pcre2_only, bool no_jit)
{
	struct scanner *scanner = calloc(1, sizeof *scanner);
	char pcre2[48], library[32];

	if (!scanner)
		return NULL;
	pattern_describe_library(pcre2, sizeof pcre2);
	scanner->use_prefilter = !pcre2_only;
	scanner->pattern_flags = no_jit ? PATTERN_NO_JIT : 0;
	if (!pcre2_only && literal_library(library, sizeof library))
		snprintf(scanner->describe, sizeof scanner->describe, "%s + %s", library, pcre2);
	else
		snprintf(scanner->describe, sizeof scanner->describe, "%s (%s)", pcre2,
			 pcre2_only ? "alone: slow" : "without libhs");
	scanner->arena = arena_create(0);
	if (!scanner->arena || pthread_mutex_init(&scanner->lock, NULL) != 0) {
		arena_destroy(scanner->arena);
		free(scanner);
		return NULL;
	}
	scanner->views = list_make(sizeof(struct scan_view), NULL);
	return scanner;
}

/* Scratches from before the prefilters do not fit them. */
static void empty_pool(struct scanner *scanner)
{
	while (scanner->pool) {
		struct scan_scratch *scratch = scanner->pool;

		scanner->pool = scratch->next;
		scan_scratch_destroy(scratch);
	}
}

static void destroy_view(struct scan_view *view)
{
	for (size_t i = 0; i < view->patterns.count; i++)
		pattern_destroy(*(struct pattern **)list_at(&view->patterns, i));
	list_free(&view->entries);
	list_free(&view->patterns);
	list_free(&view->expressions);
	list_free(&view->entry_of);
	prefilter_destroy(view->prefilter);
}

void scanner_destroy(struct scanner *scanner)
{
	if (!scanner)
		return;
	empty_pool(scanner);
	for (size_t i = 0; i < scanner->views.count; i++)
		destroy_view(list_at(&scanner->views, i));
	list_free(&scanner->views);
	prefilter_scratch_destroy(scanner->prefilter_scratch);
	pthread_mutex_destroy(&scanner->lock);
	arena_destroy(scanner->arena);
	free(scanner);
}

static unsigned int flags_of(enum view_kind kind)
{
	switch (kind) {
	case VIEW_RAW_HEADER:
		return PATTERN_BYTES | PATTERN_LINES;
	case VIEW_LINKS:
	case VIEW_HEADER:
		return PATTERN_LINES;
	default:
		return 0;
	}
}

static struct scan_view *view_for(struct scanner *scanner, enum view_kind kind, struct str header)
{
	struct scan_view *view;

	for (size_t i = 0; i < scanner->views.count; i++) {
		view = list_at(&scanner->views, i);
		if (view->kind == kind && str_equal_nocase(view->header, header)) {
			scanner->current = i;
			return view;
		}
	}
	scanner->current = scanner->views.count;
	view = list_push(&scanner->views);
	if (!view)
		return NULL;
	*view = (struct scan_view){.kind = kind, .header = header, .flags = flags_of(kind) | scanner->pattern_flags};
	view->entries = list_make(sizeof(struct scan_entry), NULL);
	view->patterns = list_make(sizeof(struct pattern *), NULL);
	view->expressions = list_make(sizeof(struct str), NULL);
	view->entry_of = list_make(sizeof(size_t), NULL);
	return view;
}

enum status scanner_add_rule(struct scanner *scanner, const struct scan_target *target)
{
	struct scan_view *view = view_for(scanner, target->view, target->header);
	struct scan_entry *entry = view ? list_push(&view->entries) : NULL;

	if (!entry)
		return STATUS_NO_MEMORY;
	entry->rule = target->rule;
	entry->group = target->group;
	entry->count = target->count;
	entry->first = view->patterns.count;
	return STATUS_OK;
}

/* `text` is in the scanner's arena; p NULL: out of memory. */
static enum status add_pattern(struct scanner *scanner, struct str text, struct pattern_error *ret_error)
{
	struct scan_view *view = list_at(&scanner->views, scanner->current);
	struct scan_entry *entry = list_at(&view->entries, view->entries.count - 1);
	struct str *expression = text.p ? list_push(&view->expressions) : NULL;
	size_t *owner = expression ? list_push(&view->entry_of) : NULL;
	struct pattern **slot = owner ? list_push(&view->patterns) : NULL;
	enum status status;

	if (!slot)
		return STATUS_NO_MEMORY;
	*owner = view->entries.count - 1;
	entry->pattern_count++;
	*expression = text;
	status = pattern_compile(text, view->flags, slot, ret_error);
	if (status != STATUS_OK || !pattern_matches_empty(*slot))
		return status;
	ret_error->offset = 0;
	snprintf(ret_error->text, sizeof ret_error->text, "it matches the empty text, and so everywhere");
	return STATUS_BAD_INPUT;
}

/* Many phrases in few patterns: what PCRE2 alone does best, and what counts a place once that two phrases match. */
static enum status add_alternations(struct scanner *scanner, const struct phrase *phrases, size_t count,
				    struct pattern_error *ret_error)
{
	enum status status = STATUS_OK;
	size_t first = 0;
	size_t size = 0;

	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		size += phrases[i].body.n;
		if (i + 1 < count && size + phrases[i + 1].body.n <= ALTERNATION_MAX)
			continue;
		status =
		    add_pattern(scanner, phrase_alternation(phrases + first, i + 1 - first, scanner->arena), ret_error);
		first = i + 1;
		size = 0;
	}
	return status;
}

enum status scanner_add_phrases(struct scanner *scanner, const struct phrase *phrases, size_t count,
				struct pattern_error *ret_error)
{
	const struct scan_view *view = list_at(&scanner->views, scanner->current);
	const struct scan_entry *entry = list_at(&view->entries, view->entries.count - 1);
	enum status status = STATUS_OK;

	if (!scanner->use_prefilter || entry->count)
		return add_alternations(scanner, phrases, count, ret_error);
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = add_pattern(scanner, phrase_pattern(&phrases[i], scanner->arena), ret_error);
	return status;
}

enum status scanner_add_pattern(struct scanner *scanner, struct str text, struct pattern_error *ret_error)
{
	const struct scan_view *view = list_at(&scanner->views, scanner->current);
	const struct scan_entry *entry = list_at(&view->entries, view->entries.count - 1);
	char *copy = arena_strndup(scanner->arena, text.p, text.n);
	const struct str whole = {copy, text.n};
	struct str parts[ALTERNATIVES_MAX];
	enum status status = STATUS_OK;
	size_t count = 0;

	if (copy && scanner->use_prefilter && !entry->count)
		count = pattern_split(whole, parts, ALTERNATIVES_MAX);
	if (!count)
		parts[count++] = whole;
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		status = add_pattern(scanner, parts[i], ret_error);
		if (status == STATUS_BAD_INPUT)
			ret_error->offset += (size_t)(parts[i].p - copy);
	}
	return status;
}

static enum status make_prefilters(struct scanner *scanner, const char *cache_directory)
{
	scanner->prefilter_scratch = prefilter_scratch_create();
	for (size_t i = 0; i < scanner->views.count && scanner->prefilter_scratch; i++) {
		struct scan_view *view = list_at(&scanner->views, i);
		enum status status =
		    prefilter_create(view->expressions.items, view->expressions.count,
				     (view->flags & PATTERN_BYTES) != 0, cache_directory, &view->prefilter);

		if (status != STATUS_OK || !prefilter_scratch_grow(scanner->prefilter_scratch, view->prefilter))
			return STATUS_NO_MEMORY;
	}
	return scanner->prefilter_scratch ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status scanner_finish(struct scanner *scanner, const char *cache_directory)
{
	enum status status = STATUS_OK;

	empty_pool(scanner);
	if (scanner->use_prefilter)
		status = make_prefilters(scanner, cache_directory);
	for (size_t i = 0; i < scanner->views.count; i++)
		list_free(&((struct scan_view *)list_at(&scanner->views, i))->expressions);
	arena_destroy(scanner->arena);
	scanner->arena = NULL;
	return status;
}
