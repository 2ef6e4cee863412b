#include "judge/counters.h"

#include "engine/rule.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

const int64_t counters_bucket_micros[COUNTERS_BUCKETS - 1] = {100,   250,   500,    1000,    2500,   5000,
							      10000, 50000, 250000, 1000000, 5000000};

/* Open addressing; the ids are copies. A power of two that stays at most three quarters full. */
enum { TABLE_SIZE = 32768 };

struct counters {
	pthread_mutex_t lock;
	struct counters_snapshot now; /* its rules are not used */
	struct rule_count *table;
	size_t used;
};

struct counters *counters_create(void)
{
	struct counters *counters = calloc(1, sizeof *counters);

	if (!counters)
		return NULL;
	counters->table = calloc(TABLE_SIZE, sizeof *counters->table);
	if (!counters->table) {
		free(counters);
		return NULL;
	}
	pthread_mutex_init(&counters->lock, NULL);
	return counters;
}

void counters_destroy(struct counters *counters)
{
	if (!counters)
		return;
	for (size_t i = 0; i < TABLE_SIZE; i++)
		free((char *)counters->table[i].id);
	free(counters->table);
	pthread_mutex_destroy(&counters->lock);
	free(counters);
}

/* FNV-1a. The ids are the postmaster's own, so nobody aims at a bucket. */
static size_t slot_of(const char *id)
{
	uint32_t hash = 2166136261U;

	for (; *id; id++)
		hash = (hash ^ (unsigned char)*id) * 16777619U;
	return hash % TABLE_SIZE;
}

/* NULL: no memory, or more rules than anybody has. */
static struct rule_count *find_rule(struct counters *counters, const char *id)
{
	size_t i = slot_of(id);
	char *copy;

	while (counters->table[i].id) {
		if (strcmp(counters->table[i].id, id) == 0)
			return &counters->table[i];
		i = (i + 1) % TABLE_SIZE;
	}
	copy = counters->used < COUNTERS_RULES_MAX ? strdup(id) : NULL;
	if (!copy)
		return NULL;
	counters->used++;
	counters->table[i].id = copy;
	return &counters->table[i];
}

static void add_latency(struct latency *latency, int64_t micros)
{
	size_t bucket = 0;

	while (bucket < COUNTERS_BUCKETS - 1 && micros > counters_bucket_micros[bucket])
		bucket++;
	latency->buckets[bucket]++;
	latency->sum_micros += (uint64_t)micros;
	latency->count++;
}

static void count_rules(struct counters *counters, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->hit_count; i++) {
		struct rule_count *rule = find_rule(counters, verdict->hits[i].rule->id);

		if (rule && verdict->hits[i].shadow)
			rule->shadow++;
		else if (rule)
			rule->hits++;
	}
}

void counters_count(struct counters *counters, const struct decision *decision)
{
	const struct policy_outcome *outcome = &decision->outcome;
	struct counters_snapshot *now = &counters->now;

	pthread_mutex_lock(&counters->lock);
	now->messages[decision->direction][outcome->mail_class][outcome->action]++;
	now->held_back += outcome->would > outcome->action;
	now->not_judged += !decision->judged;
	for (size_t bit = 0; bit < COUNTERS_LIMITS; bit++)
		now->limits[bit] += decision->limits >> bit & 1;
	add_latency(&now->total, decision->micros);
	for (int stage = 0; stage < STAGE_COUNT && decision->judged; stage++)
		add_latency(&now->stages[stage], decision->stage_micros[stage]);
	count_rules(counters, &decision->verdict);
	pthread_mutex_unlock(&counters->lock);
}

void counters_count_failure(struct counters *counters)
{
	pthread_mutex_lock(&counters->lock);
	counters->now.failures++;
	pthread_mutex_unlock(&counters->lock);
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct rule_count *)a)->id, ((const struct rule_count *)b)->id);
}

/* With the lock held. The ids of the copy are the table's, which never go away before counters_destroy(). */
static bool copy_rules(const struct counters *counters, struct counters_snapshot *snapshot)
{
	snapshot->rules = calloc(counters->used + 1, sizeof *snapshot->rules);
	snapshot->rule_count = 0;
	if (!snapshot->rules)
		return false;
	for (size_t i = 0; i < TABLE_SIZE; i++)
		if (counters->table[i].id)
			snapshot->rules[snapshot->rule_count++] = counters->table[i];
	return true;
}

enum status counters_snapshot(struct counters *counters, struct counters_snapshot *ret_snapshot)
{
	bool copied;

	pthread_mutex_lock(&counters->lock);
	*ret_snapshot = counters->now;
	copied = copy_rules(counters, ret_snapshot);
	pthread_mutex_unlock(&counters->lock);
	if (!copied)
		return STATUS_NO_MEMORY;
	qsort(ret_snapshot->rules, ret_snapshot->rule_count, sizeof *ret_snapshot->rules, compare_ids);
	return STATUS_OK;
}

void counters_snapshot_free(struct counters_snapshot *snapshot)
{
	free(snapshot->rules);
	snapshot->rules = NULL;
	snapshot->rule_count = 0;
}
