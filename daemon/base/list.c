#include "base/list.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct list list_make(size_t item_size, struct arena *arena)
{
	return (struct list){.item_size = item_size, .arena = arena};
}

static int grow(struct list *list)
{
	size_t capacity = list->capacity ? list->capacity * 2 : 8;
	void *items;

	if (capacity > SIZE_MAX / list->item_size)
		return -1;
	if (list->arena) {
		items = arena_alloc(list->arena, capacity * list->item_size);
		if (items && list->count)
			memcpy(items, list->items, list->count * list->item_size);
	} else {
		items = realloc(list->items, capacity * list->item_size);
	}
	if (!items)
		return -1;
	list->items = items;
	list->capacity = capacity;
	return 0;
}

void *list_push(struct list *list)
{
	void *item;

	if (list->count == list->capacity && grow(list))
		return NULL;
	item = list_at(list, list->count++);
	memset(item, 0, list->item_size);
	return item;
}

void *list_at(const struct list *list, size_t index)
{
	return (char *)list->items + index * list->item_size;
}

void list_free(struct list *list)
{
	if (!list->arena)
		free(list->items);
	*list = list_make(list->item_size, list->arena);
}
