/*
 * template_index - the sketches of all known templates in memory, found by their bands.
 *
 * A database row for each of 42 bands would make every new text 42 writes at random places; here a template costs about
 * 400 bytes and finding one a few microseconds, with 10^6 of them as with 10^4. Thread-safe.
 */
#ifndef COLDSHOULDER_MEMORY_TEMPLATE_INDEX_H
#define COLDSHOULDER_MEMORY_TEMPLATE_INDEX_H

#include "memory/template.h"

struct template_index;

/* Empty. NULL when out of memory. */
struct template_index *template_index_create(void);

/* NULL is allowed. */
void template_index_destroy(struct template_index *index);

void template_index_clear(struct template_index *index);

/* Adds a template; false when out of memory. */
bool template_index_add(struct template_index *index, uint64_t id, const struct sketch *sketch);

/* Removes the template of this id, whose sketch this is. */
void template_index_remove(struct template_index *index, uint64_t id, const struct sketch *sketch);

struct template_match {
	uint64_t id;
	double similarity;
	struct sketch sketch;
};

enum { TEMPLATE_MATCHES_MAX = 4 };

/* The templates that `sketch` is made from, most similar first; returns how many. */
size_t template_index_find(struct template_index *index, const struct sketch *sketch,
			   struct template_match matches[TEMPLATE_MATCHES_MAX]);

size_t template_index_count(struct template_index *index);

#endif
