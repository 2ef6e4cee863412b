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
	skeleton->origins = malloc(2 * n * sizeof *skeleton->origins);
	skeleton->capacity = n;
	if (skeleton->bytes && skeleton->origins)
		return true;
	skeleton_free(skeleton);
	return false;
}

bool skeleton_make(struct skeleton *skeleton, struct str text)
{
	size_t kept = 0, started = 0;
	bool inside = false; /* a word */
	uint32_t *starts;

	if (!make_room(skeleton, text.n + 1))
		return false;
	starts = skeleton->origins + skeleton->capacity;
	for (size_t i = 0; i < text.n; i++) {
		bool letter = ascii_is_alnum(text.p[i]);

		if (letter && !inside)
			starts[started++] = (uint32_t)kept;
		inside = letter;
		if (drops[(unsigned char)text.p[i]])
			continue;
		skeleton->origins[kept] = (uint32_t)i;
		skeleton->bytes[kept++] = text.p[i];
	}
	skeleton->text = (struct str){skeleton->bytes, kept};
	skeleton->starts = starts;
	skeleton->start_count = started;
	return true;
}

void skeleton_free(struct skeleton *skeleton)
{
	free(skeleton->bytes);
	free(skeleton->origins);
	*skeleton = (struct skeleton){0};
}
