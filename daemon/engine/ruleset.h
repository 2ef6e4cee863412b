/*
 * ruleset - all rules of a site, compiled: immutable once loaded, shared by all threads.
 */
#ifndef COLDSHOULDER_ENGINE_RULESET_H
#define COLDSHOULDER_ENGINE_RULESET_H

#include "base/error.h"
#include "engine/rule.h"

struct ruleset;

struct ruleset_source {
	const char *directory; /* every *.conf in it, by name */
	bool shipped;          /* missing examples are errors, not warnings */
	bool optional;         /* a missing directory is no error */
};

struct ruleset_options {
	const char *cache_directory; /* for compiled pattern databases; NULL: none */
	bool check_examples;         /* run every rule's own examples; a failing one is an error. No prefilter is built:
					whoever checks rules judges no mail with them */
	bool disable_scan_database;  /* PCRE2 alone, for tests and comparisons */
	bool disable_jit;            /* and without machine code */
};

/*
 * Loads and compiles all rules of `sources`, in order; a later source may change `score`, `shadow` or `status` of an
 * earlier rule by a group in its `changes` list ({ id = "..."; score = ...; }). Every error of all files is added to
 * `errors` with file and line. STATUS_OK: *ret_ruleset is the caller's, to be freed by ruleset_destroy(). Otherwise
 * (STATUS_BAD_INPUT, STATUS_NO_MEMORY) there is no ruleset.
 */
enum status ruleset_load(const struct ruleset_source *sources, size_t source_count,
			 const struct ruleset_options *options, struct error_list *errors,
			 struct ruleset **ret_ruleset);

/* An empty ruleset: everything is clean. NULL when out of memory. */
struct ruleset *ruleset_create_empty(void);

void ruleset_destroy(struct ruleset *ruleset);

size_t ruleset_rule_count(const struct ruleset *ruleset);
const struct rule *ruleset_rule_at(const struct ruleset *ruleset, size_t index);

/* The rule with this id, or NULL. */
const struct rule *ruleset_find(const struct ruleset *ruleset, struct str id);

/*
 * Rules whose patterns have exceeded the limits of matching in message after message: they are in shadow, and not even
 * looked for, until the rules are loaded again. Returns how many there are; at most `max` of them are filled in.
 * `untold`: each only once, for the log, and no more than `max`. Any thread.
 */
size_t ruleset_resting(const struct ruleset *ruleset, bool untold, const struct rule **ret_rules, size_t max);

/* What matching text uses: "libhs 5.4.0 + pcre2 10.42 jit", "pcre2 10.42 jit (without libhs)". */
const char *ruleset_scanner(const struct ruleset *ruleset);

struct ruleset_filter {
	const struct str *languages; /* rules of these languages and of none count; count 0: all */
	size_t language_count;
	const struct str *shadowed; /* rule ids and families that are worth nothing here */
	size_t shadowed_count;
};

/* A text rule that matched, before anybody asked what it is worth. */
struct text_hit {
	size_t rule; /* its index in the ruleset */
	unsigned int count;
	struct str evidence;     /* the author's own words */
	const struct str *links; /* outbound, of the view of links: every line that matched; else none */
	size_t link_count;
};

struct text_hits {
	const struct text_hit *items;
	size_t count;
	unsigned int match_errors; /* patterns that gave up on a limit */
};

/*
 * False when no rule that gives a class can fire any more, whatever the texts say: the message is clean then, and
 * looking at it would only add to its explanation. `known` tells by fact whether it will not change. Without memory:
 * true. Any thread.
 */
bool ruleset_may_classify(const struct ruleset *ruleset, const struct facts *facts, const bool *known,
			  const struct ruleset_filter *filter, struct arena *arena);

/*
 * The first, dear half of judging: what the texts say. Needs no facts but the direction, so one scan serves several
 * policies and moments. Of `filter` (may be NULL) only the languages count; rules in a language that the
 * author cannot be writing in are not asked (engine/language.h). The result is in `arena`.
 * STATUS_NO_MEMORY. Any thread.
 */
enum status ruleset_scan(const struct ruleset *ruleset, struct views *views, enum direction direction,
			 const struct ruleset_filter *filter, struct arena *arena, struct text_hits *ret_hits);

/*
 * The second half: expressions, caps, sum, class. May be asked again with other facts, or with a filter of fewer
 * languages than the scan's. The result is in `arena`. STATUS_NO_MEMORY: no verdict. Any thread.
 */
enum status ruleset_conclude(const struct ruleset *ruleset, const struct text_hits *hits, const struct facts *facts,
			     const struct ruleset_filter *filter, struct arena *arena, struct verdict *ret_verdict);

/* Both halves at once. Facts that depend on the text (words, quoted_only) must be set. */
enum status ruleset_evaluate(const struct ruleset *ruleset, struct views *views, const struct facts *facts,
			     const struct ruleset_filter *filter, struct arena *arena, struct verdict *ret_verdict);

#endif
