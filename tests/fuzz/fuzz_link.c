/* Links: what is read of one is clean, and finding them in a text stays within it. */
#include "fuzz.h"
#include "mail/link_scan.h"
#include "mail/redirect.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	message_library_init();
	return 0;
}

static void check_target(struct str url, struct arena *arena)
{
	struct link_target target;
	struct str carried;
	bool known;

	if (!link_parse(url, arena, &target))
		return;
	fuzz_check(target.host.n > 0, "a link has a host");
	for (size_t i = 0; i < target.host.n; i++)
		fuzz_check((unsigned char)target.host.p[i] > ' ' && target.host.p[i] != '/', "a host is one word");
	/* Browsers take a backslash for a slash. */
	fuzz_check(!target.path.n || target.path.p[0] == '/' || target.path.p[0] == '\\', "a path begins with a slash");
	fuzz_check(link_organisation(target.host).n <= target.host.n, "an organisation is a part of the host");
	carried = redirect_target(&target, arena, &known);
	if (carried.n)
		link_mismatch(carried, url, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size}, url;
	struct arena *arena = arena_create(0);
	struct link_scanner scanner = link_scanner_make(text);
	size_t half = str_find_byte(text, 0, '\n');
	size_t last = 0;

	check_target(text, arena);
	if (half != STR_NONE)
		link_mismatch(str_sub(text, 0, half), str_sub(text, half + 1, text.n), arena);
	while (link_scan(&scanner, &url)) {
		size_t at = (size_t)(url.p - text.p);

		fuzz_check(url.n > 0 && at >= last && at + url.n <= text.n,
			   "links are found in order, within the text");
		last = at + url.n;
		check_target(url, arena);
	}
	arena_destroy(arena);
	return 0;
}
