/*
 * literal_trie - literals by a trie of our own: no library, nothing to compile or cache. Where words start it is
 * several times faster than libhs, which is at its best with few literals; at every place of a text it is several times
 * slower. For literal.c alone.
 */
#ifndef COLDSHOULDER_ENGINE_LITERAL_TRIE_H
#define COLDSHOULDER_ENGINE_LITERAL_TRIE_H

#include "engine/literal.h"

struct literal_trie;

/* Of words that are all different and sorted by their bytes; they are copied. STATUS_OK, STATUS_NO_MEMORY. */
enum status literal_trie_create(const struct literal *words, size_t count, struct literal_trie **ret_trie);

/* NULL is allowed. */
void literal_trie_destroy(struct literal_trie *trie);

/* Calls found() for every word that begins at `start`, a byte of the text; false when found() said so. */
bool literal_trie_walk(const struct literal_trie *trie, struct str text, size_t start, literal_found *found,
		       void *context);

#endif
