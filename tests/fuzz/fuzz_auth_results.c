/* Authentication-Results: nothing but a qualifying header may ever say pass. */
#include "fuzz.h"
#include "mail/auth_results.h"

#include "base/buf.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	message_library_init();
	return 0;
}

static void read_under(const struct message *message, enum auth_mode mode, struct str queue_id,
		       struct auth_evidence *evidence)
{
	static const struct str ids[] = {{"mx.example.org", 14}};
	struct auth_settings settings = {mode, ids, 1};

	if (auth_results_read(message, &settings, queue_id, evidence) != STATUS_OK)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(0);
	struct buf raw = buf_make(arena);
	struct message message;
	struct auth_evidence evidence;

	buf_add_text(&raw, "From: a@linkedin.com\nAuthentication-Results: ");
	buf_add(&raw, data, size);
	buf_add_text(&raw, "\n\nbody\n");
	if (message_parse(buf_str(&raw), &mail_limits_default, arena, &message) != STATUS_OK)
		abort();
	read_under(&message, AUTH_MODE_STRIPPED, STR("4Q"), &evidence);
	auth_dkim_passed(&evidence, STR("linkedin.com"));
	read_under(&message, AUTH_MODE_OFF, STR("4Q"), &evidence);
	fuzz_check(evidence.from == AUTH_NONE && !evidence.dkim_domain_count && !evidence.forged,
		   "off believes nothing");
	/* The input cannot know this queue id: the fuzzer would have to guess 20 random letters. */
	read_under(&message, AUTH_MODE_JOBID, STR("QXZKVJWBPYGMCFLDHTNS"), &evidence);
	fuzz_check(evidence.from == AUTH_NONE && !evidence.dkim_domain_count, "jobid believes only this queue id");
	arena_destroy(arena);
	return 0;
}
