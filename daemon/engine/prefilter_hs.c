#include "engine/prefilter.h"

#include "base/buf.h"
#include "engine/pattern.h"
#include "engine/prefilter_cache.h"

#include <hs.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct prefilter {
	hs_database_t *database; /* NULL: everything was refused */
	size_t entry_count;
	bool *always; /* by entry: some expression was refused, so PCRE2 is asked every time */
};

struct prefilter_scratch {
	hs_scratch_t *scratch;
};

/* The expressions in the shape that hs_compile_multi() takes. */
struct job {
	const char **texts;
	unsigned int *flags;
	unsigned int *ids; /* entries */
	unsigned int count;
};

static unsigned int flags_of(unsigned int pattern_flags)
{
	unsigned int flags = HS_FLAG_PREFILTER | HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY;

	if (!(pattern_flags & PATTERN_BYTES))
		flags |= HS_FLAG_UTF8;
	if (pattern_flags & PATTERN_LINES)
		flags |= HS_FLAG_MULTILINE;
	return flags;
}

static void free_job(struct job *job)
{
	free(job->texts);
	free(job->flags);
	free(job->ids);
}

static bool make_job(const struct prefilter_expression *expressions, size_t count, unsigned int flags, struct job *job)
{
	*job = (struct job){.texts = calloc(count + 1, sizeof *job->texts),
			    .flags = calloc(count + 1, sizeof *job->flags),
			    .ids = calloc(count + 1, sizeof *job->ids),
			    .count = (unsigned int)count};
	if (!job->texts || !job->flags || !job->ids) {
		free_job(job);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		job->texts[i] = expressions[i].text.p;
		job->flags[i] = flags;
		job->ids[i] = (unsigned int)expressions[i].entry;
	}
	return true;
}

/* Takes one expression out; its entry is a candidate for every text from now on. */
static void drop(struct job *job, unsigned int index, struct prefilter *prefilter)
{
	prefilter->always[job->ids[index]] = true;
	job->count--;
	job->texts[index] = job->texts[job->count];
	job->flags[index] = job->flags[job->count];
	job->ids[index] = job->ids[job->count];
}

/* Takes out everything that the library refuses when asked one by one. */
static void drop_refused(struct job *job, struct prefilter *prefilter)
{
	for (unsigned int i = job->count; i > 0; i--) {
		hs_expr_info_t *info = NULL;
		hs_compile_error_t *error = NULL;

		if (hs_expression_info(job->texts[i - 1], job->flags[i - 1], &info, &error) != HS_SUCCESS) {
			drop(job, i - 1, prefilter);
			hs_free_compile_error(error);
		}
		free(info);
	}
}

static hs_error_t compile_once(struct job *job, hs_database_t **ret_database, int *ret_refused)
{
	hs_compile_error_t *error = NULL;
	hs_error_t code = hs_compile_multi(job->texts, job->flags, job->ids, job->count, HS_MODE_BLOCK, NULL,
					   ret_database, &error);

	*ret_refused = error ? error->expression : -1;
	if (error)
		hs_free_compile_error(error);
	return code;
}

static enum status compile(struct job *job, struct prefilter *prefilter)
{
	int refused;
	bool checked = false;

	while (job->count) {
		hs_error_t code = compile_once(job, &prefilter->database, &refused);

		if (code == HS_SUCCESS)
			return STATUS_OK;
		if (code != HS_COMPILER_ERROR)
			return STATUS_NO_MEMORY;
		if (!checked)
			drop_refused(job, prefilter);
		else if (refused >= 0 && (unsigned int)refused < job->count)
			drop(job, (unsigned int)refused, prefilter);
		else
			while (job->count) /* all of them together are too much for it */
				drop(job, job->count - 1, prefilter);
		checked = true;
	}
	return STATUS_OK;
}

/* Everything that the database depends on. */
static struct buf make_key(const struct prefilter_expression *expressions, size_t count, unsigned int flags)
{
	struct buf key = buf_make(NULL);
	hs_platform_info_t platform = {0};

	hs_populate_platform(&platform);
	buf_add_format(&key, "libhs %s, tune %u, cpu %llx, flags %u, %zu expressions\n", hs_version(), platform.tune,
		       platform.cpu_features, flags, count);
	for (size_t i = 0; i < count; i++) {
		buf_add_format(&key, "%zu:", expressions[i].entry);
		buf_add_str(&key, expressions[i].text);
		buf_add_byte(&key, '\0');
	}
	return key;
}

/* What is cached: one byte an entry (always a candidate or not), then the database. */
static bool load(const char *directory, struct str key, struct prefilter *prefilter)
{
	struct str data;
	bool loaded = false;

	if (!prefilter_cache_read(directory, key, &data))
		return false;
	if (data.n >= prefilter->entry_count) {
		for (size_t i = 0; i < prefilter->entry_count; i++)
			prefilter->always[i] = data.p[i] != 0;
		loaded = data.n == prefilter->entry_count ||
			 hs_deserialize_database(data.p + prefilter->entry_count, data.n - prefilter->entry_count,
						 &prefilter->database) == HS_SUCCESS;
	}
	if (!loaded)
		memset(prefilter->always, 0, prefilter->entry_count * sizeof *prefilter->always);
	free((char *)data.p);
	return loaded;
}

static void store(const char *directory, struct str key, const struct prefilter *prefilter)
{
	struct buf data = buf_make(NULL);
	char *bytes = NULL;
	size_t size = 0;

	for (size_t i = 0; i < prefilter->entry_count; i++)
		buf_add_byte(&data, prefilter->always[i] ? 1 : 0);
	if (!prefilter->database || hs_serialize_database(prefilter->database, &bytes, &size) == HS_SUCCESS) {
		buf_add(&data, bytes, size);
		if (!buf_failed(&data))
			prefilter_cache_write(directory, key, buf_str(&data));
	}
	free(bytes);
	buf_free(&data);
}

static enum status build(const struct prefilter_expression *expressions, size_t count,
			 const struct prefilter_settings *settings, struct prefilter *prefilter)
{
	unsigned int flags = flags_of(settings->pattern_flags);
	const char *directory = settings->cache_directory;
	struct buf key = directory ? make_key(expressions, count, flags) : buf_make(NULL);
	struct job job;
	enum status status = STATUS_NO_MEMORY;

	if (buf_failed(&key)) {
		buf_free(&key);
		return status;
	}
	if (directory && load(directory, buf_str(&key), prefilter)) {
		status = STATUS_OK;
	} else if (make_job(expressions, count, flags, &job)) {
		status = compile(&job, prefilter);
		free_job(&job);
		if (status == STATUS_OK && directory)
			store(directory, buf_str(&key), prefilter);
	}
	buf_free(&key);
	return status;
}

enum status prefilter_create(const struct prefilter_expression *expressions, size_t count,
			     const struct prefilter_settings *settings, struct prefilter **ret_prefilter)
{
	struct prefilter *prefilter;
	enum status status;

	*ret_prefilter = NULL;
	if (hs_valid_platform() != HS_SUCCESS)
		return STATUS_OK;
	prefilter = calloc(1, sizeof *prefilter);
	if (!prefilter)
		return STATUS_NO_MEMORY;
	prefilter->entry_count = settings->entry_count;
	prefilter->always = calloc(settings->entry_count + 1, sizeof *prefilter->always);
	status = prefilter->always ? build(expressions, count, settings, prefilter) : STATUS_NO_MEMORY;
	if (status != STATUS_OK) {
		prefilter_destroy(prefilter);
		return status;
	}
	*ret_prefilter = prefilter;
	return STATUS_OK;
}

void prefilter_destroy(struct prefilter *prefilter)
{
	if (!prefilter)
		return;
	hs_free_database(prefilter->database);
	free(prefilter->always);
	free(prefilter);
}

bool prefilter_scratch_grow(struct prefilter_scratch **scratch, const struct prefilter *prefilter)
{
	if (!prefilter || !prefilter->database)
		return true;
	if (!*scratch)
		*scratch = calloc(1, sizeof **scratch);
	return *scratch && hs_alloc_scratch(prefilter->database, &(*scratch)->scratch) == HS_SUCCESS;
}

bool prefilter_scratch_copy(const struct prefilter_scratch *scratch, struct prefilter_scratch **ret_copy)
{
	*ret_copy = NULL;
	if (!scratch || !scratch->scratch)
		return true;
	*ret_copy = calloc(1, sizeof **ret_copy);
	if (*ret_copy && hs_clone_scratch(scratch->scratch, &(*ret_copy)->scratch) == HS_SUCCESS)
		return true;
	free(*ret_copy);
	*ret_copy = NULL;
	return false;
}

void prefilter_scratch_destroy(struct prefilter_scratch *scratch)
{
	if (!scratch)
		return;
	hs_free_scratch(scratch->scratch);
	free(scratch);
}

static int note_candidate(unsigned int id, unsigned long long from, unsigned long long to, unsigned int flags,
			  void *context)
{
	bool *candidates = context;

	(void)from;
	(void)to;
	(void)flags;
	candidates[id] = true;
	return 0;
}

bool prefilter_scan(const struct prefilter *prefilter, struct str text, struct prefilter_scratch *scratch,
		    bool *candidates)
{
	for (size_t i = 0; i < prefilter->entry_count; i++)
		candidates[i] = prefilter->always[i];
	if (!prefilter->database)
		return true;
	return scratch && text.n <= UINT_MAX &&
	       hs_scan(prefilter->database, text.p, (unsigned int)text.n, 0, scratch->scratch, note_candidate,
		       candidates) == HS_SUCCESS;
}

bool prefilter_describe_library(char *out, size_t size)
{
	const char *version = hs_version(); /* "5.4.0 2021-01-26" */

	if (hs_valid_platform() != HS_SUCCESS)
		return false;
	snprintf(out, size, "libhs %.*s", (int)strcspn(version, " "), version);
	return true;
}
