/*
 * rule - one rule as loaded: what it looks for, what it is worth, and its own examples.
 *
 * Rules belong to their ruleset, are immutable and may be read by any thread.
 */
#ifndef COLDSHOULDER_ENGINE_RULE_H
#define COLDSHOULDER_ENGINE_RULE_H

#include "engine/facts.h"
#include "engine/verdict.h"

enum rule_status { RULE_STATUS_SHADOW, RULE_STATUS_TEST, RULE_STATUS_STABLE };
enum rule_scope { RULE_ANY_DIRECTION, RULE_INBOUND, RULE_OUTBOUND, RULE_SCOPES };

struct expression;

/* One example text, or one case of an expression rule. */
struct rule_example {
	struct str text;  /* hits, misses, todo_hits, todo_misses; a case's `given` */
	struct str rules; /* a case: ids taken as fired, separated by blanks */
	bool expect;      /* true: must hit */
	bool todo;        /* a known gap: reported, not an error */
	unsigned int line;
};

struct rule {
	const char *id;
	const char *family;   /* never NULL */
	const char *language; /* "" for all */
	const char *describe;
	const char *author;
	const char *since;
	const char *expires;         /* YYYY-MM-DD or "" */
	const char *false_positives; /* in words, or "" */
	const char *reply;           /* NULL: none */
	double score;
	enum mail_class mail_class; /* CLASS_CLEAN: the rule has none */
	enum rule_status status;
	enum rule_scope scope;
	bool shadow;
	bool shipped;
	enum view_kind view; /* text rules */
	struct str view_header;
	const struct str *phrases; /* as written */
	size_t phrase_count;
	const struct str *patterns;
	size_t pattern_count;
	const char *when; /* expression rules: as written; NULL for text rules */
	const struct expression *expression;
	const struct rule_example *examples;
	size_t example_count;
	const char *path; /* where it was read */
	unsigned int line;
	size_t index; /* position in the ruleset */
};

#endif
