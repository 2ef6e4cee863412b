#include "engine/pattern_split.h"

#include <string.h>

/* Where the character class that begins at `at` ends: behind its `]`; STR_NONE: it is better not looked into. */
static size_t class_end(struct str pattern, size_t at)
{
	size_t i = at + 1;

	if (i < pattern.n && pattern.p[i] == '^')
		i++;
	if (i < pattern.n && pattern.p[i] == ']')
		i++;
	for (; i < pattern.n && pattern.p[i] != ']'; i++) {
		if (pattern.p[i] == '[' ||
		    (pattern.p[i] == '\\' && i + 1 < pattern.n && strchr("QEc", pattern.p[i + 1])))
			return STR_NONE;
		i += pattern.p[i] == '\\';
	}
	return i < pattern.n ? i + 1 : STR_NONE;
}

/* A group that is no more than brackets, or looks ahead or behind. */
static bool is_plain_group(struct str rest)
{
	return !str_starts(rest, STR("(*")) &&
	       (!str_starts(rest, STR("(?")) || str_starts(rest, STR("(?:")) || str_starts(rest, STR("(?=")) ||
		str_starts(rest, STR("(?!")) || str_starts(rest, STR("(?>")) || str_starts(rest, STR("(?<=")) ||
		str_starts(rest, STR("(?<!")));
}

/* Where the item that begins at `at` ends; STR_NONE: the pattern is to be left whole. */
static size_t item_end(struct str pattern, size_t at, size_t *depth)
{
	switch (pattern.p[at]) {
	case '\\':
		return at + 1 < pattern.n && !strchr("123456789cgkKQE", pattern.p[at + 1]) ? at + 2 : STR_NONE;
	case '[':
		return class_end(pattern, at);
	case '(':
		++*depth;
		return is_plain_group(str_sub(pattern, at, pattern.n)) ? at + 1 : STR_NONE;
	case ')':
		return (*depth)-- ? at + 1 : STR_NONE;
	default:
		return at + 1;
	}
}

size_t pattern_split(struct str pattern, struct str *ret_parts, size_t max)
{
	size_t depth = 0, count = 0, start = 0;

	for (size_t at = 0, next; at < pattern.n; at = next) {
		next = item_end(pattern, at, &depth);
		if (next == STR_NONE)
			return 0;
		if (pattern.p[at] != '|' || depth)
			continue;
		if (count + 1 == max)
			return 0;
		ret_parts[count++] = str_sub(pattern, start, at - start);
		start = next;
	}
	ret_parts[count++] = str_sub(pattern, start, pattern.n);
	return count;
}
