#include "engine/literal.h"

#include "engine/literal_hs.h"
#include "engine/literal_trie.h"

#include <stdlib.h>

struct literal_matcher {
	struct literal_trie *starts; /* NULL: no words of this kind */
	struct literal_hs *hs;       /* the others: one of the two, or none */
	struct literal_trie *trie;
};

bool literal_library(char *out, size_t size)
{
	return literal_hs_library(out, size);
}

/* The words of one kind. */
static size_t select_words(const struct literal *words, size_t count, bool at_start, struct literal *ret_selected)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (words[i].at_start == at_start)
			ret_selected[kept++] = words[i];
	return kept;
}

static enum status create(struct literal_matcher *matcher, const struct literal *words, size_t count,
			  const char *directory, struct literal *room)
{
	enum status status = STATUS_OK;
	char version[32];
	size_t selected = select_words(words, count, true, room);

	if (selected)
		status = literal_trie_create(room, selected, &matcher->starts);
	selected = select_words(words, count, false, room);
	if (!selected || status != STATUS_OK)
		return status;
	status = STATUS_LIMIT;
	if (literal_hs_library(version, sizeof version))
		status = literal_hs_create(room, selected, directory, &matcher->hs);
	return status == STATUS_LIMIT ? literal_trie_create(room, selected, &matcher->trie) : status;
}

enum status literal_matcher_create(const struct literal *words, size_t count, const char *directory,
				   struct literal_matcher **ret_matcher)
{
	struct literal_matcher *matcher = calloc(1, sizeof *matcher);
	struct literal *room = calloc(count, sizeof *room);
	enum status status = STATUS_NO_MEMORY;

	if (matcher && room)
		status = create(matcher, words, count, directory, room);
	free(room);
	if (status != STATUS_OK) {
		literal_matcher_destroy(matcher);
		matcher = NULL;
	}
	*ret_matcher = matcher;
	return status;
}

void literal_matcher_destroy(struct literal_matcher *matcher)
{
	if (!matcher)
		return;
	literal_trie_destroy(matcher->starts);
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

bool literal_scan(const struct literal_matcher *matcher, const struct literal_text *text,
		  struct literal_scratch *scratch, literal_found *found, void *context)
{
	for (size_t i = 0; matcher->starts && i < text->start_count; i++)
		if (!literal_trie_walk(matcher->starts, text->text, text->starts[i], found, context))
			return false;
	if (matcher->hs)
		return literal_hs_scan(matcher->hs, text->text, scratch, found, context);
	for (size_t i = 0; matcher->trie && i < text->text.n; i++)
		if (!literal_trie_walk(matcher->trie, text->text, i, found, context))
			return false;
	return true;
}
