/*
 * buf - bytes that grow, on the heap or in an arena.
 *
 * Running out of memory is remembered, not reported at each call: after a failure nothing more is
 * added and buf_failed() is true. The content always has a NUL behind its last byte, which is not
 * counted (but an empty buffer may have p == NULL). Not thread-safe.
 */
#ifndef COLDSHOULDER_BASE_BUF_H
#define COLDSHOULDER_BASE_BUF_H

#include "base/arena.h"
#include "base/str.h"

#include <stdarg.h>

struct buf {
	char *p;
	size_t n;
	size_t capacity;
	struct arena *arena; /* NULL: the heap, and buf_free() is due */
	bool failed;
};

/* An empty buffer on the heap (arena NULL) or in `arena`. */
struct buf buf_make(struct arena *arena);

/* Frees a heap buffer and leaves it empty; on an arena buffer it only empties it. */
void buf_free(struct buf *buf);

/* Forgets the content and a failure, and keeps the memory. */
void buf_clear(struct buf *buf);

/* Makes room for `n` more bytes; false when out of memory. */
bool buf_reserve(struct buf *buf, size_t n);

void buf_add(struct buf *buf, const void *p, size_t n);
void buf_add_str(struct buf *buf, struct str s);
void buf_add_text(struct buf *buf, const char *s);
void buf_add_byte(struct buf *buf, char c);
void buf_add_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a code point as UTF-8; values that are none (surrogates, > U+10FFFF) as U+FFFD. */
void buf_add_utf8(struct buf *buf, unsigned int code_point);

bool buf_failed(const struct buf *buf);

/* The content; valid until the buffer changes. Never has a NULL pointer. */
struct str buf_str(const struct buf *buf);

#endif
