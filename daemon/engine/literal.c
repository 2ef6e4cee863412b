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

void literal_matcher_describe(struct buf *out)
{
	char version[32];

	if (literal_hs_library(version, sizeof version))
		literal_hs_describe(out);
	else
		buf_add_text(out, "without libhs\n");
}

/* What libhs does not take goes into a trie; where it takes all of them, the trie is empty. */
static enum status write_others(const struct literal *words, size_t count, struct buf *tables, struct buf *database)
{
	enum status status = STATUS_LIMIT;
	char version[32];

	if (count && literal_hs_library(version, sizeof version))
		status = literal_hs_write(words, count, database);
	if (status == STATUS_NO_MEMORY)
		return status;
	return literal_trie_write(words, status == STATUS_OK ? 0 : count, tables);
}

enum status literal_matcher_write(const struct literal *words, size_t count, struct buf *tables, struct buf *database)
{
	struct literal *room = calloc(count + 1, sizeof *room);
	enum status status = STATUS_NO_MEMORY;

	if (room)
		status = literal_trie_write(room, select_words(words, count, true, room), tables);
	if (status == STATUS_OK)
		status = write_others(room, select_words(words, count, false, room), tables, database);
	free(room);
	return status;
}

enum status literal_matcher_open(struct packed *tables, struct str database, struct literal_matcher **ret_matcher)
{
	struct literal_matcher *matcher = calloc(1, sizeof *matcher);
	enum status status = STATUS_NO_MEMORY;

	if (matcher)
		status = literal_trie_open(tables, &matcher->starts);
	if (status == STATUS_OK)
		status = literal_trie_open(tables, &matcher->trie);
	if (status == STATUS_OK && database.n)
		status = literal_hs_open(database, &matcher->hs);
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
	if (matcher->hs)
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
