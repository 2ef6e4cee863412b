/* Addresses in headers and envelopes. */
#include "fuzz.h"
#include "mail/address.h"
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
	struct str text = {(const char *)data, size};
	struct address_list list = address_parse_header(text, arena);

	for (size_t i = 0; i < list.count; i++) {
		fuzz_check_utf8(list.items[i].display);
		fuzz_check(list.items[i].mailbox.n <= size * 4 + 64, "a mailbox is not made up");
	}
	address_parse_envelope(text, arena);
	address_domain(text, arena);
	arena_destroy(arena);
	return 0;
}
