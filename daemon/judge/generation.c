#include "judge/generation.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct counted_generation {
	struct generation generation; /* first: the public part */
	atomic_uint references;
};

struct generation_slot {
	pthread_mutex_t lock; /* held only to copy a pointer and count */
	struct generation *current;
};

static atomic_ulong generations_made;

static const char *cache_directory(const struct config *config, const struct generation_options *options)
{
	if (options->no_cache)
		return NULL;
	return options->cache_directory ? options->cache_directory : config->state_directory;
}

static enum status load_rules(const struct config *config, const struct generation_options *options,
			      struct error_list *errors, struct ruleset **ret_ruleset)
{
	const struct ruleset_source sources[] = {
	    {.directory = config->rules_directory, .shipped = true},
	    {.directory = config->local_rules_directory, .optional = true},
	};
	const struct ruleset_options ruleset_options = {
	    .cache_directory = cache_directory(config, options),
	    .check_examples = options->check_examples,
	    .disable_scan_database = options->disable_scan_database,
	    .disable_jit = options->disable_jit,
	};

	return ruleset_load(sources, sizeof sources / sizeof *sources, &ruleset_options, errors, ret_ruleset);
}

/* Behind a configuration that could not be read the directory is only the default one, and perhaps not meant. */
static bool rules_to_read(const struct config *config, enum status config_status)
{
	return config_status == STATUS_OK || access(config->rules_directory, R_OK) == 0;
}

static bool rules_have_language(const struct ruleset *ruleset, struct str language)
{
	for (size_t i = 0; i < ruleset_rule_count(ruleset); i++)
		if (str_equal_nocase(language, str_of(ruleset_rule_at(ruleset, i)->language)))
			return true;
	return false;
}

/* The codes that occur, as "de en fr", sorted; empty when no rule has a language. */
static void list_languages(const struct ruleset *ruleset, char *out, size_t size)
{
	const char *last = "", *next;
	size_t n = 0;

	out[0] = '\0';
	do {
		next = NULL;
		for (size_t i = 0; i < ruleset_rule_count(ruleset); i++) {
			const char *language = ruleset_rule_at(ruleset, i)->language;

			if (strcmp(language, last) > 0 && (!next || strcmp(language, next) < 0))
				next = language;
		}
		if (next)
			n += (size_t)snprintf(out + n, size - n, "%s%s", n ? " " : "", next);
		last = next;
	} while (next && n < size);
}

static void check_language_list(const struct ruleset *ruleset, const struct str *languages, size_t count,
				const struct setting_place *at, struct error_list *errors)
{
	char known[160], hint[200];

	list_languages(ruleset, known, sizeof known);
	snprintf(hint, sizeof hint, "the rules know %s", known);
	for (size_t i = 0; i < count && known[0]; i++)
		if (!rules_have_language(ruleset, languages[i]))
			error_add_at(errors, SEVERITY_ERROR, at->path, at->line, hint,
				     "languages: no rule is of \"%.*s\"", STR_ARGS(str_sub(languages[i], 0, 40)));
}

static const struct policy *policy_number(const struct policy_set *set, size_t i)
{
	return i == 0 ? &set->inbound : i == 1 ? &set->outbound : &set->items[i - 2];
}

/* Of a language that is spelled otherwise than the rules do, no rule would count, and nobody would be told. */
static enum status check_languages(const struct config *config, const struct ruleset *ruleset,
				   struct error_list *errors)
{
	const struct policy_set *set = &config->policies;
	size_t before = errors->error_count;

	if (config->languages_at)
		check_language_list(ruleset, config->languages, config->language_count, config->languages_at, errors);
	for (size_t i = 0; i < set->count + 2; i++) {
		const struct policy *policy = policy_number(set, i);
		bool told = policy->languages_at == config->languages_at;

		for (size_t j = 0; j < i && !told; j++)
			told = policy->languages_at == policy_number(set, j)->languages_at;
		if (!told)
			check_language_list(ruleset, policy->languages, policy->language_count, policy->languages_at,
					    errors);
	}
	return errors->error_count == before ? STATUS_OK : STATUS_BAD_INPUT;
}

/* Configuration and rules are both read even when the first is wrong, so that one run shows all errors. */
static enum status load_parts(const char *config_path, const struct generation_options *options,
			      struct error_list *errors, struct generation *generation)
{
	enum status config_status = STATUS_OK, rules_status = STATUS_OK;

	if (config_path)
		config_status = config_load(config_path, errors, &generation->config);
	if (!generation->config)
		generation->config = config_create_default();
	if (!generation->config)
		return STATUS_NO_MEMORY;
	if (options->rules_directory)
		generation->config->rules_directory = arena_strdup(generation->config->arena, options->rules_directory);
	if (options->state_directory)
		generation->config->state_directory = arena_strdup(generation->config->arena, options->state_directory);
	if (!generation->config->rules_directory || !generation->config->state_directory)
		return STATUS_NO_MEMORY;
	if (rules_to_read(generation->config, config_status))
		rules_status = load_rules(generation->config, options, errors, &generation->ruleset);
	if (config_status == STATUS_OK && rules_status == STATUS_OK)
		return check_languages(generation->config, generation->ruleset, errors);
	return config_status != STATUS_OK ? config_status : rules_status;
}

enum status generation_load(const char *config_path, const struct generation_options *options,
			    struct error_list *errors, struct generation **ret_generation)
{
	struct counted_generation *counted = calloc(1, sizeof *counted);
	enum status status;

	if (!counted)
		return STATUS_NO_MEMORY;
	atomic_init(&counted->references, 1);
	status = load_parts(config_path, options, errors, &counted->generation);
	if (status != STATUS_OK) {
		generation_release(&counted->generation);
		return status;
	}
	counted->generation.number = atomic_fetch_add(&generations_made, 1) + 1;
	*ret_generation = &counted->generation;
	return STATUS_OK;
}

static struct generation *acquire(struct generation *generation)
{
	atomic_fetch_add(&((struct counted_generation *)generation)->references, 1);
	return generation;
}

void generation_release(struct generation *generation)
{
	struct counted_generation *counted = (struct counted_generation *)generation;

	if (!generation || atomic_fetch_sub(&counted->references, 1) != 1)
		return;
	ruleset_destroy(generation->ruleset);
	config_free(generation->config);
	free(counted);
}

struct generation_slot *generation_slot_create(struct generation *first)
{
	struct generation_slot *slot = calloc(1, sizeof *slot);

	if (!slot || pthread_mutex_init(&slot->lock, NULL) != 0) {
		free(slot);
		return NULL;
	}
	slot->current = first;
	return slot;
}

struct generation *generation_slot_acquire(struct generation_slot *slot)
{
	struct generation *generation;

	pthread_mutex_lock(&slot->lock);
	generation = acquire(slot->current);
	pthread_mutex_unlock(&slot->lock);
	return generation;
}

void generation_slot_replace(struct generation_slot *slot, struct generation *next)
{
	struct generation *old;

	pthread_mutex_lock(&slot->lock);
	old = slot->current;
	slot->current = next;
	pthread_mutex_unlock(&slot->lock);
	generation_release(old);
}

void generation_slot_destroy(struct generation_slot *slot)
{
	if (!slot)
		return;
	generation_release(slot->current);
	pthread_mutex_destroy(&slot->lock);
	free(slot);
}
