#include "engine/scan.h"

#include "base/buf.h"
#include "base/clock.h"
#include "engine/literal.h"
#include "engine/prefilter.h"
#include "engine/strain.h"
#include "mail/charset.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* PCRE2 takes 64 KiB of compiled code a pattern; written phrases grow about threefold. */
	ALTERNATION_MAX = 8 * 1024,
	COUNT_MAX = 1000,
	/* Processor time of one message: what stands in the queue behind it must not wait for a text made to be slow.
	 */
	BUDGET_MS = 100,
	BUDGET_ALONE_MS = 10000, /* without a prefilter, for comparisons: every pattern is asked */
	/* Who has used this part of it when it ends is to blame; others only came too late. */
	GREEDY_MS = BUDGET_MS / 4
};

static const int64_t ns_a_ms = 1000000;

/* One rule within its view. */
struct scan_entry {
	size_t rule;
	size_t group;
	bool count;
	size_t first; /* of its patterns in the view */
	size_t pattern_count;
	struct strain strain; /* the one thing that changes */
};

struct scan_view {
	enum view_kind kind;
	struct str header;
	unsigned int flags;      /* enum pattern_flag */
	struct list entries;     /* of struct scan_entry */
	struct list patterns;    /* of struct pattern *, those of one entry together */
	struct list expressions; /* of struct str: what the patterns were compiled from */
	struct list entry_of;    /* of size_t, by pattern */
	struct prefilter *prefilter;
};

struct scan_scratch {
	struct scan_scratch *next; /* in the pool */
	struct pattern_scratch *pattern;
	struct prefilter_scratch *prefilter; /* NULL: none is needed */
	struct pattern_subject subject;      /* the text at hand */
	bool filtered;                       /* the prefilter has its outcome for that text */
};

struct scanner {
	struct arena *arena; /* expressions, until all is finished; then NULL */
	struct list views;   /* of struct scan_view */
	size_t current;      /* view of the last rule */
	bool use_prefilter;
	unsigned int pattern_flags;                  /* of all views */
	struct prefilter_scratch *prefilter_scratch; /* what scratches are copied from; NULL: nothing */
	pthread_mutex_t lock;                        /* of `pool` */
	struct scan_scratch *pool;
	char describe[96];
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

static void destroy_scratch(struct scan_scratch *scratch)
{
	if (!scratch)
		return;
	pattern_scratch_destroy(scratch->pattern);
	prefilter_scratch_destroy(scratch->prefilter);
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
	char *copy = arena_strndup(scanner->arena, text.p, text.n);

	return add_pattern(scanner, (struct str){copy, text.n}, ret_error);
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
	if (scanner->prefilter_scratch)
		scratch->prefilter = prefilter_scratch_copy(scanner->prefilter_scratch);
	if (!scratch->pattern || (scanner->prefilter_scratch && !scratch->prefilter)) {
		destroy_scratch(scratch);
		return NULL;
	}
	return scratch;
}

static int64_t budget_ns(const struct scanner *scanner)
{
	return (scanner->use_prefilter ? BUDGET_MS : BUDGET_ALONE_MS) * ns_a_ms;
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
	if (!scratch)
		scratch = make_scratch(scanner);
	if (scratch)
		pattern_scratch_set_budget(scratch->pattern, budget_ns(scanner));
	return scratch;
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

/* The first match of the view's pattern `index` from `from` on, at the places that the prefilter left; one from `until`
 * on may be missed. */
static enum pattern_result find(const struct scan_view *view, size_t index, size_t from, size_t until,
				struct scan_scratch *scratch, struct pattern_span *ret_span)
{
	const struct pattern *pattern = *(struct pattern **)list_at(&view->patterns, index);
	const struct prefilter_range *ranges;
	enum pattern_result result = PATTERN_NO_MATCH;
	size_t count;

	if (!scratch->filtered)
		return pattern_find(pattern, scratch->subject, from, scratch->pattern, ret_span);
	count = prefilter_ranges(scratch->prefilter, index, &ranges);
	for (size_t i = 0; i < count && result == PATTERN_NO_MATCH && ranges[i].first < until; i++) {
		size_t first = ranges[i].first > from ? ranges[i].first : from;
		size_t last = ranges[i].last < until ? ranges[i].last : until - 1;

		if (last >= scratch->subject.text.n)
			result = pattern_find(pattern, scratch->subject, first, scratch->pattern, ret_span);
		else if (last >= first)
			result =
			    pattern_find_between(pattern, scratch->subject, first, last, scratch->pattern, ret_span);
	}
	return result;
}

static unsigned int count_more(const struct scan_view *view, size_t index, struct scan_scratch *scratch,
			       struct pattern_span span)
{
	unsigned int count = 1;

	while (count < COUNT_MAX && find(view, index, span.end > span.start ? span.end : span.end + 1, STR_NONE,
					 scratch, &span) == PATTERN_MATCH)
		count++;
	return count;
}

struct tally {
	unsigned int gave_up; /* patterns */
	bool to_blame;        /* one of them for what it costs itself */
};

/* A pattern that gave up: at PCRE2's limits, or because it used up the budget; not because others had. */
static bool is_to_blame(const struct pattern_scratch *scratch, int64_t start_ns)
{
	int64_t now = clock_monotonic_ns();

	return !pattern_scratch_is_spent(scratch, now) || now - start_ns > GREEDY_MS * ns_a_ms;
}

/* Adds what one pattern of a rule finds: the first match of all its patterns, or the number of all matches. */
static void match_pattern(const struct scan_view *view, size_t index, struct scan_scratch *scratch,
			  struct scan_hit *hit, struct tally *tally)
{
	const struct scan_entry *entry = list_at(&view->entries, *(size_t *)list_at(&view->entry_of, index));
	struct pattern_span span;
	enum pattern_result result;
	int64_t start = clock_monotonic_ns();

	if (pattern_scratch_is_spent(scratch->pattern, start)) {
		tally->gave_up++;
		return;
	}
	result = find(view, index, 0, hit->count && !entry->count ? hit->span.start : STR_NONE, scratch, &span);
	if (result == PATTERN_GAVE_UP)
		tally->to_blame |= is_to_blame(scratch->pattern, start);
	tally->gave_up += result == PATTERN_GAVE_UP || result == PATTERN_NO_MEMORY;
	if (result != PATTERN_MATCH)
		return;
	if (!hit->count || span.start < hit->span.start)
		hit->span = span;
	hit->count = entry->count ? hit->count + count_more(view, index, scratch, span) : 1;
}

/* What is asked of one rule (`candidates` NULL: all its patterns). Returns how many gave up. */
static unsigned int scan_rule(const struct scan_view *view, struct scan_entry *entry, const uint32_t *candidates,
			      size_t count, struct scan_scratch *scratch, struct scan_hit *hit)
{
	struct tally tally = {0};

	for (size_t i = 0; i < count; i++)
		match_pattern(view, candidates ? candidates[i] : entry->first + i, scratch, hit, &tally);
	if (tally.to_blame || !tally.gave_up)
		strain_note(&entry->strain, tally.to_blame);
	return tally.gave_up;
}

struct asking {
	const struct scan_view *view;
	const bool *active; /* by group */
};

static bool is_asked(void *context, size_t pattern)
{
	const struct asking *asking = context;
	const size_t *entry_of = asking->view->entry_of.items;
	const struct scan_entry *entry = list_at(&asking->view->entries, entry_of[pattern]);

	return asking->active[entry->group] && !strain_rests(&entry->strain);
}

/* Every pattern of every active rule. */
static unsigned int scan_all(const struct scan_view *view, const bool *active, struct scan_scratch *scratch,
			     scan_found *found, void *context)
{
	unsigned int gave_up = 0;

	for (size_t i = 0; i < view->entries.count; i++) {
		struct scan_entry *entry = list_at(&view->entries, i);
		struct scan_hit hit = {.count = 0};

		if (active[entry->group] && !strain_rests(&entry->strain))
			gave_up += scan_rule(view, entry, NULL, entry->pattern_count, scratch, &hit);
		if (hit.count)
			found(context, entry->rule, &hit);
	}
	return gave_up;
}

/* The candidates alone; those of one rule stand together. */
static unsigned int scan_candidates(const struct scan_view *view, struct scan_scratch *scratch, scan_found *found,
				    void *context)
{
	const uint32_t *candidates;
	size_t count = prefilter_candidates(scratch->prefilter, &candidates);
	const size_t *entry_of = view->entry_of.items;
	unsigned int gave_up = 0;

	for (size_t i = 0, next; i < count; i = next) {
		size_t index = entry_of[candidates[i]];
		struct scan_entry *entry = list_at(&view->entries, index);
		struct scan_hit hit = {.count = 0};

		for (next = i; next < count && entry_of[candidates[next]] == index;)
			next++;
		gave_up += scan_rule(view, entry, candidates + i, next - i, scratch, &hit);
		if (hit.count)
			found(context, entry->rule, &hit);
	}
	return gave_up;
}

static void set_subject(struct scan_scratch *scratch, const struct scan_view *view, struct str text)
{
	scratch->subject.text = text;
	scratch->subject.valid = (view->flags & PATTERN_BYTES) || utf8_valid(text);
}

unsigned int scanner_scan(const struct scanner *scanner, size_t index, struct str text, const bool *active,
			  struct scan_scratch *scratch, scan_found *found, void *context)
{
	const struct scan_view *view = list_at(&scanner->views, index);
	struct asking asking = {view, active};

	set_subject(scratch, view, text);
	scratch->filtered =
	    view->prefilter && prefilter_scan(view->prefilter, text, is_asked, &asking, scratch->prefilter);
	return scratch->filtered ? scan_candidates(view, scratch, found, context)
				 : scan_all(view, active, scratch, found, context);
}

/* The view of the rule and its entry there; NULL when the scanner does not know the rule. */
static const struct scan_view *view_of_rule(const struct scanner *scanner, size_t rule,
					    const struct scan_entry **ret_entry)
{
	for (size_t i = 0; i < scanner->views.count; i++) {
		const struct scan_view *view = list_at(&scanner->views, i);

		for (size_t j = 0; j < view->entries.count; j++) {
			*ret_entry = list_at(&view->entries, j);
			if ((*ret_entry)->rule == rule)
				return view;
		}
	}
	return NULL;
}

bool scanner_next_resting(const struct scanner *scanner, bool untold, struct scan_place *place, size_t *ret_rule)
{
	for (; place->view < scanner->views.count; place->view++, place->entry = 0) {
		const struct scan_view *view = list_at(&scanner->views, place->view);

		while (place->entry < view->entries.count) {
			struct scan_entry *entry = list_at(&view->entries, place->entry++);

			*ret_rule = entry->rule;
			if (untold ? strain_tell(&entry->strain) : strain_rests(&entry->strain))
				return true;
		}
	}
	return false;
}

bool scanner_match_rule(const struct scanner *scanner, size_t rule, struct str text, struct scan_scratch *scratch,
			struct scan_hit *ret_hit)
{
	const struct scan_entry *entry;
	const struct scan_view *view = view_of_rule(scanner, rule, &entry);
	struct tally tally = {0};

	*ret_hit = (struct scan_hit){.count = 0};
	if (!view)
		return false;
	set_subject(scratch, view, text);
	scratch->filtered = false;
	pattern_scratch_set_budget(scratch->pattern, budget_ns(scanner));
	for (size_t i = 0; i < entry->pattern_count; i++)
		match_pattern(view, entry->first + i, scratch, ret_hit, &tally);
	return ret_hit->count > 0;
}

/* One match a line: however many lines there are, each is looked at once by each pattern. */
static enum pattern_result match_lines(const struct scan_view *view, size_t index, size_t rule,
				       struct scan_scratch *scratch, scan_found *found, void *context)
{
	struct str text = scratch->subject.text;
	struct scan_hit hit = {.count = 1};

	for (size_t from = 0; from < text.n;) {
		enum pattern_result result = PATTERN_GAVE_UP;

		if (!pattern_scratch_is_spent(scratch->pattern, clock_monotonic_ns()))
			result = find(view, index, from, STR_NONE, scratch, &hit.span);
		if (result != PATTERN_MATCH)
			return result;
		found(context, rule, &hit);
		from = str_find_byte(text, hit.span.start, '\n');
		from = from == STR_NONE ? text.n : from + 1;
	}
	return PATTERN_NO_MATCH;
}

unsigned int scanner_match_lines(const struct scanner *scanner, size_t rule, struct str text,
				 struct scan_scratch *scratch, scan_found *found, void *context)
{
	const struct scan_entry *entry;
	const struct scan_view *view = view_of_rule(scanner, rule, &entry);
	unsigned int gave_up = 0;

	if (!view)
		return 0;
	set_subject(scratch, view, text);
	scratch->filtered = false;
	for (size_t i = 0; i < entry->pattern_count; i++)
		gave_up += match_lines(view, entry->first + i, rule, scratch, found, context) != PATTERN_NO_MATCH;
	return gave_up;
}
