#include "house.h"

#include "base/list.h"
#include "judge/generation.h"
#include "mail/message.h"
#include "milter/callback.h"
#include "milter/fake_milter.h"

#include <dirent.h>
#include <libmilter/mfdef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MESSAGE_MAX = 1 << 20 };

struct memory *house_memory;
unsigned int house_failures;
char house_decided_as[128];

static const char rules[] =
    "rules = (\n"
    "{ id = \"T_COLD\"; family = \"test\"; score = 6.0; class = \"cold\"; status = \"stable\"; describe = \"x\";\n"
    "  view = \"body\"; phrases = [ \"sorry to (bother|disturb)\", \"we help (companies|firms)\", \"quick call\" ];\n"
    "  hits = [ \"sorry to bother you\", \"we help firms\" ]; misses = [ \"sorry\", \"no bother\" ]; },\n"
    "{ id = \"T_SUBJECT\"; family = \"test\"; score = 1.0; status = \"stable\"; describe = \"x\";\n"
    "  view = \"subject\"; patterns = [ \"^(re|fwd?): \" ]; hits = [ \"re: x\", \"fw: y\" ]; misses = [ \"x\", \"y\" ]; },\n"
    "{ id = \"T_UNKNOWN\"; family = \"test\"; score = -10.0; status = \"stable\"; describe = \"x\";\n"
    "  when = \"relation == unknown\"; cases = ( { given = \"relation = unknown\"; expect = true; },\n"
    "  { given = \"relation = stranger\"; expect = false; } ); } );\n";

static struct callback_state state;
static struct smfiDesc calls;
static struct generation *generation;
static char directory[] = "/tmp/coldshoulder-torture-XXXXXX";

void house_die(const char *what)
{
	fprintf(stderr, "torture: %s\n", what);
	exit(1);
}

static void on_failed(void *context, struct str queue_id, enum status why, const char *step, const char *answer)
{
	(void)context, (void)queue_id, (void)why, (void)step, (void)answer;
	house_failures++;
}

static void on_decided(void *context, const struct generation *with, const struct decision *decision,
		       const struct envelope *envelope)
{
	(void)context, (void)with, (void)envelope;
	snprintf(house_decided_as, sizeof house_decided_as, "judged=%d, policy=%s, recipients=%zu", decision->judged,
		 decision->policy, decision->recipient_count);
}

void house_open_memory(void (*change)(struct memory_settings *))
{
	struct error_list errors = error_list_make();
	struct memory_settings settings = memory_settings_default;

	memory_close(house_memory);
	settings.state_directory = directory;
	settings.batch_interval_ms = 5;
	settings.quick_check = false;
	settings.deadline_ms = 5000;
	if (change)
		change(&settings);
	if (memory_open(&settings, &errors, &house_memory) != STATUS_OK)
		house_die(errors.errors.count ? error_at(&errors, 0)->what : "memory");
	error_list_free(&errors);
	generation->memory = house_memory;
}

void house_use_memory(bool used)
{
	generation->memory = used ? house_memory : NULL;
}

void house_open(void (*change)(struct memory_settings *))
{
	struct error_list errors = error_list_make();
	struct generation_options options = {.rules_directory = directory, .no_cache = true};
	char path[96];
	FILE *file;

	message_library_init();
	if (!mkdtemp(directory))
		house_die("no directory");
	snprintf(path, sizeof path, "%s/torture.conf", directory);
	file = fopen(path, "w");
	if (!file || fputs(rules, file) < 0 || fclose(file) != 0)
		house_die("no rules");
	if (generation_load(NULL, &options, &errors, &generation) != STATUS_OK)
		house_die(errors.errors.count ? error_at(&errors, 0)->what : "rules");
	error_list_free(&errors);
	house_open_memory(change);
	state.slot = generation_slot_create(generation);
	state.observer.failed = on_failed;
	state.observer.decided = on_decided;
	calls = callback_table(&state);
}

void house_close(void)
{
	char command[128];

	generation_slot_destroy(state.slot);
	memory_close(house_memory);
	snprintf(command, sizeof command, "rm -rf '%s'", directory);
	if (system(command) != 0)
		house_die("the directory cannot be removed");
}

static void send_headers(struct smfi_str *ctx, char *text, char **ret_body)
{
	char *line = text;

	while (*line && *line != '\n' && *line != '\r') {
		char *end = strchr(line, '\n'), *colon = strchr(line, ':');

		while (end && (end[1] == ' ' || end[1] == '\t'))
			end = strchr(end + 1, '\n');
		if (end)
			*end = '\0';
		if (colon && (!end || colon < end)) {
			*colon = '\0';
			calls.xxfi_header(ctx, line, colon + 1);
		}
		line = end ? end + 1 : line + strlen(line);
	}
	*ret_body = *line == '\r' && line[1] == '\n' ? line + 2 : *line == '\n' ? line + 1 : line;
}

static void read_result(const struct smfi_str *ctx, struct result *result)
{
	for (size_t i = 0; i < ctx->edit_count; i++) {
		const struct fake_edit *edit = &ctx->edits[i];

		if (strcmp(edit->name, "X-Coldshoulder-Class") == 0)
			snprintf(result->class, sizeof result->class, "%.*s", HOUSE_WORD_MAX - 1, edit->value);
		if (strcmp(edit->name, "X-Coldshoulder-Relation") == 0)
			snprintf(result->relation, sizeof result->relation, "%.*s", HOUSE_WORD_MAX - 1, edit->value);
	}
}

struct result house_play(const char *message)
{
	unsigned long actions, protocol, two, three;
	struct smfi_str ctx = fake_milter_make();
	struct result result = {.reported = false};
	char recipient[64], *from[] = {(char *)"<eve@sender.example>", NULL}, *to[] = {recipient, NULL};
	static char copy[MESSAGE_MAX];
	static unsigned int
	    recipients; /* a copy to another one is learned; to the same one it would be the same message */
	char *body;
	unsigned int reported_before = house_failures;
	sfsistat answer;

	snprintf(recipient, sizeof recipient, "<me%u@home.example>", ++recipients);
	snprintf(copy, sizeof copy, "%s", message);
	fake_milter_macro(&ctx, "i", "4TORTURE01");
	calls.xxfi_negotiate(&ctx, 0x1ff, 0x1fffff, 0, 0, &actions, &protocol, &two, &three);
	calls.xxfi_connect(&ctx, (char *)"client.example", NULL);
	calls.xxfi_envfrom(&ctx, from);
	calls.xxfi_envrcpt(&ctx, to);
	send_headers(&ctx, copy, &body);
	calls.xxfi_eoh(&ctx);
	calls.xxfi_body(&ctx, (unsigned char *)body, strlen(body));
	answer = calls.xxfi_eom(&ctx);
	read_result(&ctx, &result);
	result.stopped = answer != SMFIS_CONTINUE && answer != SMFIS_ACCEPT;
	result.reported = house_failures != reported_before;
	calls.xxfi_close(&ctx);
	return result;
}

bool house_is_quiet(void)
{
	return !atomic_load(&state.sessions) && !atomic_load(&state.transactions) && !atomic_load(&state.running);
}

void house_each_mail(const char *path, void (*torture)(const char *path, const char *message))
{
	static char message[MESSAGE_MAX];
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	FILE *file;

	for (int i = 0; i < count; i++) {
		char child[4096];

		snprintf(child, sizeof child, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			house_each_mail(child, torture);
		free(entries[i]);
	}
	if (count >= 0) {
		free(entries);
		return;
	}
	file = fopen(path, "rb");
	if (!file)
		house_die(path);
	message[fread(message, 1, sizeof message - 1, file)] = '\0';
	fclose(file);
	torture(path, message);
}
