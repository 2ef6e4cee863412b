#include "engine/ruleset_parts.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static struct ruleset *create(bool pcre2_only, bool no_jit)
{
	struct ruleset *ruleset = calloc(1, sizeof *ruleset);

	if (!ruleset)
		return NULL;
	ruleset->arena = arena_create(0);
	ruleset->scanner = scanner_create(pcre2_only, no_jit);
	if (!ruleset->arena || !ruleset->scanner) {
		ruleset_destroy(ruleset);
		return NULL;
	}
	return ruleset;
}

struct ruleset *ruleset_create_empty(void)
{
	return create(true, false);
}

void ruleset_destroy(struct ruleset *ruleset)
{
	if (!ruleset)
		return;
	scanner_destroy(ruleset->scanner);
	arena_destroy(ruleset->arena);
	free(ruleset);
}

static enum status load(struct ruleset *ruleset, const struct ruleset_source *sources, size_t source_count,
			const struct ruleset_options *options, struct error_list *errors)
{
	struct rulebook book = rulebook_make(ruleset->arena, errors);
	size_t known_errors = errors->error_count;
	enum status status;

	for (size_t i = 0; i < source_count && !book.no_memory; i++)
		rulebook_read(&book, &sources[i], i);
	if (!book.no_memory)
		rulebook_check(&book);
	if (book.no_memory)
		return STATUS_NO_MEMORY;
	status = ruleset_compile(&book, ruleset);
	if (status == STATUS_OK && !book.no_memory && options->check_examples)
		status = examples_run(ruleset, errors);
	if (status != STATUS_OK || book.no_memory)
		return STATUS_NO_MEMORY;
	if (errors->error_count > known_errors)
		return STATUS_BAD_INPUT;
	return options->check_examples ? STATUS_OK : scanner_finish(ruleset->scanner, options->cache_directory);
}

enum status ruleset_load(const struct ruleset_source *sources, size_t source_count,
			 const struct ruleset_options *options, struct error_list *errors, struct ruleset **ret_ruleset)
{
	struct ruleset *ruleset = create(options->disable_scan_database, options->disable_jit);
	enum status status = STATUS_NO_MEMORY;

	if (ruleset)
		status = load(ruleset, sources, source_count, options, errors);
	if (status != STATUS_OK) {
		ruleset_destroy(ruleset);
		ruleset = NULL;
	}
	/* Compiling takes many times the memory that stays. */
	malloc_trim(0);
	*ret_ruleset = ruleset;
	return status;
}

size_t ruleset_rule_count(const struct ruleset *ruleset)
{
	return ruleset->rule_count;
}

const struct rule *ruleset_rule_at(const struct ruleset *ruleset, size_t index)
{
	return &ruleset->rules[index];
}

const struct rule *ruleset_find(const struct ruleset *ruleset, struct str id)
{
	size_t low = 0, high = ruleset->rule_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		struct str name = str_of(ruleset->by_id[middle]->id);
		int order = memcmp(id.p, name.p, id.n < name.n ? id.n : name.n);

		if (order == 0 && id.n == name.n)
			return ruleset->by_id[middle];
		if (order < 0 || (order == 0 && id.n < name.n))
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

size_t ruleset_resting(const struct ruleset *ruleset, bool untold, const struct rule **ret_rules, size_t max)
{
	struct scan_place place = {0};
	size_t count = 0, index;

	while ((!untold || count < max) && scanner_next_resting(ruleset->scanner, untold, &place, &index)) {
		if (count < max)
			ret_rules[count] = &ruleset->rules[index];
		count++;
	}
	return count;
}

const char *ruleset_scanner(const struct ruleset *ruleset)
{
	return scanner_describe(ruleset->scanner);
}
