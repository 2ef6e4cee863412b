/* Folding: valid UTF-8 out for any bytes in, words in order, and folding again changes nothing. */
#include "fuzz.h"
#include "mail/fold.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(0);
	struct folded folded;
	uint32_t last_folded = 0, last_original = 0;

	if (fold_text((struct str){(const char *)data, size}, 0, arena, &folded) != STATUS_OK)
		abort();
	fuzz_check_utf8(folded.text);
	for (size_t i = 0; i < folded.word_count; i++) {
		const struct fold_word *word = &folded.words[i];

		fuzz_check(i == 0 || word->folded > last_folded, "folded offsets grow");
		fuzz_check(word->original >= last_original, "original offsets grow");
		fuzz_check(word->original_end <= size && word->original <= word->original_end,
			   "words lie in the original");
		last_folded = word->folded;
		last_original = word->original;
	}
	fuzz_check(str_equal(fold_string(folded.text, arena), folded.text), "folding twice changes nothing");
	fold_original(&folded, 0, folded.text.n);
	arena_destroy(arena);
	return 0;
}
