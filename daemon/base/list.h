/*
 * list - an array that grows, on the heap or in an arena.
 *
 * Items move when the list grows: keep indices, or pointers only until the next list_push().
 * Not thread-safe.
 */
#ifndef COLDSHOULDER_BASE_LIST_H
#define COLDSHOULDER_BASE_LIST_H

#include "base/arena.h"

struct list {
	void *items;
	size_t count;
	size_t capacity;
	size_t item_size;    /* bytes */
	struct arena *arena; /* NULL: the heap, and list_free() is due */
};

struct list list_make(size_t item_size, struct arena *arena);

/* A new zeroed item at the end; NULL when out of memory, and the list is as before. */
void *list_push(struct list *list);

/* The item at `index`, which must be less than the count. */
void *list_at(const struct list *list, size_t index);

/* Frees the array of a heap list (not what the items point to) and empties the list. */
void list_free(struct list *list);

#endif
