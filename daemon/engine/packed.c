#include "engine/packed.h"

#include <stdint.h>
#include <string.h>

enum { PACKED_ALIGN = 8 };

/* Before each array. */
struct array_head {
	uint64_t size; /* bytes, without what fills up to the next */
	uint64_t item_size;
};

static size_t filling(size_t size)
{
	return (PACKED_ALIGN - size % PACKED_ALIGN) % PACKED_ALIGN;
}

void packed_add(struct buf *out, const void *items, size_t count, size_t size)
{
	static const char nothing[PACKED_ALIGN];
	const struct array_head head = {count * size, size};

	buf_add(out, &head, sizeof head);
	if (count)
		buf_add(out, items, count * size);
	buf_add(out, nothing, filling(count * size));
}

struct packed packed_open(struct str block)
{
	return (struct packed){.rest = block};
}

static const void *fail(struct packed *packed, size_t *ret_count)
{
	packed->failed = true;
	*ret_count = 0;
	return NULL;
}

const void *packed_take(struct packed *packed, size_t size, size_t *ret_count)
{
	struct array_head head;
	const void *items;

	if (packed->failed || packed->rest.n < sizeof head)
		return fail(packed, ret_count);
	memcpy(&head, packed->rest.p, sizeof head);
	packed->rest = str_sub(packed->rest, sizeof head, packed->rest.n);
	if (head.item_size != size || head.size % size || head.size > packed->rest.n ||
	    filling(head.size) > packed->rest.n - head.size)
		return fail(packed, ret_count);
	items = packed->rest.p;
	packed->rest = str_sub(packed->rest, head.size + filling(head.size), packed->rest.n);
	*ret_count = head.size / size;
	return items;
}

const void *packed_take_exactly(struct packed *packed, size_t count, size_t size)
{
	size_t found;
	const void *items = packed_take(packed, size, &found);

	if (found != count)
		items = fail(packed, &found);
	return items;
}
