/*
 * generation - one immutable set of configuration and rules, counted by its users. A message keeps the
 * generation that it began with; a reload publishes a new one.
 */
#ifndef COLDSHOULDER_JUDGE_GENERATION_H
#define COLDSHOULDER_JUDGE_GENERATION_H

#include "engine/ruleset.h"
#include "judge/config.h"
#include "memory/memory.h"

struct generation {
	struct config *config;
	struct ruleset *ruleset;
	struct memory *memory; /* whoever loads it sets this before use; not owned; NULL: every sender is a stranger */
	unsigned long number;  /* 1 for the first */
};

struct generation_options {
	const char *rules_directory; /* overrides the configuration's; NULL: as configured */
	const char *state_directory; /* overrides the configuration's; NULL: as configured */
	const char *cache_directory; /* for compiled rules; NULL: the state directory */
	bool check_examples;
	bool no_cache;
	bool disable_scan_database; /* as in engine/ruleset.h, for tests and comparisons */
	bool disable_jit;
};

/*
 * Loads configuration (path NULL: the defaults) and rules. Errors and warnings are added to `errors`. STATUS_OK: one
 * reference, to be given back by generation_release().
 */
enum status generation_load(const char *config_path, const struct generation_options *options,
			    struct error_list *errors, struct generation **ret_generation);

/* Gives one reference back; the last one frees. NULL is allowed. */
void generation_release(struct generation *generation);

/* The slot from which sessions take the current generation. Thread-safe. */
struct generation_slot;

/* Takes over the caller's reference to `first`. NULL when out of memory. */
struct generation_slot *generation_slot_create(struct generation *first);
struct generation *generation_slot_acquire(struct generation_slot *slot);

/* Publishes `next` (the caller's reference goes to the slot) and releases the old one. */
void generation_slot_replace(struct generation_slot *slot, struct generation *next);
void generation_slot_destroy(struct generation_slot *slot);

#endif
