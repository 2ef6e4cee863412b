/*
 * replay_record - what is kept of each judged message until the replay is summed up.
 *
 * Scores are whole hundredths, so that every comparison with a threshold is exact, here and in the page.
 */
#ifndef COLDSHOULDER_CLI_REPLAY_RECORD_H
#define COLDSHOULDER_CLI_REPLAY_RECORD_H

#include "cli/labels.h"
#include "cli/replay_gather.h"
#include "judge/judge.h"

/* A rule that fired. */
struct record_hit {
	const struct rule *rule;
	int32_t score; /* hundredths; in shadow 0 */
	bool shadow;
	/* The author's words; of text rules with some words around them. UTF-8; slices of the records' arena. */
	struct str before, evidence, after;
};

struct record {
	const struct replay_entry *entry;
	int32_t score;
	bool sent;
	bool judged;
	enum mail_class verdict_class; /* whatever the score */
	enum mail_class mail_class;    /* of the outcome */
	bool acted_on;                 /* its class is one that the policy acts on */
	enum relation relation;
	enum linkedin_stream linkedin;
	bool linkedin_claimed;
	enum label label;
	const char *language; /* of most of the rules that fired; "" when none says */
	uint64_t template_id;
	int64_t template_seen;
	/* Below: only of messages that are kept in detail, else empty. */
	struct str from, name, subject;
	const struct record_hit *hits; /* highest score first */
	size_t hit_count;
	struct str text; /* the author's text; only when asked for */
};

struct record_settings {
	const struct policy *inbound;
	const struct policy *outbound;
	const struct labels *labels; /* NULL: none */
	bool more_lines;             /* the configuration also has other thresholds, for classes or for people */
	bool all_details;            /* else only of messages that the rules found something in */
	bool with_text;
};

struct records {
	struct record_settings settings;
	struct arena *arena;
	struct list items;     /* of struct record, in order of date */
	struct list verifiers; /* of struct record_verifier */
	bool no_memory;
};

/* Who wrote the topmost Authentication-Results, and how often. */
struct record_verifier {
	struct str id;
	unsigned long count;
};

/* Empty records; `arena` outlives them. To be freed by records_free(). */
struct records records_make(const struct record_settings *settings, struct arena *arena);
void records_free(struct records *records);

/* Keeps what matters of a decision. A message without a date counts as the first day of 1970. */
void records_add(struct records *records, const struct replay_entry *entry, struct judgement *judgement,
		 const struct decision *decision);

/* A number of hundredths as it is written everywhere: "5.25". In a static buffer of the thread. */
int32_t record_hundredths(double score);

/* True when an inbound message would be tagged by a threshold of so many hundredths. */
bool record_reaches(const struct record *record, int32_t threshold);

#endif
