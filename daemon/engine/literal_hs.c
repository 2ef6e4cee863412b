#include "engine/literal_hs.h"

#include <hs.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* It is the database, the scratch is the library's: the names only keep its header out of ours. */
static hs_database_t *database_of(const struct literal_hs *hs)
{
	return (hs_database_t *)hs;
}

static hs_scratch_t *scratch_of(const struct literal_scratch *scratch)
{
	return (hs_scratch_t *)scratch;
}

bool literal_hs_library(char *out, size_t size)
{
	const char *version = hs_version(); /* "5.4.0 2021-01-26" */

	if (hs_valid_platform() != HS_SUCCESS)
		return false;
	snprintf(out, size, "libhs %.*s", (int)strcspn(version, " "), version);
	return true;
}

/* What hs_compile_lit_multi() takes. */
struct job {
	const char **texts;
	size_t *sizes;
	unsigned int *flags; /* none */
	unsigned int *ids;
};

static void free_job(struct job *job)
{
	free(job->texts);
	free(job->sizes);
	free(job->flags);
	free(job->ids);
}

static bool make_job(const struct literal *words, size_t count, struct job *job)
{
	*job = (struct job){.texts = calloc(count, sizeof *job->texts),
			    .sizes = calloc(count, sizeof *job->sizes),
			    .flags = calloc(count, sizeof *job->flags),
			    .ids = calloc(count, sizeof *job->ids)};
	if (!job->texts || !job->sizes || !job->flags || !job->ids) {
		free_job(job);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		job->texts[i] = words[i].text.p;
		job->sizes[i] = words[i].text.n;
		job->ids[i] = words[i].number;
	}
	return true;
}

static enum status compile(const struct literal *words, size_t count, hs_database_t **ret_database)
{
	hs_compile_error_t *error = NULL;
	struct job job;
	hs_error_t code;

	if (count > UINT_MAX)
		return STATUS_LIMIT;
	if (!make_job(words, count, &job))
		return STATUS_NO_MEMORY;
	code = hs_compile_lit_multi(job.texts, job.flags, job.ids, job.sizes, (unsigned int)count, HS_MODE_BLOCK, NULL,
				    ret_database, &error);
	free_job(&job);
	if (error)
		hs_free_compile_error(error);
	if (code == HS_SUCCESS)
		return STATUS_OK;
	return code == HS_NOMEM ? STATUS_NO_MEMORY : STATUS_LIMIT;
}

void literal_hs_describe(struct buf *out)
{
	hs_platform_info_t platform = {0};

	hs_populate_platform(&platform);
	buf_add_format(out, "libhs %s, tune %u, cpu %llx\n", hs_version(), platform.tune, platform.cpu_features);
}

enum status literal_hs_write(const struct literal *words, size_t count, struct buf *out)
{
	hs_database_t *database = NULL;
	enum status status = compile(words, count, &database);
	char *bytes = NULL;
	size_t size = 0;

	if (status != STATUS_OK)
		return status;
	if (hs_serialize_database(database, &bytes, &size) == HS_SUCCESS)
		buf_add(out, bytes, size);
	else
		status = STATUS_NO_MEMORY;
	free(bytes);
	hs_free_database(database);
	return buf_failed(out) ? STATUS_NO_MEMORY : status;
}

enum status literal_hs_open(struct str bytes, struct literal_hs **ret_hs)
{
	hs_database_t *database = NULL;
	hs_error_t code = hs_deserialize_database(bytes.p, bytes.n, &database);

	*ret_hs = code == HS_SUCCESS ? (struct literal_hs *)database : NULL;
	if (code == HS_SUCCESS)
		return STATUS_OK;
	return code == HS_NOMEM ? STATUS_NO_MEMORY : STATUS_BAD_INPUT;
}

void literal_hs_destroy(struct literal_hs *hs)
{
	hs_free_database(database_of(hs));
}

bool literal_hs_scratch_grow(struct literal_scratch **scratch, const struct literal_hs *hs)
{
	hs_scratch_t *grown = scratch_of(*scratch);
	bool done = hs_alloc_scratch(database_of(hs), &grown) == HS_SUCCESS;

	*scratch = (struct literal_scratch *)grown;
	return done;
}

struct literal_scratch *literal_hs_scratch_copy(const struct literal_scratch *scratch)
{
	hs_scratch_t *copy = NULL;

	return hs_clone_scratch(scratch_of(scratch), &copy) == HS_SUCCESS ? (struct literal_scratch *)copy : NULL;
}

void literal_hs_scratch_destroy(struct literal_scratch *scratch)
{
	hs_free_scratch(scratch_of(scratch));
}

struct report {
	literal_found *found;
	void *context;
};

static int on_match(unsigned int id, unsigned long long from, unsigned long long to, unsigned int flags, void *context)
{
	const struct report *report = context;

	(void)from;
	(void)flags;
	return !report->found(report->context, id, (size_t)to);
}

bool literal_hs_scan(const struct literal_hs *hs, struct str text, struct literal_scratch *scratch,
		     literal_found *found, void *context)
{
	struct report report = {found, context};

	return text.n <= UINT_MAX && hs_scan(database_of(hs), text.p, (unsigned int)text.n, 0, scratch_of(scratch),
					     on_match, &report) == HS_SUCCESS;
}
