#include "engine/scan_parts.h"

#include "base/clock.h"
#include "mail/charset.h"

#include <stdlib.h>

enum {
	COUNT_MAX = 1000,
	/* Processor time of one message: what stands in the queue behind it must not wait for a text made to be slow.
	 */
	BUDGET_MS = 100,
	BUDGET_ALONE_MS = 10000, /* without a prefilter, for comparisons: every pattern is asked */
	/* Who has used this part of it when it ends is to blame; others only came too late. */
	GREEDY_MS = BUDGET_MS / 4
};

static const int64_t ns_a_ms = 1000000;

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

void scan_scratch_destroy(struct scan_scratch *scratch)
{
	if (!scratch)
		return;
	pattern_scratch_destroy(scratch->pattern);
	prefilter_scratch_destroy(scratch->prefilter);
	free(scratch);
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
		scan_scratch_destroy(scratch);
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
	int64_t now = clock_coarse_ns();

	return !pattern_scratch_is_spent(scratch, now) || now - start_ns > GREEDY_MS * ns_a_ms;
}

/* Adds what one pattern of a rule finds: the first match of all its patterns, or the number of all matches. */
static void match_pattern(const struct scan_view *view, size_t index, struct scan_scratch *scratch,
			  struct scan_hit *hit, struct tally *tally)
{
	const struct scan_entry *entry = list_at(&view->entries, *(size_t *)list_at(&view->entry_of, index));
	struct pattern_span span;
	enum pattern_result result;
	int64_t start = clock_coarse_ns();

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
