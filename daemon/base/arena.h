/*
 * arena - memory that is freed as a whole: one arena per message.
 *
 * Blocks live until arena_reset() or arena_destroy(); there is no single free. An arena is not
 * thread-safe: one message, one arena, one thread at a time.
 */
#ifndef COLDSHOULDER_BASE_ARENA_H
#define COLDSHOULDER_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Makes an arena that grows in chunks of at least `chunk` bytes (0: 32 KiB). NULL when out of memory. */
struct arena *arena_create(size_t chunk);

/* Frees the arena and all that came from it. NULL is allowed. */
void arena_destroy(struct arena *arena);

/* Forgets everything handed out, and keeps the first chunk for the next message. */
void arena_reset(struct arena *arena);

/* `size` bytes aligned for any object, uninitialised; NULL when out of memory. `size` 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);

/* As arena_alloc() for `count` * `size` bytes set to zero; NULL also when the product overflows. */
void *arena_calloc(struct arena *arena, size_t count, size_t size);

/* A copy of `n` bytes with a NUL behind them; NULL when out of memory. */
char *arena_strndup(struct arena *arena, const char *p, size_t n);

/* A NUL-terminated copy of `s`; NULL when out of memory. */
char *arena_strdup(struct arena *arena, const char *s);

/* Bytes handed out since creation or the last reset. */
size_t arena_used(const struct arena *arena);

/*
 * True when anything was refused since creation or the last reset. So that parts that go on without what they could not
 * get (one address of many) need not each say so: whoever owns the message asks once, at the end.
 */
bool arena_failed(const struct arena *arena);

#endif
