#include "engine/skeleton.h"

#include <stdlib.h>

static const bool drops[256] = {
    [','] = true, [';'] = true, [':'] = true, ['"'] = true, ['\''] = true, ['('] = true, [')'] = true};

bool skeleton_drops(char c)
{
	return drops[(unsigned char)c];
}

static bool make_room(struct skeleton *skeleton, size_t n)
{
	if (n <= skeleton->capacity)
		return true;
	skeleton_free(skeleton);
	skeleton->bytes = malloc(n);
	skeleton->dropped = malloc(n * sizeof *skeleton->dropped);
	skeleton->capacity = n;
	if (skeleton->bytes && skeleton->dropped)
		return true;
	skeleton_free(skeleton);
	return false;
}

bool skeleton_make(struct skeleton *skeleton, struct str text)
{
	size_t kept = 0;
	size_t dropped = 0;

	if (!make_room(skeleton, text.n + 1))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (drops[(unsigned char)text.p[i]])
			skeleton->dropped[dropped++] = (uint32_t)kept;
		else
			skeleton->bytes[kept++] = text.p[i];
	}
	skeleton->text = (struct str){skeleton->bytes, kept};
	skeleton->drop_count = dropped;
	return true;
}

size_t skeleton_origin(const struct skeleton *skeleton, size_t offset)
{
	size_t low = 0, high = skeleton->drop_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (skeleton->dropped[middle] <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return offset + low;
}

void skeleton_free(struct skeleton *skeleton)
{
	free(skeleton->bytes);
	free(skeleton->dropped);
	*skeleton = (struct skeleton){0};
}
