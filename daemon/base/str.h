/*
 * str - a slice of bytes that somebody else owns: a pointer and a length, no terminator.
 *
 * A slice is valid as long as its owner (usually the message's arena). All comparisons that
 * ignore case do so for ASCII letters only, as RFC 5322 field names and domains need.
 */
#ifndef COLDSHOULDER_BASE_STR_H
#define COLDSHOULDER_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

struct str {
	const char *p;
	size_t n;
};

/* The "not found" of the searches below. */
#define STR_NONE ((size_t)-1)

/* A slice of a string literal. */
#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})

/* The same to initialise static data with. */
#define STR_INIT(literal)                      \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}

/* For printf's "%.*s". */
#define STR_ARGS(s) (int)((s).n > 0x7fffffff ? 0x7fffffff : (s).n), (s).p

/* A slice of a NUL-terminated string; NULL gives the empty slice. */
struct str str_of(const char *s);

/* `n` bytes from `start`, cut to what is there. */
struct str str_sub(struct str s, size_t start, size_t n);

bool str_equal(struct str a, struct str b);
bool str_equal_nocase(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_starts_nocase(struct str s, struct str prefix);
bool str_ends_nocase(struct str s, struct str suffix);

/* Offset of the first byte `c` at or behind `from`, or STR_NONE. */
size_t str_find_byte(struct str s, size_t from, char c);

/* Offset of the first `needle` at or behind `from`, or STR_NONE. */
size_t str_find(struct str s, size_t from, struct str needle);
size_t str_find_nocase(struct str s, size_t from, struct str needle);

/* Without blanks, tabs, CR and LF at both ends. */
struct str str_trim(struct str s);

/* Cuts the text up to the next `separator` off `rest` into `ret_item`; false when `rest` was used up. */
bool str_split(struct str *rest, char separator, struct str *ret_item);

/* True when `domain` is `parent` or lies under it; both without a trailing dot. */
bool str_in_domain(struct str domain, struct str parent);

/* ASCII classes, independent of the locale. */
bool ascii_is_alpha(char c);
bool ascii_is_digit(char c);
bool ascii_is_alnum(char c);
bool ascii_is_space(char c);
char ascii_lower(char c);

#endif
