#include "memory/person.h"

#include "base/buf.h"
#include "mail/fold.h"

#include <stdlib.h>
#include <string.h>

enum { PERSON_WORDS_MAX = 8, PERSON_BYTES_MAX = 256 };

struct words {
	struct str items[PERSON_WORDS_MAX];
	size_t count;
};

static int compare(const void *left, const void *right)
{
	const struct str *a = left, *b = right;
	int order = memcmp(a->p, b->p, a->n < b->n ? a->n : b->n);

	return order ? order : (a->n > b->n) - (a->n < b->n);
}

static bool is_name_byte(char c)
{
	return ascii_is_alpha(c) || (unsigned char)c >= 0x80 || c == '\'';
}

static void split_words(struct str text, struct words *words)
{
	size_t at = 0, depth = 0;

	while (at < text.n && words->count < PERSON_WORDS_MAX) {
		size_t start = at;

		if (memchr("([{", text.p[at], 3))
			depth++;
		else if (memchr(")]}", text.p[at], 3) && depth)
			depth--;
		while (at < text.n && is_name_byte(text.p[at]))
			at++;
		/* Initials come and go between two mails of one person. */
		if (at - start > 1 && !depth)
			words->items[words->count++] = str_sub(text, start, at - start);
		if (at == start)
			at++;
	}
}

uint64_t person_key(const struct key *key, struct str display, struct arena *arena)
{
	struct str folded = fold_string(str_sub(display, 0, PERSON_BYTES_MAX), arena);
	struct words words = {.count = 0};
	struct buf out = buf_make(arena);

	split_words(folded, &words);
	/* "via" has another word in every language; what counts is that it is the one before the network's name. */
	if (words.count > 2 && str_equal(words.items[words.count - 1], STR("linkedin")))
		words.count -= 2;
	if (words.count < 2)
		return 0;
	qsort(words.items, words.count, sizeof *words.items, compare);
	for (size_t i = 0; i < words.count; i++) {
		buf_add_str(&out, words.items[i]);
		buf_add_byte(&out, ' ');
	}
	return buf_failed(&out) ? 0 : key_hash(key, KEY_PERSON, buf_str(&out));
}
