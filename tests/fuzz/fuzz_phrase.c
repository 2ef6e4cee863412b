/* Phrases: any text is compiled or refused with a reason, and what is compiled PCRE2 accepts. */
#include "engine/phrase.h"
#include "fuzz.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(0);
	struct phrase phrase;
	struct phrase_error error = {0};
	enum status status = phrase_parse((struct str){(const char *)data, size}, arena, &phrase, &error);

	if (status == STATUS_OK) {
		struct str pattern = phrase_pattern(&phrase, arena);
		int code;
		size_t offset;
		pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
						     PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &code, &offset, NULL);

		/* Sizes and nesting are PCRE2's to refuse; anything else would be a phrase that means something else.
		 */
		fuzz_check(compiled || size > 1000 || code == PCRE2_ERROR_PATTERN_TOO_LARGE ||
			       code == PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP,
			   "a phrase is a valid pattern");
		pcre2_code_free(compiled);
	} else {
		fuzz_check(status == STATUS_BAD_INPUT && error.what, "a refusal has a reason");
	}
	arena_destroy(arena);
	return 0;
}
