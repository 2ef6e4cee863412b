#include "engine/scan.h"

#include "base/buf.h"
#include "engine/prefilter.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* PCRE2 takes 64 KiB of compiled code a pattern; written phrases grow about threefold. */
	ALTERNATION_MAX = 8 * 1024,
	COUNT_MAX = 1000
};

/* One rule within its view. */
struct scan_entry {
	size_t rule;
	bool count;
	struct list patterns; /* of struct pattern *, on the heap */
};

struct scan_view {
	enum view_kind kind;
	struct str header;
	unsigned int flags;      /* enum pattern_flag */
	struct list entries;     /* of struct scan_entry */
	struct list expressions; /* of struct prefilter_expression */
	struct prefilter *prefilter;
};

struct scan_scratch {
	struct scan_scratch *next; /* in the pool */
	struct pattern_scratch *pattern;
	struct prefilter_scratch *prefilter;
	bool *candidates; /* as many as the largest view has entries */
};

struct scanner {
	struct arena *arena; /* expressions, until finished and after */
	struct list views;   /* of struct scan_view */
	size_t current;      /* view of the last rule */
	size_t most_entries;
	struct prefilter_scratch *prefilter_scratch; /* what scratches are copied from */
	pthread_mutex_t lock;                        /* of `pool` */
	struct scan_scratch *pool;
	char describe[96];
};

struct scanner *scanner_create(void)
{
	struct scanner *scanner = calloc(1, sizeof *scanner);

	if (!scanner)
		return NULL;
	scanner->arena = arena_create(0);
	if (!scanner->arena || pthread_mutex_init(&scanner->lock, NULL) != 0) {
		arena_destroy(scanner->arena);
		free(scanner);
		return NULL;
	}
	scanner->views = list_make(sizeof(struct scan_view), NULL);
	return scanner;
}

static void destroy_scratch(struct scan_scratch *scratch)
{
	if (!scratch)
		return;
	pattern_scratch_destroy(scratch->pattern);
	prefilter_scratch_destroy(scratch->prefilter);
	free(scratch->candidates);
	free(scratch);
}

/* Scratches from before the prefilters do not fit them. */
static void empty_pool(struct scanner *scanner)
{
	while (scanner->pool) {
		struct scan_scratch *scratch = scanner->pool;

		scanner->pool = scratch->next;
		destroy_scratch(scratch);
	}
}

static void destroy_view(struct scan_view *view)
{
	for (size_t i = 0; i < view->entries.count; i++) {
		struct scan_entry *entry = list_at(&view->entries, i);

		for (size_t j = 0; j < entry->patterns.count; j++)
			pattern_destroy(*(struct pattern **)list_at(&entry->patterns, j));
		list_free(&entry->patterns);
	}
	list_free(&view->entries);
	list_free(&view->expressions);
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
	*view = (struct scan_view){.kind = kind, .header = header, .flags = flags_of(kind)};
	view->entries = list_make(sizeof(struct scan_entry), NULL);
	view->expressions = list_make(sizeof(struct prefilter_expression), NULL);
	return view;
}

enum status scanner_add_rule(struct scanner *scanner, const struct scan_target *target)
{
	struct scan_view *view = view_for(scanner, target->view, target->header);
	struct scan_entry *entry = view ? list_push(&view->entries) : NULL;

	if (!entry)
		return STATUS_NO_MEMORY;
	entry->rule = target->rule;
	entry->count = target->count;
	entry->patterns = list_make(sizeof(struct pattern *), NULL);
	if (view->entries.count > scanner->most_entries)
		scanner->most_entries = view->entries.count;
	return STATUS_OK;
}

static enum status add_pattern(struct scanner *scanner, struct str text, struct pattern_error *ret_error)
{
	struct scan_view *view = list_at(&scanner->views, scanner->current);
	struct scan_entry *entry = list_at(&view->entries, view->entries.count - 1);
	struct pattern *pattern;
	enum status status = pattern_compile(text, view->flags, &pattern, ret_error);
	struct pattern **slot;

	if (status != STATUS_OK)
		return status;
	slot = list_push(&entry->patterns);
	if (!slot) {
		pattern_destroy(pattern);
		return STATUS_NO_MEMORY;
	}
	*slot = pattern;
	if (!pattern_matches_empty(pattern))
		return STATUS_OK;
	ret_error->offset = 0;
	snprintf(ret_error->text, sizeof ret_error->text, "it matches the empty text, and so everywhere");
	return STATUS_BAD_INPUT;
}

static enum status add_expression(struct scanner *scanner, struct str text)
{
	struct scan_view *view = list_at(&scanner->views, scanner->current);
	struct prefilter_expression *expression;

	if (!text.p)
		return STATUS_NO_MEMORY;
	expression = list_push(&view->expressions);
	if (!expression)
		return STATUS_NO_MEMORY;
	*expression = (struct prefilter_expression){text, view->entries.count - 1};
	return STATUS_OK;
}

enum status scanner_add_phrases(struct scanner *scanner, const struct phrase *phrases, size_t count,
				struct pattern_error *ret_error)
{
	enum status status = STATUS_OK;
	size_t first = 0;
	size_t size = 0;

	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		size += phrases[i].body.n;
		status = add_expression(scanner, phrase_pattern(&phrases[i], scanner->arena));
		if (status == STATUS_OK && (i + 1 == count || size + phrases[i + 1].body.n > ALTERNATION_MAX)) {
			struct str text = phrase_alternation(phrases + first, i + 1 - first, scanner->arena);

			status = text.p ? add_pattern(scanner, text, ret_error) : STATUS_NO_MEMORY;
			first = i + 1;
			size = 0;
		}
	}
	return status;
}

enum status scanner_add_pattern(struct scanner *scanner, struct str text, struct pattern_error *ret_error)
{
	char *copy = arena_strndup(scanner->arena, text.p, text.n);
	enum status status = copy ? add_pattern(scanner, text, ret_error) : STATUS_NO_MEMORY;

	return status == STATUS_OK ? add_expression(scanner, (struct str){copy, text.n}) : status;
}

enum status scanner_finish(struct scanner *scanner, const char *cache_directory, bool pcre2_only)
{
	char library[32], pcre2[48];
	bool use_library = !pcre2_only && prefilter_describe_library(library, sizeof library);

	empty_pool(scanner);
	for (size_t i = 0; i < scanner->views.count && use_library; i++) {
		struct scan_view *view = list_at(&scanner->views, i);
		struct prefilter_settings settings = {view->entries.count, view->flags, cache_directory};

		if (prefilter_create(view->expressions.items, view->expressions.count, &settings, &view->prefilter) !=
			STATUS_OK ||
		    !prefilter_scratch_grow(&scanner->prefilter_scratch, view->prefilter))
			return STATUS_NO_MEMORY;
	}
	pattern_describe_library(pcre2, sizeof pcre2);
	if (use_library)
		snprintf(scanner->describe, sizeof scanner->describe, "%s + %s", library, pcre2);
	else
		snprintf(scanner->describe, sizeof scanner->describe, "%s (no libhs: slower)", pcre2);
	return STATUS_OK;
}

const char *scanner_describe(const struct scanner *scanner)
{
	return scanner->describe;
}

size_t scanner_view_count(const struct scanner *scanner)
{
	return scanner->views.count;
}

enum view_kind scanner_view(const struct scanner *scanner, size_t index, struct str *ret_header)
{
	const struct scan_view *view = list_at(&scanner->views, index);

	*ret_header = view->header;
	return view->kind;
}

static struct scan_scratch *make_scratch(const struct scanner *scanner)
{
	struct scan_scratch *scratch = calloc(1, sizeof *scratch);

	if (!scratch)
		return NULL;
	scratch->pattern = pattern_scratch_create();
	scratch->candidates = calloc(scanner->most_entries + 1, sizeof *scratch->candidates);
	if (!scratch->pattern || !scratch->candidates ||
	    !prefilter_scratch_copy(scanner->prefilter_scratch, &scratch->prefilter)) {
		destroy_scratch(scratch);
		return NULL;
	}
	return scratch;
}

struct scan_scratch *scanner_take_scratch(const struct scanner *scanner)
{
	struct scanner *owner = (struct scanner *)scanner; /* the pool is the one thing that changes, under its lock */
	struct scan_scratch *scratch;

	pthread_mutex_lock(&owner->lock);
	scratch = owner->pool;
	if (scratch)
		owner->pool = scratch->next;
	pthread_mutex_unlock(&owner->lock);
	return scratch ? scratch : make_scratch(scanner);
}

void scanner_give_scratch(const struct scanner *scanner, struct scan_scratch *scratch)
{
	struct scanner *owner = (struct scanner *)scanner;

	if (!scratch)
		return;
	pthread_mutex_lock(&owner->lock);
	scratch->next = owner->pool;
	owner->pool = scratch;
	pthread_mutex_unlock(&owner->lock);
}

static unsigned int count_more(const struct pattern *pattern, struct str text, struct scan_scratch *scratch,
			       struct pattern_span span)
{
	unsigned int count = 1;

	while (count < COUNT_MAX && pattern_find(pattern, text, span.end > span.start ? span.end : span.end + 1,
						 scratch->pattern, &span) == PATTERN_MATCH)
		count++;
	return count;
}

/* Returns how many patterns gave up. */
static unsigned int match_entry(const struct scan_entry *entry, struct str text, struct scan_scratch *scratch,
				struct scan_hit *ret_hit)
{
	unsigned int gave_up = 0;

	*ret_hit = (struct scan_hit){0};
	for (size_t i = 0; i < entry->patterns.count && (entry->count || !ret_hit->count); i++) {
		const struct pattern *pattern = *(struct pattern **)list_at(&entry->patterns, i);
		struct pattern_span span;
		enum pattern_result result = pattern_find(pattern, text, 0, scratch->pattern, &span);

		if (result == PATTERN_GAVE_UP)
			gave_up++;
		if (result != PATTERN_MATCH)
			continue;
		if (!ret_hit->count)
			ret_hit->span = span;
		ret_hit->count += entry->count ? count_more(pattern, text, scratch, span) : 1;
	}
	return gave_up;
}

static void find_candidates(const struct scan_view *view, struct str text, struct scan_scratch *scratch)
{
	memset(scratch->candidates, 0, view->entries.count * sizeof *scratch->candidates);
	if (view->prefilter && prefilter_scan(view->prefilter, text, scratch->prefilter, scratch->candidates))
		return;
	for (size_t i = 0; i < view->entries.count; i++)
		scratch->candidates[i] = true;
}

unsigned int scanner_scan(const struct scanner *scanner, size_t index, struct str text, const bool *active,
			  struct scan_scratch *scratch, scan_found *found, void *context)
{
	const struct scan_view *view = list_at(&scanner->views, index);
	unsigned int gave_up = 0;

	find_candidates(view, text, scratch);
	for (size_t i = 0; i < view->entries.count; i++) {
		const struct scan_entry *entry = list_at(&view->entries, i);
		struct scan_hit hit;

		if (!scratch->candidates[i] || !active[entry->rule])
			continue;
		gave_up += match_entry(entry, text, scratch, &hit);
		if (hit.count)
			found(context, entry->rule, &hit);
	}
	return gave_up;
}

/* The view and the number of the rule's entry in it; NULL when the scanner does not know the rule. */
static const struct scan_view *view_of_rule(const struct scanner *scanner, size_t rule, size_t *ret_entry)
{
	for (size_t i = 0; i < scanner->views.count; i++) {
		const struct scan_view *view = list_at(&scanner->views, i);

		for (size_t j = 0; j < view->entries.count; j++)
			if (((struct scan_entry *)list_at(&view->entries, j))->rule == rule) {
				*ret_entry = j;
				return view;
			}
	}
	return NULL;
}

bool scanner_match_rule(const struct scanner *scanner, size_t rule, struct str text, struct scan_scratch *scratch,
			struct scan_hit *ret_hit)
{
	size_t entry;
	const struct scan_view *view = view_of_rule(scanner, rule, &entry);

	if (!view)
		return false;
	match_entry(list_at(&view->entries, entry), text, scratch, ret_hit);
	return ret_hit->count > 0;
}

bool scanner_is_candidate(const struct scanner *scanner, size_t rule, struct str text, struct scan_scratch *scratch)
{
	size_t entry;
	const struct scan_view *view = view_of_rule(scanner, rule, &entry);

	if (!view)
		return false;
	find_candidates(view, text, scratch);
	return scratch->candidates[entry];
}
