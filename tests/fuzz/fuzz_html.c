/* HTML as a message brings it: readable text and links stay within their promises. */
#include "fuzz.h"
#include "mail/view.h"

#include "base/buf.h"

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
	struct buf raw = buf_make(arena);
	struct message message;
	struct views *views;

	buf_add_text(&raw, "Content-Type: text/html; charset=utf-8\n\n");
	buf_add(&raw, data, size);
	if (message_parse(buf_str(&raw), &mail_limits_default, arena, &message) != STATUS_OK)
		abort();
	fuzz_check_utf8(message.text);
	for (size_t i = 0; i < message.link_count; i++)
		fuzz_check_utf8(message.links[i].target);
	views = views_create(&message, &mail_limits_default);
	fuzz_check(views != NULL, "views are made");
	fuzz_check_utf8(views_get(views, VIEW_BODY, STR(""))->text);
	fuzz_check_utf8(views_get(views, VIEW_LINKS, STR(""))->text);
	arena_destroy(arena);
	return 0;
}
