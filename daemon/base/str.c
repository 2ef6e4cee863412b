#include "base/str.h"

#include <string.h>

struct str str_of(const char *s)
{
	return s ? (struct str){s, strlen(s)} : (struct str){"", 0};
}

struct str str_sub(struct str s, size_t start, size_t n)
{
	if (start > s.n)
		start = s.n;
	if (n > s.n - start)
		n = s.n - start;
	/* C has no NULL + 0. */
	return (struct str){start ? s.p + start : s.p, n};
}

static bool bytes_equal_nocase(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

bool str_equal(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_equal_nocase(struct str a, struct str b)
{
	return a.n == b.n && bytes_equal_nocase(a.p, b.p, a.n);
}

bool str_starts(struct str s, struct str prefix)
{
	return str_equal(str_sub(s, 0, prefix.n), prefix);
}

bool str_starts_nocase(struct str s, struct str prefix)
{
	return str_equal_nocase(str_sub(s, 0, prefix.n), prefix);
}

bool str_ends_nocase(struct str s, struct str suffix)
{
	return s.n >= suffix.n && bytes_equal_nocase(s.p + s.n - suffix.n, suffix.p, suffix.n);
}

size_t str_find_byte(struct str s, size_t from, char c)
{
	const char *hit;

	if (from >= s.n)
		return STR_NONE;
	hit = memchr(s.p + from, c, s.n - from);
	return hit ? (size_t)(hit - s.p) : STR_NONE;
}

size_t str_find(struct str s, size_t from, struct str needle)
{
	const char *hit;

	if (from > s.n || needle.n > s.n - from)
		return STR_NONE;
	if (needle.n == 0)
		return from;
	hit = memmem(s.p + from, s.n - from, needle.p, needle.n);
	return hit ? (size_t)(hit - s.p) : STR_NONE;
}

size_t str_find_nocase(struct str s, size_t from, struct str needle)
{
	if (needle.n > s.n)
		return STR_NONE;
	for (size_t i = from; i <= s.n - needle.n; i++)
		if (bytes_equal_nocase(s.p + i, needle.p, needle.n))
			return i;
	return STR_NONE;
}

struct str str_trim(struct str s)
{
	while (s.n && ascii_is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && ascii_is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_split(struct str *rest, char separator, struct str *ret_item)
{
	size_t at;

	if (!rest->p)
		return false;
	at = str_find_byte(*rest, 0, separator);
	if (at == STR_NONE) {
		*ret_item = *rest;
		*rest = (struct str){NULL, 0};
	} else {
		*ret_item = str_sub(*rest, 0, at);
		*rest = str_sub(*rest, at + 1, rest->n);
	}
	return true;
}

bool str_in_domain(struct str domain, struct str parent)
{
	if (!parent.n || !str_ends_nocase(domain, parent))
		return false;
	return domain.n == parent.n || domain.p[domain.n - parent.n - 1] == '.';
}

bool ascii_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool ascii_is_alnum(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c);
}

bool ascii_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}
