/*
 * scan - all phrases and patterns of a ruleset, by view: which rules match a text, and where.
 *
 * A scanner is filled (scanner_add_*), finished once, and immutable from then on: any thread may scan, each with a
 * scratch that it takes from the scanner's pool and gives back. A prefilter finds candidates, PCRE2 decides.
 */
#ifndef COLDSHOULDER_ENGINE_SCAN_H
#define COLDSHOULDER_ENGINE_SCAN_H

#include "engine/pattern.h"
#include "engine/phrase.h"
#include "mail/view.h"

struct scanner;
struct scan_scratch;

/* What a rule looks at. */
struct scan_target {
	size_t rule;  /* its index, handed back by scans; each once */
	size_t group; /* of rules that are asked together or not at all */
	enum view_kind view;
	struct str header; /* of header:NAME and raw:NAME; must outlive the scanner */
	bool count;        /* count all matches, not just find the first */
};

/*
 * An empty scanner; `pcre2_only`: without a prefilter, even where there could be one; `no_jit`: without machine code of
 * PCRE2's. NULL when out of memory.
 */
struct scanner *scanner_create(bool pcre2_only, bool no_jit);

/* NULL is allowed. Every scratch must have been given back. */
void scanner_destroy(struct scanner *scanner);

/* Begins a rule; what is added next belongs to it. STATUS_NO_MEMORY. */
enum status scanner_add_rule(struct scanner *scanner, const struct scan_target *target);

/* Adds phrases to the last rule. STATUS_BAD_INPUT (*ret_error), STATUS_NO_MEMORY. */
enum status scanner_add_phrases(struct scanner *scanner, const struct phrase *phrases, size_t count,
				struct pattern_error *ret_error);

/* Adds a PCRE2 pattern to the last rule. STATUS_BAD_INPUT (*ret_error), STATUS_NO_MEMORY. */
enum status scanner_add_pattern(struct scanner *scanner, struct str text, struct pattern_error *ret_error);

/* Builds the prefilters, with a cache in `cache_directory` (NULL: none). No scratch may be out. STATUS_NO_MEMORY. */
enum status scanner_finish(struct scanner *scanner, const char *cache_directory);

/* "libhs 5.4.0 + pcre2 10.42 jit", "pcre2 10.42 jit (without libhs)". */
const char *scanner_describe(const struct scanner *scanner);

/* The views that have rules. */
size_t scanner_view_count(const struct scanner *scanner);
enum view_kind scanner_view(const struct scanner *scanner, size_t view, struct str *ret_header);

/*
 * A scratch from the pool, for one message; NULL when out of memory. To be given back. Thread-safe. All patterns
 * together have 100 ms of the calling thread's processor time; those that are still to be matched then give up.
 */
struct scan_scratch *scanner_take_scratch(const struct scanner *scanner);
void scanner_give_scratch(const struct scanner *scanner, struct scan_scratch *scratch);

struct scan_hit {
	struct pattern_span span; /* of one match, bytes into the text */
	unsigned int count;       /* of matches; at most 1 unless the rule counts */
};

/* Called for each rule that matches, in the order of adding. */
typedef void scan_found(void *context, size_t rule, const struct scan_hit *hit);

/*
 * Looks for the rules of one view (by number) in its text. `active[group]` false: its rules are not asked. Returns
 * how many patterns gave up on a limit; they count as no match. A rule that keeps giving up (engine/strain.h) is not
 * asked any more.
 */
unsigned int scanner_scan(const struct scanner *scanner, size_t view, struct str text, const bool *active,
			  struct scan_scratch *scratch, scan_found *found, void *context);

/* How far somebody has looked through the rules; zero: not yet. */
struct scan_place {
	size_t view;
	size_t entry;
};

/* The next rule that is not asked any more; `untold`: and was not given to anybody with this flag before, for the log.
 * False: there is none. */
bool scanner_next_resting(const struct scanner *scanner, bool untold, struct scan_place *place, size_t *ret_rule);

/* Asks one rule alone, without the prefilter; for examples. False: it does not match (or gave up). */
bool scanner_match_rule(const struct scanner *scanner, size_t rule, struct str text, struct scan_scratch *scratch,
			struct scan_hit *ret_hit);

/*
 * Asks one rule alone again, for all the lines of `text` in which it matches: `found` is called for each, once a
 * pattern. Within the scratch's time; returns how many patterns gave up.
 */
unsigned int scanner_match_lines(const struct scanner *scanner, size_t rule, struct str text,
				 struct scan_scratch *scratch, scan_found *found, void *context);

#endif
