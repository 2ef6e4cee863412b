#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct buf buf_make(struct arena *arena)
{
	return (struct buf){.arena = arena};
}

void buf_free(struct buf *buf)
{
	if (!buf->arena)
		free(buf->p);
	*buf = (struct buf){.arena = buf->arena};
}

void buf_clear(struct buf *buf)
{
	buf->n = 0;
	buf->failed = false;
	if (buf->p)
		buf->p[0] = '\0';
}

static char *grow(struct buf *buf, size_t capacity)
{
	char *p;

	if (!buf->arena)
		return realloc(buf->p, capacity);
	p = arena_alloc(buf->arena, capacity);
	if (p && buf->n)
		memcpy(p, buf->p, buf->n + 1);
	return p;
}

bool buf_reserve(struct buf *buf, size_t n)
{
	size_t capacity = buf->capacity;
	char *p;

	if (buf->failed)
		return false;
	if (n < capacity && buf->n < capacity - n)
		return true;
	if (n > SIZE_MAX / 2 - buf->n - 1) {
		buf->failed = true;
		return false;
	}
	capacity = (buf->n + n + 1) * 3 / 2;
	if (capacity < 64)
		capacity = 64;
	p = grow(buf, capacity);
	if (!p) {
		buf->failed = true;
		return false;
	}
	p[buf->n] = '\0';
	buf->p = p;
	buf->capacity = capacity;
	return true;
}

void buf_add(struct buf *buf, const void *p, size_t n)
{
	if (!buf_reserve(buf, n))
		return;
	if (n)
		memcpy(buf->p + buf->n, p, n);
	buf->n += n;
	buf->p[buf->n] = '\0';
}

void buf_add_str(struct buf *buf, struct str s)
{
	buf_add(buf, s.p, s.n);
}

void buf_add_text(struct buf *buf, const char *s)
{
	buf_add(buf, s, strlen(s));
}

void buf_add_byte(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_add_format(struct buf *buf, const char *format, ...)
{
	enum { MOSTLY_ENOUGH = 64 }; /* then it is printed once */
	va_list args, again;
	size_t room;
	int n;

	if (!buf_reserve(buf, MOSTLY_ENOUGH))
		return;
	room = buf->capacity - buf->n;
	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(buf->p + buf->n, room, format, args);
	if (n < 0 || ((size_t)n >= room && !buf_reserve(buf, (size_t)n)))
		buf->failed = true;
	else if ((size_t)n >= room)
		vsnprintf(buf->p + buf->n, (size_t)n + 1, format, again);
	if (!buf->failed)
		buf->n += (size_t)n;
	buf->p[buf->n] = '\0';
	va_end(again);
	va_end(args);
}

void buf_add_utf8(struct buf *buf, unsigned int c)
{
	char out[4];
	size_t n;

	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		c = 0xfffd;
	if (c < 0x80) {
		out[0] = (char)c;
		n = 1;
	} else if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		n = 2;
	} else if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		n = 3;
	} else {
		out[0] = (char)(0xf0 | c >> 18);
		n = 4;
	}
	for (size_t i = 1; i < n; i++)
		out[i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 0x3f));
	buf_add(buf, out, n);
}

bool buf_failed(const struct buf *buf)
{
	return buf->failed;
}

struct str buf_str(const struct buf *buf)
{
	return buf->p ? (struct str){buf->p, buf->n} : (struct str){"", 0};
}
