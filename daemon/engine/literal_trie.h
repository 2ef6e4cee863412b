/*
 * literal_trie - literals by a trie of our own: no library, nothing to compile or cache. Where words start it is
 * several times faster than libhs, which is at its best with few literals; at every place of a text it is several times
 * slower. For literal.c alone.
 */
#ifndef COLDSHOULDER_ENGINE_LITERAL_TRIE_H
#define COLDSHOULDER_ENGINE_LITERAL_TRIE_H

#include "engine/literal.h"

struct literal_trie;

/* Packs the trie of words that are all different and sorted by their bytes; `count` 0: an empty one. STATUS_NO_MEMORY.
 */
enum status literal_trie_write(const struct literal *words, size_t count, struct buf *out);

/*
 * The trie that was packed; what is read must outlive it. STATUS_OK (*ret_trie NULL: it is empty), STATUS_NO_MEMORY,
 * STATUS_BAD_INPUT.
 */
enum status literal_trie_open(struct packed *packed, struct literal_trie **ret_trie);

/* NULL is allowed. */
void literal_trie_destroy(struct literal_trie *trie);

/* Calls found() for every word that begins at `start`, a byte of the text; false when found() said so. */
bool literal_trie_walk(const struct literal_trie *trie, struct str text, size_t start, literal_found *found,
		       void *context);

#endif
