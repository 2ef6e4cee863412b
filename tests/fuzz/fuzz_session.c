/*
 * Whole milter sessions: the input is a row of steps, in any order, as libmilter calls them; judging is the real one,
 * with rules of our own. Each step is a letter, a byte for the length, and so many bytes of text.
 */
#include "fuzz.h"
#include "milter/callback.h"
#include "milter/fake_milter.h"

#include <libmilter/mfdef.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char rules[] =
    "rules = ( { id = \"FUZZ_COLD\"; family = \"test\"; score = 6.0; class = \"cold\"; status = \"stable\";\n"
    "describe = \"Apologises\"; view = \"body\"; phrases = [ \"sorry to bother you\" ];\n"
    "hits = [ \"sorry to bother you\", \"so sorry to bother you\" ]; misses = [ \"sorry\", \"no bother\" ]; } );\n";

static struct callback_state state;
static struct smfiDesc calls;

static void on_failed(void *context, struct str queue_id, enum status why, const char *step, const char *answer)
{
	(void)context, (void)queue_id, (void)step, (void)answer;
	fuzz_check(why == STATUS_LIMIT || why == STATUS_IO || why == STATUS_NO_MEMORY || why == STATUS_INTERNAL ||
		       why == STATUS_UNAVAILABLE,
		   "a failure has one of the reasons there are");
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct error_list errors = error_list_make();
	struct generation *generation = NULL;
	char directory[] = "/tmp/coldshoulder-fuzz-XXXXXX", path[64];
	struct generation_options options = {.rules_directory = directory, .no_cache = true};
	FILE *file;

	(void)argc;
	(void)argv;
	message_library_init();
	fuzz_check(mkdtemp(directory) != NULL, "a directory for rules");
	snprintf(path, sizeof path, "%s/fuzz.conf", directory);
	file = fopen(path, "w");
	fuzz_check(file && fputs(rules, file) >= 0 && fclose(file) == 0, "rules");
	fuzz_check(generation_load(NULL, &options, &errors, &generation) == STATUS_OK, "rules load");
	unlink(path);
	rmdir(directory);
	error_list_free(&errors);
	state.observer.failed = on_failed;
	state.slot = generation_slot_create(generation);
	calls = callback_table(&state);
	return 0;
}

static void check_answer(sfsistat answer)
{
	fuzz_check(answer == SMFIS_CONTINUE || answer == SMFIS_NOREPLY || answer == SMFIS_SKIP ||
		       answer == SMFIS_TEMPFAIL || answer == SMFIS_REJECT || answer == SMFIS_DISCARD ||
		       answer == SMFIS_ACCEPT,
		   "an answer of the protocol");
}

/* What we ask the MTA to write holds no line end that it would not fold. */
static void check_edits(struct smfi_str *ctx)
{
	for (size_t i = 0; i < ctx->edit_count; i++) {
		const char *value = ctx->edits[i].value;

		for (const char *p = value; *p; p++) {
			fuzz_check(*p != '\r', "no carriage return in a header of ours");
			fuzz_check(*p != '\n' || p[1] == ' ' || p[1] == '\t' || p[1] == '\0',
				   "a folded line is indented");
		}
	}
	fuzz_check(!strchr(ctx->reply, '\r'), "no carriage return in a reply");
	ctx->edit_count = 0;
}

static void negotiate(struct smfi_str *ctx, const char *text, size_t n)
{
	unsigned long actions, protocol, two, three, offered = 0x1fffff;

	if (n >= 3)
		offered = (unsigned char)text[0] | (unsigned long)(unsigned char)text[1] << 8 |
			  (unsigned long)(unsigned char)text[2] << 16;
	check_answer(calls.xxfi_negotiate(ctx, n > 3 ? (unsigned char)text[3] : 0x1ff, offered, 0, 0, &actions,
					  &protocol, &two, &three));
	fuzz_check((protocol & ~offered) == 0, "nothing is asked for that was not offered");
}

static void step(struct smfi_str *ctx, char letter, char *text, size_t n)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	char *arguments[] = {text, NULL};
	char *value = text + strlen(text) < text + n ? text + strlen(text) + 1 : text;

	switch (letter) {
	case 'O':
		negotiate(ctx, text, n);
		break;
	case 'C':
		check_answer(calls.xxfi_connect(ctx, text, n % 2 ? (_SOCK_ADDR *)&address : NULL));
		break;
	case 'H':
		check_answer(calls.xxfi_helo(ctx, text));
		break;
	case 'M':
		check_answer(calls.xxfi_envfrom(ctx, arguments));
		break;
	case 'R':
		check_answer(calls.xxfi_envrcpt(ctx, arguments));
		break;
	case 'T':
		check_answer(calls.xxfi_data(ctx));
		break;
	case 'L':
		check_answer(calls.xxfi_header(ctx, text, value));
		break;
	case 'N':
		check_answer(calls.xxfi_eoh(ctx));
		break;
	case 'B':
		check_answer(calls.xxfi_body(ctx, (unsigned char *)text, n));
		break;
	case 'E':
		check_answer(calls.xxfi_eom(ctx));
		check_edits(ctx);
		break;
	case 'A':
		check_answer(calls.xxfi_abort(ctx));
		break;
	case 'Q':
		check_answer(calls.xxfi_close(ctx));
		break;
	case 'F':
		ctx->edits_until_failure = (int)(n % 4);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smfi_str ctx = fake_milter_make();
	char texts[256], user[256] = "";

	fake_milter_macro(&ctx, "i", "4FUZZ00001");
	fake_milter_macro(&ctx, "{daemon_name}", "smtpd");
	for (size_t at = 0; at + 2 <= size;) {
		char letter = (char)data[at];
		size_t n = data[at + 1] < size - at - 2 ? data[at + 1] : size - at - 2;

		memcpy(texts, data + at + 2, n);
		texts[n < sizeof texts ? n : sizeof texts - 1] = '\0';
		if (letter == 'U') {
			snprintf(user, sizeof user, "%s", texts);
			fake_milter_macro(&ctx, "{auth_authen}", user);
		} else {
			step(&ctx, letter, texts, n);
		}
		at += 2 + n;
	}
	check_answer(calls.xxfi_close(&ctx));
	fuzz_check(ctx.private_data == NULL, "a closed session leaves nothing behind");
	fuzz_check(atomic_load(&state.sessions) == 0 && atomic_load(&state.transactions) == 0 &&
		       atomic_load(&state.in_data) == 0 && atomic_load(&state.running) == 0,
		   "what was begun has ended");
	return 0;
}
