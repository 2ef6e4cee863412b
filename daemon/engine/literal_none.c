#include "engine/literal.h"

/* The build without libhs. */

bool literal_available(char *out, size_t size)
{
	(void)out;
	(void)size;
	return false;
}

enum status literal_matcher_create(const struct str *words, size_t count, const char *directory,
				   struct literal_matcher **ret_matcher)
{
	(void)words;
	(void)count;
	(void)directory;
	*ret_matcher = NULL;
	return STATUS_LIMIT;
}

void literal_matcher_destroy(struct literal_matcher *matcher)
{
	(void)matcher;
}

bool literal_scratch_grow(struct literal_scratch **scratch, const struct literal_matcher *matcher)
{
	(void)scratch;
	(void)matcher;
	return true;
}

struct literal_scratch *literal_scratch_copy(const struct literal_scratch *scratch)
{
	(void)scratch;
	return NULL;
}

void literal_scratch_destroy(struct literal_scratch *scratch)
{
	(void)scratch;
}

bool literal_scan(const struct literal_matcher *matcher, struct str text, struct literal_scratch *scratch,
		  bool (*found)(void *context, size_t word, size_t end), void *context)
{
	(void)matcher;
	(void)text;
	(void)scratch;
	(void)found;
	(void)context;
	return false;
}
