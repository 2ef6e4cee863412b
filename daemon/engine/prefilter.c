#include "engine/prefilter_parts.h"

#include "engine/prefilter_build.h"
#include "engine/scan_cache.h"

#include <stdlib.h>
#include <string.h>

/* Everything that the tables depend on. */
static struct buf make_key(const struct str *expressions, size_t count, bool bytes)
{
	struct buf key = buf_make(NULL);

	buf_add_format(&key, "prefilter %s, %s, %zu expressions\n", prefilter_version, bytes ? "bytes" : "characters",
		       count);
	literal_matcher_describe(&key);
	for (size_t i = 0; i < count; i++) {
		buf_add_format(&key, "%zu:", expressions[i].n);
		buf_add_str(&key, expressions[i]);
	}
	return key;
}

/* What is used needs none of what stands in its place, and is for this many expressions. */
static bool take_tables(struct prefilter *prefilter, struct packed *tables, size_t expressions)
{
	size_t uses, words;

	prefilter->expression_count = expressions;
	prefilter->expressions = packed_take_exactly(tables, expressions, sizeof *prefilter->expressions);
	prefilter->sets = packed_take(tables, sizeof *prefilter->sets, &prefilter->set_count);
	prefilter->by_set = packed_take(tables, sizeof *prefilter->by_set, &uses);
	prefilter->by_word = packed_take_exactly(tables, uses, sizeof *prefilter->by_word);
	prefilter->first_use = packed_take(tables, sizeof *prefilter->first_use, &words);
	if (!words)
		return false;
	prefilter->word_count = words - 1;
	prefilter->word_sizes = packed_take_exactly(tables, words - 1, 1);
	prefilter->demanded = packed_take_exactly(tables, words - 1, 1);
	return !tables->failed;
}

static bool count_sets(struct prefilter *prefilter)
{
	size_t count = prefilter->expression_count;

	prefilter->always = calloc(count + 1, sizeof *prefilter->always);
	if (!prefilter->always)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!prefilter->expressions[i].set_count)
			prefilter->always[prefilter->always_count++] = (uint32_t)i;
	}
	return true;
}

/* `tables` is copied: what lies in a file beside them is not kept in memory. */
static enum status open_tables(struct prefilter *prefilter, struct str tables, struct str database, size_t expressions)
{
	struct packed packed;

	prefilter->tables = malloc(tables.n + 1);
	if (!prefilter->tables)
		return STATUS_NO_MEMORY;
	memcpy(prefilter->tables, tables.p, tables.n);
	packed = packed_open((struct str){prefilter->tables, tables.n});
	if (!take_tables(prefilter, &packed, expressions))
		return STATUS_BAD_INPUT;
	if (!count_sets(prefilter))
		return STATUS_NO_MEMORY;
	return literal_matcher_open(&packed, database, &prefilter->matcher);
}

static enum status open_prefilter(struct str tables, struct str database, size_t expressions,
				  struct prefilter **ret_prefilter)
{
	struct prefilter *prefilter = calloc(1, sizeof *prefilter);
	enum status status = STATUS_NO_MEMORY;

	if (prefilter)
		status = open_tables(prefilter, tables, database, expressions);
	if (status != STATUS_OK) {
		prefilter_destroy(prefilter);
		prefilter = NULL;
	}
	*ret_prefilter = prefilter;
	return status;
}

/* STATUS_BAD_INPUT: there is no entry, or none that can be used. */
static enum status load(const char *directory, struct str key, size_t expressions, struct prefilter **ret_prefilter)
{
	struct str entry, parts[2];
	struct packed packed;
	enum status status = STATUS_BAD_INPUT;

	if (!scan_cache_read(directory, key, &entry))
		return status;
	packed = packed_open(entry);
	for (size_t i = 0; i < 2; i++)
		parts[i].p = packed_take(&packed, 1, &parts[i].n);
	if (!packed.failed)
		status = open_prefilter(parts[0], parts[1], expressions, ret_prefilter);
	free((char *)entry.p);
	return status;
}

/* A cache that cannot be written is no error. */
static void store(const char *directory, struct str key, struct str tables, struct str database)
{
	struct buf entry = buf_make(NULL);

	packed_add(&entry, tables.p, tables.n, 1);
	packed_add(&entry, database.p, database.n, 1);
	if (!buf_failed(&entry))
		scan_cache_write(directory, key, buf_str(&entry));
	buf_free(&entry);
}

static enum status make(const struct str *expressions, size_t count, bool bytes, const char *directory, struct str key,
			struct prefilter **ret_prefilter)
{
	struct buf tables = buf_make(NULL), database = buf_make(NULL);
	enum status status = prefilter_build(expressions, count, bytes, &tables, &database);

	if (status == STATUS_OK && directory)
		store(directory, key, buf_str(&tables), buf_str(&database));
	if (status == STATUS_OK)
		status = open_prefilter(buf_str(&tables), buf_str(&database), count, ret_prefilter);
	buf_free(&tables);
	buf_free(&database);
	return status;
}

enum status prefilter_create(const struct str *expressions, size_t count, bool bytes, const char *cache_directory,
			     struct prefilter **ret_prefilter)
{
	struct buf key = cache_directory ? make_key(expressions, count, bytes) : buf_make(NULL);
	enum status status = STATUS_BAD_INPUT;

	*ret_prefilter = NULL;
	if (buf_failed(&key))
		status = STATUS_NO_MEMORY;
	else if (cache_directory)
		status = load(cache_directory, buf_str(&key), count, ret_prefilter);
	if (status == STATUS_BAD_INPUT)
		status = make(expressions, count, bytes, cache_directory, buf_str(&key), ret_prefilter);
	buf_free(&key);
	return status;
}

void prefilter_destroy(struct prefilter *prefilter)
{
	if (!prefilter)
		return;
	literal_matcher_destroy(prefilter->matcher);
	free(prefilter->always);
	free(prefilter->tables);
	free(prefilter);
}
