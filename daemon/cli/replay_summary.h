/*
 * replay_summary - what a replay says in all: counts, months, senders, templates, thresholds, nearest misses.
 */
#ifndef COLDSHOULDER_CLI_REPLAY_SUMMARY_H
#define COLDSHOULDER_CLI_REPLAY_SUMMARY_H

#include "cli/replay_record.h"

#include <jansson.h>
#include <stdio.h>

enum {
	SUMMARY_TOP = 10,
	SUMMARY_MISSES = 20,
	SUMMARY_THRESHOLD_FIRST = 300, /* hundredths */
	SUMMARY_THRESHOLD_LAST = 1200,
	SUMMARY_THRESHOLD_STEP = 50,
	SUMMARY_THRESHOLDS_MAX = 24
};

struct summary_period {
	int year;
	int month; /* 1 to 12; 0: the whole year */
	unsigned long received;
	unsigned long tagged[CLASS_COUNT];
};

struct summary_sender {
	struct str from;
	unsigned long tagged;
	int32_t highest;
};

struct summary_template {
	uint64_t id;
	unsigned long messages;
	unsigned long tagged;
	const struct record *example; /* the first */
};

/* What would be tagged were the threshold this one. */
struct summary_threshold {
	int32_t at;
	unsigned long tagged;
	unsigned long by_class[CLASS_COUNT];
	unsigned long correspondents; /* of them, from people who are known: most likely wrong */
	unsigned long good, bad;      /* of them, labelled so */
};

struct summary {
	int32_t tag_at; /* as configured; hundredths */
	bool reject_set;
	int32_t reject_at;
	unsigned long received, sent, not_judged;
	unsigned long tagged;                /* at the configured threshold */
	unsigned long by_class[CLASS_COUNT]; /* of all received, at the configured threshold */
	unsigned long sent_against;          /* sent mail that the outbound policy minds */
	unsigned long by_relation[RELATION_MUTUAL + 1];
	unsigned long linkedin_claimed, linkedin_proved;
	int64_t first, last; /* dates; 0: none */
	struct list periods; /* of struct summary_period, in order */
	struct summary_sender senders[SUMMARY_TOP];
	size_t sender_count;
	struct summary_template templates[SUMMARY_TOP];
	size_t template_count;
	struct summary_threshold thresholds[SUMMARY_THRESHOLDS_MAX];
	size_t threshold_count;
	const struct record *below[SUMMARY_MISSES]; /* nearest first */
	size_t below_count;
	const struct record *above[SUMMARY_MISSES];
	size_t above_count;
	unsigned long labelled_good, labelled_bad;
};

/* Sums up; false when out of memory. To be freed by summary_free(). */
bool summary_make(const struct records *records, struct summary *ret_summary);
void summary_free(struct summary *summary);

/* What one threshold would do. */
struct summary_threshold summary_at(const struct records *records, int32_t threshold);

/* As text for people. */
struct summary_style {
	bool colours;
	bool utf8; /* bars of block characters */
};
void summary_print(FILE *out, const struct summary *summary, const struct records *records,
		   const struct replay_mail *mail, const struct summary_style *style);

/* As one JSON object and a line end; false when out of memory. */
bool summary_print_json(FILE *out, const struct summary *summary, const struct records *records,
			const struct replay_mail *mail);

/* What could not be read, as text. */
void summary_print_failures(FILE *out, const struct replay_mail *mail);

/* A JSON string of text of a mail; bytes that are no UTF-8 become U+FFFD. */
json_t *summary_text_json(struct str text);

#endif
