#include "engine/literal.h"

#include "engine/literal_hs.h"
#include "engine/literal_trie.h"

#include <stdlib.h>

/* One of the two. */
struct literal_matcher {
	struct literal_hs *hs;
	struct literal_trie *trie;
};

bool literal_library(char *out, size_t size)
{
	return literal_hs_library(out, size);
}

enum status literal_matcher_create(const struct str *words, size_t count, const char *directory,
				   struct literal_matcher **ret_matcher)
{
	struct literal_matcher *matcher = calloc(1, sizeof *matcher);
	char version[32];
	enum status status = STATUS_LIMIT;

	*ret_matcher = matcher;
	if (!matcher)
		return STATUS_NO_MEMORY;
	if (literal_hs_library(version, sizeof version))
		status = literal_hs_create(words, count, directory, &matcher->hs);
	if (status == STATUS_LIMIT)
		status = literal_trie_create(words, count, &matcher->trie);
	if (status != STATUS_OK) {
		literal_matcher_destroy(matcher);
		*ret_matcher = NULL;
	}
	return status;
}

void literal_matcher_destroy(struct literal_matcher *matcher)
{
	if (!matcher)
		return;
	literal_hs_destroy(matcher->hs);
	literal_trie_destroy(matcher->trie);
	free(matcher);
}

bool literal_scratch_grow(struct literal_scratch **scratch, const struct literal_matcher *matcher)
{
	return !matcher->hs || literal_hs_scratch_grow(scratch, matcher->hs);
}

bool literal_scratch_copy(const struct literal_scratch *scratch, struct literal_scratch **ret_copy)
{
	*ret_copy = scratch ? literal_hs_scratch_copy(scratch) : NULL;
	return !scratch || *ret_copy;
}

void literal_scratch_destroy(struct literal_scratch *scratch)
{
	if (scratch)
		literal_hs_scratch_destroy(scratch);
}

bool literal_scan(const struct literal_matcher *matcher, struct str text, struct literal_scratch *scratch,
		  literal_found *found, void *context)
{
	if (matcher->hs)
		return literal_hs_scan(matcher->hs, text, scratch, found, context);
	return literal_trie_scan(matcher->trie, text, found, context);
}
