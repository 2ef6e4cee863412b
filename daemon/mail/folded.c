#include "mail/folded.h"

#include "mail/script.h"

size_t folded_word_end(const struct folded *folded, size_t word)
{
	size_t end = word + 1 < folded->word_count ? folded->words[word + 1].folded : folded->text.n;
	bool blank = end > folded->words[word].folded && ascii_is_space(folded->text.p[end - 1]);

	return blank ? end - 1 : end;
}

struct str folded_slice(const struct folded *folded, size_t first, size_t end)
{
	size_t start;

	if (first >= end)
		return (struct str){"", 0};
	start = folded->words[first].folded;
	return str_sub(folded->text, start, folded_word_end(folded, end - 1) - start);
}

static bool is_unspaced(const struct folded *folded, size_t word)
{
	size_t at = folded->words[word].folded;
	int32_t c;

	if ((unsigned char)folded->text.p[at] < 0xe0)
		return false;
	script_read(folded->text.p + at, folded->text.n - at, &c);
	return script_of(c) == SCRIPT_UNSPACED;
}

size_t folded_weight(const struct folded *folded, size_t first, size_t end)
{
	size_t spaced = 0, unspaced = 0;

	for (size_t i = first; i < end; i++) {
		if (is_unspaced(folded, i))
			unspaced++;
		else
			spaced++;
	}
	return spaced + (unspaced + 1) / 2;
}
