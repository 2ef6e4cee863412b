/* Header values: decoded ones are valid UTF-8, unfolded ones have no line ends. */
#include "fuzz.h"
#include "mail/header.h"
#include "mail/message.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	message_library_init();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(0);
	struct header header = {STR("Subject"), {(const char *)data, size}};
	struct str unfolded;

	fuzz_check_utf8(header_decode(&header, arena));
	unfolded = header_unfold(&header, arena);
	fuzz_check(str_find_byte(unfolded, 0, '\n') == STR_NONE, "unfolding removes line ends");
	arena_destroy(arena);
	return 0;
}
