#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_DEFAULT_CHUNK = 32 * 1024 };

struct chunk {
	struct chunk *next;
	size_t size; /* bytes behind this header */
	size_t used;
	alignas(max_align_t) char data[];
};

struct arena {
	struct chunk *current; /* newest first; the oldest survives a reset */
	size_t chunk_size;
	size_t used;
	bool failed;
};

static struct chunk *chunk_create(size_t size, struct chunk *next)
{
	struct chunk *chunk;

	if (size > SIZE_MAX - sizeof *chunk)
		return NULL;
	chunk = malloc(sizeof *chunk + size);
	if (!chunk)
		return NULL;
	*chunk = (struct chunk){.next = next, .size = size};
	return chunk;
}

struct arena *arena_create(size_t chunk)
{
	struct arena *arena = calloc(1, sizeof *arena);

	if (!arena)
		return NULL;
	arena->chunk_size = chunk ? chunk : ARENA_DEFAULT_CHUNK;
	arena->current = chunk_create(arena->chunk_size, NULL);
	if (!arena->current) {
		free(arena);
		return NULL;
	}
	return arena;
}

static void free_newer_chunks(struct arena *arena)
{
	while (arena->current->next) {
		struct chunk *next = arena->current->next;

		free(arena->current);
		arena->current = next;
	}
}

void arena_destroy(struct arena *arena)
{
	if (!arena)
		return;
	free_newer_chunks(arena);
	free(arena->current);
	free(arena);
}

void arena_reset(struct arena *arena)
{
	free_newer_chunks(arena);
	arena->current->used = 0;
	arena->used = 0;
	arena->failed = false;
}

static void *fail(struct arena *arena)
{
	arena->failed = true;
	return NULL;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct chunk *chunk = arena->current;
	void *p;

	if (size > SIZE_MAX - align)
		return fail(arena);
	size = (size + align - 1) / align * align;
	if (size > chunk->size - chunk->used) {
		size_t want = size > arena->chunk_size ? size : arena->chunk_size;

		chunk = chunk_create(want, arena->current);
		if (!chunk)
			return fail(arena);
		arena->current = chunk;
	}
	p = chunk->data + chunk->used;
	chunk->used += size;
	arena->used += size;
	return p;
}

void *arena_calloc(struct arena *arena, size_t count, size_t size)
{
	void *p;

	if (size && count > SIZE_MAX / size)
		return fail(arena);
	p = arena_alloc(arena, count * size);
	if (p)
		memset(p, 0, count * size);
	return p;
}

char *arena_strndup(struct arena *arena, const char *p, size_t n)
{
	char *copy = n < SIZE_MAX ? arena_alloc(arena, n + 1) : fail(arena);

	if (!copy)
		return NULL;
	if (n)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

char *arena_strdup(struct arena *arena, const char *s)
{
	return arena_strndup(arena, s, strlen(s));
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}

bool arena_failed(const struct arena *arena)
{
	return arena->failed;
}
