#include "mail/opener.h"

#include "mail/greeting.h"
#include "mail/sentence.h"
#include "mail/wording.h"

enum {
	OPENER_WORDS = 60,
	OPENER_ENOUGH = 30, /* below that a long sentence is still begun */
	OPENER_CAP = 80,
	PLEASANTRIES_MAX = 3,
	PLEASANTRY_WORDS = 25,
	CLOSING_SENTENCES = 3,
	CLOSING_WORDS = 50,
	CLOSING_CAP = 80
};

/* Index behind as many words from `first` on as weigh `budget` at most. */
static size_t take(const struct excerpt *excerpt, size_t first, size_t end, size_t budget)
{
	size_t i = first;

	while (i < end && folded_weight(&excerpt->folded, first, i + 1) <= budget)
		i++;
	return i;
}

static bool is_pleasantry(const struct wording_index *index, struct str sentence)
{
	struct wording_match match;

	return wording_find(index, sentence, 0, &match);
}

void opener_find(const struct excerpt *excerpt, const struct names *recipients, size_t *ret_first, size_t *ret_end)
{
	const struct folded *folded = &excerpt->folded;
	size_t first = greeting_end(excerpt, recipients), words = 0, pleasantries = 0, at;
	const enum wording kind = WORDING_PLEASANTRY;
	struct wording_index index;

	wording_index_make(&index, &kind, 1);
	if (first >= folded->word_count)
		first = 0;
	for (at = first; at < folded->word_count && words < OPENER_WORDS;) {
		size_t end = sentence_end(excerpt, at), n = folded_weight(folded, at, end);

		if (pleasantries < PLEASANTRIES_MAX && n <= PLEASANTRY_WORDS &&
		    is_pleasantry(&index, folded_slice(folded, at, end))) {
			pleasantries++;
			at = end;
			continue;
		}
		if (words >= OPENER_ENOUGH && words + n > OPENER_WORDS)
			break;
		at = words + n > OPENER_CAP ? take(excerpt, at, end, OPENER_CAP - words) : end;
		words += n;
	}
	*ret_first = first;
	*ret_end = at;
}

/* The first of as many words before `end` as the cap allows. */
static size_t take_back(const struct excerpt *excerpt, size_t first, size_t end)
{
	size_t i = end;

	while (i > first && folded_weight(&excerpt->folded, i - 1, end) <= CLOSING_CAP)
		i--;
	return i;
}

void closing_find(const struct excerpt *excerpt, size_t start, size_t end, size_t *ret_first, size_t *ret_end)
{
	size_t first = end, words = 0;

	for (size_t i = 0; i < CLOSING_SENTENCES && first > start; i++) {
		size_t next = sentence_start(excerpt, first), n;

		if (next < start)
			next = start;
		n = folded_weight(&excerpt->folded, next, first);
		if (words && words + n > CLOSING_WORDS)
			break;
		words += n;
		first = next;
	}
	*ret_first = words > CLOSING_CAP ? take_back(excerpt, first, end) : first;
	*ret_end = end;
}
