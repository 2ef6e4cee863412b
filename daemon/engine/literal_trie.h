/*
 * literal_trie - literals by a trie of our own: no library, nothing to compile or cache, some times slower than libhs.
 * For literal.c alone.
 */
#ifndef COLDSHOULDER_ENGINE_LITERAL_TRIE_H
#define COLDSHOULDER_ENGINE_LITERAL_TRIE_H

#include "engine/literal.h"

struct literal_trie;

/* As literal_matcher_create(); the words are copied. STATUS_OK, STATUS_NO_MEMORY. */
enum status literal_trie_create(const struct str *words, size_t count, struct literal_trie **ret_trie);

/* NULL is allowed. */
void literal_trie_destroy(struct literal_trie *trie);

/* As literal_scan(). */
bool literal_trie_scan(const struct literal_trie *trie, struct str text, literal_found *found, void *context);

#endif
