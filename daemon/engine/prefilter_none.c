#include "engine/prefilter.h"

/* The build without libhs: there is never a prefilter, so that nothing below is asked to scan. */

enum status prefilter_create(const struct prefilter_expression *expressions, size_t count,
			     const struct prefilter_settings *settings, struct prefilter **ret_prefilter)
{
	(void)expressions;
	(void)count;
	(void)settings;
	*ret_prefilter = NULL;
	return STATUS_OK;
}

void prefilter_destroy(struct prefilter *prefilter)
{
	(void)prefilter;
}

bool prefilter_scratch_grow(struct prefilter_scratch **scratch, const struct prefilter *prefilter)
{
	(void)scratch;
	(void)prefilter;
	return true;
}

bool prefilter_scratch_copy(const struct prefilter_scratch *scratch, struct prefilter_scratch **ret_copy)
{
	(void)scratch;
	*ret_copy = NULL;
	return true;
}

void prefilter_scratch_destroy(struct prefilter_scratch *scratch)
{
	(void)scratch;
}

bool prefilter_scan(const struct prefilter *prefilter, struct str text, struct prefilter_scratch *scratch,
		    bool *candidates)
{
	(void)prefilter;
	(void)text;
	(void)scratch;
	(void)candidates;
	return false;
}

bool prefilter_describe_library(char *out, size_t size)
{
	(void)out;
	(void)size;
	return false;
}
