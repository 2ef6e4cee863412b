/*
 * The control socket: whatever is sent, there is one line of JSON back a request, and the memory's requests are
 * answered or refused. The protocol's own functions are static: their file is part of this one.
 */
#include "app/control.c"

#include "fuzz.h"
#include "judge/memory_request.h"
#include "mail/message.h"

#include <fcntl.h>

static struct memory *memory;
static struct config *config;

static json_t *run_memory(void *context, const json_t *request, const struct control_peer *peer)
{
	json_t *reply = memory_request_run(memory, config, request);

	(void)context;
	(void)peer;
	fuzz_check(!reply || json_is_boolean(json_object_get(reply, "ok")), "a reply says whether it was done");
	return reply;
}

static const struct control_command commands[] = {
    {"who", run_memory}, {"forget", run_memory}, {"template", run_memory}, {"memory", run_memory}, {NULL, NULL}};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct memory_settings settings = memory_settings_default;
	struct error_list errors = error_list_make();

	(void)argc;
	(void)argv;
	message_library_init();
	settings.backend = MEMORY_NONE;
	settings.freemail_list = NULL;
	config = config_create_default();
	fuzz_check(config && memory_open(&settings, &errors, &memory) == STATUS_OK, "a memory opens");
	error_list_free(&errors);
	return 0;
}

/* Every whole line that came back is a JSON object. */
static void check_replies(int fd)
{
	static char bytes[1 << 20];
	size_t n = 0;
	ssize_t got;

	while (n < sizeof bytes && (got = read(fd, bytes + n, sizeof bytes - n)) > 0)
		n += (size_t)got;
	for (size_t at = 0; at < n;) {
		const char *end = memchr(bytes + at, '\n', n - at);
		json_t *reply;

		if (!end)
			break;
		reply = json_loadb(bytes + at, (size_t)(end - bytes) - at, 0, NULL);
		fuzz_check(json_is_object(reply), "a reply is one line with a JSON object");
		json_decref(reply);
		at = (size_t)(end - bytes) + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct control control = {.commands = commands};
	int ends[2];
	size_t sent = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
		return 0;
	control.clients[control.client_count++] = control_client_make(ends[1]);
	for (int turns = 0; turns < 200 && control.client_count; turns++) {
		struct control_client *client = &control.clients[0];
		short events = control_client_events(client);
		ssize_t n = sent < size ? write(ends[0], data + sent, size - sent < 700 ? size - sent : 700) : 0;

		sent += n > 0 ? (size_t)n : 0;
		if (sent == size && n == 0 && (events & POLLIN) && client->sent == client->out.n)
			shutdown(ends[0], SHUT_WR);
		if (!serve_client(&control, client, (events & POLLOUT) ? POLLOUT : POLLIN))
			drop_client(&control, 0);
	}
	while (control.client_count)
		drop_client(&control, 0);
	check_replies(ends[0]);
	close(ends[0]);
	return 0;
}
