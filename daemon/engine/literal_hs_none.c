#include "engine/literal_hs.h"

/* The build without libhs. */

bool literal_hs_library(char *out, size_t size)
{
	(void)out;
	(void)size;
	return false;
}

void literal_hs_describe(struct buf *out)
{
	(void)out;
}

enum status literal_hs_write(const struct literal *words, size_t count, struct buf *out)
{
	(void)words;
	(void)count;
	(void)out;
	return STATUS_LIMIT;
}

enum status literal_hs_open(struct str database, struct literal_hs **ret_hs)
{
	(void)database;
	*ret_hs = NULL;
	return STATUS_BAD_INPUT;
}

void literal_hs_destroy(struct literal_hs *hs)
{
	(void)hs;
}

bool literal_hs_scratch_grow(struct literal_scratch **scratch, const struct literal_hs *hs)
{
	(void)scratch;
	(void)hs;
	return true;
}

struct literal_scratch *literal_hs_scratch_copy(const struct literal_scratch *scratch)
{
	(void)scratch;
	return NULL;
}

void literal_hs_scratch_destroy(struct literal_scratch *scratch)
{
	(void)scratch;
}

bool literal_hs_scan(const struct literal_hs *hs, struct str text, struct literal_scratch *scratch,
		     literal_found *found, void *context)
{
	(void)hs;
	(void)text;
	(void)scratch;
	(void)found;
	(void)context;
	return false;
}
