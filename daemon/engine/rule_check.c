#include "engine/rulebook.h"

#include "base/clock.h"
#include "base/settings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXAMPLES_WANTED = 2 };

typedef const char *name_at(const struct list *list, size_t index);

static const char *rule_name(const struct list *list, size_t index)
{
	return ((const struct rule_entry *)list_at(list, index))->rule.id;
}

static const char *family_name(const struct list *list, size_t index)
{
	return ((const struct family *)list_at(list, index))->name;
}

static const char *list_name(const struct list *list, size_t index)
{
	return ((const struct word_list *)list_at(list, index))->name;
}

/* The name that was probably meant; NULL when nothing comes near, or when out of memory. */
static const char *nearest_name(const struct rulebook *book, const struct list *list, struct str name, name_at *at)
{
	const char **names = arena_calloc(book->arena, list->count + 1, sizeof *names);
	const char *wanted = arena_strndup(book->arena, name.p, name.n);

	if (!names || !wanted)
		return NULL;
	for (size_t i = 0; i < list->count; i++)
		names[i] = at(list, i);
	return settings_nearest(wanted, names);
}

static size_t find(const struct rulebook *book, const struct list *list, struct str name, name_at *at,
		   const char **ret_nearest)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_equal(str_of(at(list, i)), name))
			return i;
	if (ret_nearest)
		*ret_nearest = nearest_name(book, list, name, at);
	return STR_NONE;
}

size_t rulebook_find(const struct rulebook *book, struct str id, const char **ret_nearest)
{
	return find(book, &book->rules, id, rule_name, ret_nearest);
}

size_t rulebook_find_family(const struct rulebook *book, struct str name, const char **ret_nearest)
{
	return find(book, &book->families, name, family_name, ret_nearest);
}

size_t rulebook_find_list(const struct rulebook *book, struct str name, const char **ret_nearest)
{
	return find(book, &book->lists, name, list_name, ret_nearest);
}

static int by_id(const void *a, const void *b)
{
	const struct rule *one = *(const struct rule *const *)a;
	const struct rule *other = *(const struct rule *const *)b;
	int order = strcmp(one->id, other->id);

	return order ? order : (one->index > other->index) - (one->index < other->index);
}

static void check_duplicates(struct rulebook *book)
{
	size_t count = book->rules.count;
	const struct rule **sorted = arena_calloc(book->arena, count + 1, sizeof *sorted);

	if (!sorted) {
		book->no_memory = true;
		return;
	}
	for (size_t i = 0; i < count; i++)
		sorted[i] = &((const struct rule_entry *)list_at(&book->rules, i))->rule;
	qsort(sorted, count, sizeof *sorted, by_id);
	for (size_t i = 1; i < count; i++)
		if (strcmp(sorted[i]->id, sorted[i - 1]->id) == 0)
			error_add_at(book->errors, SEVERITY_ERROR, sorted[i]->path, sorted[i]->line,
				     "rename one; to change a shipped rule's score use a `changes' group",
				     "the id %s is taken by %s:%u", sorted[i]->id, sorted[i - 1]->path,
				     sorted[i - 1]->line);
}

/* Missing examples are an error for shipped rules and a warning for local ones (design 4). */
static void check_examples(struct rulebook *book, const struct rule *rule)
{
	size_t positive = 0, negative = 0;
	size_t wanted = rule->when ? 1 : EXAMPLES_WANTED;

	for (size_t i = 0; i < rule->example_count; i++) {
		if (rule->examples[i].todo)
			continue;
		positive += rule->examples[i].expect;
		negative += !rule->examples[i].expect;
	}
	if (positive >= wanted && negative >= wanted)
		return;
	error_add_at(book->errors, rule->shipped ? SEVERITY_ERROR : SEVERITY_WARNING, rule->path, rule->line,
		     rule->when ? "add `cases', one with expect = true and one with expect = false"
				: "add two `hits' it must find and two `misses' that come close",
		     "rule %s has too few examples: %zu positive, %zu negative", rule->id, positive, negative);
}

static void check_expiry(struct rulebook *book, const struct rule *rule)
{
	time_t now = (time_t)clock_wall_seconds();
	struct tm parts;
	char today[16];

	if (!rule->expires[0] || !gmtime_r(&now, &parts) || !strftime(today, sizeof today, "%Y-%m-%d", &parts))
		return;
	if (strcmp(rule->expires, today) < 0)
		error_add_at(book->errors, SEVERITY_WARNING, rule->path, rule->line,
			     "look at it again: remove the rule, or set a later date", "rule %s expired on %s",
			     rule->id, rule->expires);
}

/* Every family that a rule names exists from now on, declared or not. */
static void add_family(struct rulebook *book, const struct rule *rule)
{
	const char *nearest = NULL;
	struct family *family;

	if (rulebook_find_family(book, str_of(rule->family), &nearest) != STR_NONE)
		return;
	if (nearest && strcmp(rule->family, "other") != 0) {
		char hint[160];

		snprintf(hint, sizeof hint, "did you mean %s? otherwise declare it in `families'", nearest);
		error_add_at(book->errors, SEVERITY_WARNING, rule->path, rule->line, hint,
			     "family %s of rule %s is not declared and has no cap", rule->family, rule->id);
	}
	family = list_push(&book->families);
	if (family)
		*family = (struct family){.name = rule->family, .cap = INFINITY, .floor = -INFINITY};
	else
		book->no_memory = true;
}

static void apply_change(struct rulebook *book, const struct rule_change *change)
{
	const char *nearest = NULL;
	size_t index = rulebook_find(book, str_of(change->id), &nearest);
	struct rule *rule;
	char hint[128];

	if (index == STR_NONE) {
		/* No error: a shipped rule may go with an upgrade, and the daemon must start all the same. */
		snprintf(hint, sizeof hint, nearest ? "did you mean %s?" : "the rule is gone: remove the change",
			 nearest);
		error_add_at(book->errors, SEVERITY_WARNING, change->path, change->line, hint,
			     "a change of rule %s, which does not exist", change->id);
		return;
	}
	rule = &((struct rule_entry *)list_at(&book->rules, index))->rule;
	if (change->has_score)
		rule->score = change->score;
	if (change->has_status) {
		rule->status = change->status;
		rule->shadow = change->status == RULE_STATUS_SHADOW;
	}
	if (change->has_shadow)
		rule->shadow = change->shadow;
}

void rulebook_check(struct rulebook *book)
{
	check_duplicates(book);
	for (size_t i = 0; i < book->rules.count && !book->no_memory; i++) {
		const struct rule *rule = &((const struct rule_entry *)list_at(&book->rules, i))->rule;

		check_examples(book, rule);
		check_expiry(book, rule);
		add_family(book, rule);
	}
	for (size_t i = 0; i < book->changes.count && !book->no_memory; i++) {
		const struct rule_change *change = list_at(&book->changes, i);

		if (change->id[0])
			apply_change(book, change);
	}
}
