#include "engine/literal_hs.h"

/* The build without libhs. */

bool literal_hs_library(char *out, size_t size)
{
	(void)out;
	(void)size;
	return false;
}

enum status literal_hs_create(const struct literal *words, size_t count, const char *directory,
			      struct literal_hs **ret_hs)
{
	(void)words;
	(void)count;
	(void)directory;
	*ret_hs = NULL;
	return STATUS_LIMIT;
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
