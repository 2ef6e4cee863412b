#include "engine/skeleton.h"

#include <stdlib.h>

static const bool drops[256] = {
    [','] = true, [';'] = true, [':'] = true, ['"'] = true, ['\''] = true, ['('] = true, [')'] = true};

bool skeleton_drops(char c)
{
	return drops[(unsigned char)c];
}

/* ascii_is_alnum() without a branch: this is asked of every byte. */
static bool is_letter(char c)
{
	return ((unsigned char)((c | 0x20) - 'a') <= 'z' - 'a') | ((unsigned char)(c - '0') <= 9);
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
	uint32_t *origins, *starts;
	char *bytes;

	if (!make_room(skeleton, text.n + 1))
		return false;
	bytes = skeleton->bytes;
	origins = skeleton->origins;
	starts = origins + skeleton->capacity;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool letter = is_letter(c);

		starts[started] = (uint32_t)kept;
		started += letter && !inside;
		inside = letter;
		origins[kept] = (uint32_t)i;
		bytes[kept] = c;
		kept += !drops[(unsigned char)c];
	}
	skeleton->text = (struct str){bytes, kept};
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
