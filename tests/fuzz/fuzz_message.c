/* Any bytes are a message: views, links, facts and evidence of it stay within their promises. */
#include "fuzz.h"
#include "mail/auth_results.h"
#include "mail/view.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	message_library_init();
	return 0;
}

static void check_view(struct views *views, enum view_kind kind, struct str header)
{
	const struct view *view = views_get(views, kind, header);
	uint32_t last = 0;

	fuzz_check(view != NULL, "a view is never NULL");
	if (kind != VIEW_RAW_HEADER)
		fuzz_check_utf8(view->text);
	for (size_t i = 0; i < view->word_count; i++) {
		fuzz_check(view->words[i].folded >= last && view->words[i].folded <= view->text.n,
			   "words are in order");
		fuzz_check(view->words[i].original <= view->words[i].original_end &&
			       view->words[i].original_end <= view->original.n,
			   "words lie in the original");
		last = view->words[i].folded;
	}
	view_evidence(view, 0, view->text.n);
	view_evidence(view, view->text.n / 2,
		      view->text.n / 2 + 1 <= view->text.n ? view->text.n / 2 + 1 : view->text.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(0);
	struct message message;
	struct views *views;

	if (message_parse((struct str){(const char *)data, size}, &mail_limits_default, arena, &message) != STATUS_OK)
		abort();
	fuzz_check_utf8(message.text);
	fuzz_check_utf8(message.subject);
	for (size_t i = 0; i < message.span_count; i++) {
		fuzz_check(message.spans[i].start <= message.spans[i].end && message.spans[i].end <= message.text.n,
			   "spans lie in the text");
		fuzz_check(i == 0 || message.spans[i - 1].end <= message.spans[i].start, "spans do not overlap");
	}
	views = views_create(&message, &mail_limits_default);
	fuzz_check(views != NULL, "views are made");
	for (int kind = 0; kind < VIEW_HEADER; kind++)
		check_view(views, (enum view_kind)kind, STR(""));
	check_view(views, VIEW_HEADER, STR("from"));
	check_view(views, VIEW_RAW_HEADER, STR("message-id"));
	fuzz_check(!views_failed(views), "views were built");
	arena_destroy(arena);
	return 0;
}
