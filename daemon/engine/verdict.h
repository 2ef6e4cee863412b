/*
 * verdict - what the rules found in one message: symbols, scores, evidence. No action yet: that is policy.
 */
#ifndef COLDSHOULDER_ENGINE_VERDICT_H
#define COLDSHOULDER_ENGINE_VERDICT_H

#include "mail/view.h"

/* Class of a message; among rules of one score the last of them decides. */
enum mail_class { CLASS_CLEAN, CLASS_DIGEST, CLASS_COLD, CLASS_LINKEDIN, CLASS_TEMPLATE, CLASS_POLICY, CLASS_COUNT };

/* "clean", "cold", ... ; and back: false for an unknown name. */
const char *mail_class_name(enum mail_class mail_class);
bool mail_class_find(struct str name, enum mail_class *ret_class);

struct rule;

struct rule_hit {
	const struct rule *rule; /* lives as long as the ruleset */
	double score;            /* what it counted, after caps and floors; 0 in shadow */
	struct str evidence;     /* the author's own words, or what an expression saw; may be empty */
	bool shadow;             /* counted and explained, worth nothing */
	const struct str *links; /* outbound, of a rule for links: every link that matched, host and path; else none */
	size_t link_count;
};

struct verdict {
	double score; /* sum of all hits after family caps and floors, rounded to 0.01 */
	enum mail_class
	    mail_class; /* of the highest-scoring hit that has one, whatever the score; CLASS_CLEAN: none has */
	const struct rule_hit *hits; /* highest score first */
	size_t hit_count;
	const char *reply;         /* reply text of the highest-scoring hit that has one; NULL: none */
	unsigned int match_errors; /* patterns that gave up on a limit */
};

#endif
