/*
 * counters - how many messages of which kind, which rules fired, how long it took; since the process started.
 *
 * They outlive generations: a rule keeps its count when it is loaded again. Thread-safe; counting takes well under a
 * microsecond.
 */
#ifndef COLDSHOULDER_JUDGE_COUNTERS_H
#define COLDSHOULDER_JUDGE_COUNTERS_H

#include "judge/decision.h"

enum { COUNTERS_DIRECTIONS = 3, COUNTERS_BUCKETS = 12, COUNTERS_LIMITS = 32, COUNTERS_RULES_MAX = 20000 };

/* Upper ends of the buckets of a latency histogram, in microseconds; the last bucket has none. */
extern const int64_t counters_bucket_micros[COUNTERS_BUCKETS - 1];

struct latency {
	uint64_t buckets[COUNTERS_BUCKETS]; /* not cumulative */
	uint64_t sum_micros;
	uint64_t count;
};

struct rule_count {
	const char *id;
	uint64_t hits;   /* that counted */
	uint64_t shadow; /* in shadow */
};

struct counters_snapshot {
	uint64_t messages[COUNTERS_DIRECTIONS][CLASS_COUNT][ACTION_COUNT];
	uint64_t held_back; /* messages to which less was done than the score asked for */
	uint64_t not_judged;
	uint64_t failures;
	uint64_t limits[COUNTERS_LIMITS]; /* by the number of the bit of enum mail_limit */
	struct latency stages[STAGE_COUNT];
	struct latency total;
	struct rule_count *rules; /* by id */
	size_t rule_count;
};

struct counters;

/* NULL when out of memory. */
struct counters *counters_create(void);
void counters_destroy(struct counters *counters);

void counters_count(struct counters *counters, const struct decision *decision);
void counters_count_failure(struct counters *counters);

/* A copy of all; to be freed. STATUS_NO_MEMORY. */
enum status counters_snapshot(struct counters *counters, struct counters_snapshot *ret_snapshot);
void counters_snapshot_free(struct counters_snapshot *snapshot);

#endif
