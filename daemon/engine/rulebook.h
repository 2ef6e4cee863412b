/*
 * rulebook - everything that rule files say, before it is compiled into a ruleset.
 *
 * Filled by rule_load.c, checked by rule_check.c. Everything lives in the rulebook's arena; not shared between threads.
 */
#ifndef COLDSHOULDER_ENGINE_RULEBOOK_H
#define COLDSHOULDER_ENGINE_RULEBOOK_H

#include "engine/ruleset.h"

/* One rule and the lines of its parts, for messages. */
struct rule_entry {
	struct rule rule;
	const unsigned int *phrase_lines;
	const unsigned int *pattern_lines;
	unsigned int when_line;
	unsigned int view_line;
	bool has_score;
	bool has_shadow;
};

/* A family that `families` declares, or that some rule names. */
struct family {
	const char *name;
	double cap;       /* INFINITY: none */
	double floor;     /* -INFINITY: none */
	const char *path; /* where it was declared; NULL: only named by rules */
	unsigned int line;
	size_t source;
};

/* A group of `changes`. */
struct rule_change {
	const char *id;
	bool has_score, has_shadow, has_status;
	double score;
	bool shadow;
	enum rule_status status;
	const char *path;
	unsigned int line;
};

/* A group of `lists`: words, domains or addresses from a file, one a line. */
struct word_list {
	const char *name;
	const struct str *words; /* as written, trimmed; comments and empty lines left out */
	size_t word_count;
	const char *path; /* of the rule file */
	unsigned int line;
};

struct rulebook {
	struct arena *arena;
	struct list rules;    /* of struct rule_entry */
	struct list families; /* of struct family */
	struct list changes;  /* of struct rule_change */
	struct list lists;    /* of struct word_list */
	struct error_list *errors;
	bool no_memory;
};

/* An empty rulebook that allocates from `arena` and reports to `errors`; both must outlive it. */
struct rulebook rulebook_make(struct arena *arena, struct error_list *errors);

/* Reads all rule files of a source. What is wrong is added to the errors; out of memory sets no_memory. */
void rulebook_read(struct rulebook *book, const struct ruleset_source *source, size_t source_number);

/* Checks what no single rule can know: duplicates, missing examples, dates; applies the changes; names families. */
void rulebook_check(struct rulebook *book);

/* The index of the rule with this id; STR_NONE when there is none, and then *ret_nearest may name one (or is NULL). */
size_t rulebook_find(const struct rulebook *book, struct str id, const char **ret_nearest);

/* The same for families and lists. */
size_t rulebook_find_family(const struct rulebook *book, struct str name, const char **ret_nearest);
size_t rulebook_find_list(const struct rulebook *book, struct str name, const char **ret_nearest);

#endif
