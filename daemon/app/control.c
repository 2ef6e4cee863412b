#include "app/control.h"

#include "app/control_client.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MAX = 32, WORD_MAX = 32, WAKE = 0, LISTENING = 1, FIRST_CLIENT = 2, BREATH_MS = 100 };

struct control {
	pthread_t thread;
	int wake; /* readable: the thread is to end */
	struct listener listener;
	char *address;
	const struct control_command *commands;
	void *context;
	struct control_client clients[CLIENTS_MAX]; /* the oldest first */
	size_t client_count;
};

json_t *control_done(void)
{
	return json_pack("{sb}", "ok", 1);
}

json_t *control_refused(const char *error, const char *hint)
{
	return json_pack("{sb ss ss*}", "ok", 0, "error", error, "hint", hint);
}

static const struct control_command *find_command(const struct control *control, const char *name)
{
	for (const struct control_command *command = control->commands; command->name; command++)
		if (name && strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

/* A JSON object, or a bare word; NULL: neither. */
static json_t *parse_request(struct str line)
{
	json_t *request;

	line = str_trim(line);
	if (line.n == 0)
		return NULL;
	if (line.p[0] != '{') {
		for (size_t i = 0; i < line.n; i++)
			if (line.n > WORD_MAX || !(ascii_is_alnum(line.p[i]) || line.p[i] == '-'))
				return NULL;
		return json_pack("{ss%}", "command", line.p, line.n);
	}
	request = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
	if (request && !json_is_object(request)) {
		json_decref(request);
		return NULL;
	}
	return request;
}

/* Whoever sends what is no request gets no second try on this connection. */
static bool answer(struct control *control, struct control_client *client, struct str line)
{
	json_t *request = parse_request(line);
	const struct control_command *command =
	    request ? find_command(control, json_string_value(json_object_get(request, "command"))) : NULL;
	json_t *reply;
	bool sent;

	if (command) {
		reply = command->run(control->context, request, &client->peer);
	} else {
		client->last_reply = true;
		reply = request ? control_refused("there is no such command", "coldshoulder --help lists them")
				: control_refused("this is no request",
						  "one JSON object with \"command\" a line, or a bare word");
	}
	sent = control_client_reply(client, reply);
	json_decref(reply);
	json_decref(request);
	return sent;
}

/* False: the connection is to be closed. */
static bool serve_client(struct control *control, struct control_client *client, short events)
{
	struct str line;
	enum status status = STATUS_OK;

	if (events & POLLOUT)
		status = control_client_write(client);
	else if (events & POLLIN)
		status = control_client_read(client);
	else if (events)
		return false;
	if (status == STATUS_LIMIT) {
		json_t *reply = control_refused("the request is too long", "a line has 64 KiB at most");

		client->last_reply = true;
		buf_clear(&client->in);
		control_client_reply(client, reply);
		json_decref(reply);
		return true;
	}
	if (status != STATUS_OK)
		return false;
	if (client->sent < client->out.n || !control_client_line(client, &line))
		return clock_monotonic_ns() < client->due_ns;
	if (!answer(control, client, line))
		return false;
	control_client_consume(client, line);
	return true;
}

static void drop_client(struct control *control, size_t index)
{
	control_client_close(&control->clients[index]);
	control->client_count--;
	memmove(&control->clients[index], &control->clients[index + 1],
		(control->client_count - index) * sizeof *control->clients);
}

static void accept_client(struct control *control)
{
	int fd = accept4(control->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) {
		/* Out of descriptors: the socket stays readable, and asking again at once would keep a core busy. */
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
			poll(NULL, 0, BREATH_MS);
		return;
	}
	/* Whoever fills the table does not keep others out. */
	if (control->client_count == CLIENTS_MAX)
		drop_client(control, 0);
	control->clients[control->client_count++] = control_client_make(fd);
}

static size_t fill_poll(const struct control *control, struct pollfd fds[FIRST_CLIENT + CLIENTS_MAX],
			int *ret_timeout_ms)
{
	int64_t first_due = INT64_MAX, now = clock_monotonic_ns();

	fds[WAKE] = (struct pollfd){.fd = control->wake, .events = POLLIN};
	fds[LISTENING] = (struct pollfd){.fd = control->listener.fd, .events = POLLIN};
	for (size_t i = 0; i < control->client_count; i++) {
		const struct control_client *client = &control->clients[i];

		fds[FIRST_CLIENT + i] = (struct pollfd){.fd = client->fd, .events = control_client_events(client)};
		if (client->due_ns < first_due)
			first_due = client->due_ns;
	}
	if (first_due == INT64_MAX)
		*ret_timeout_ms = -1;
	else
		*ret_timeout_ms = first_due > now ? (int)((first_due - now) / 1000000) + 1 : 0;
	return FIRST_CLIENT + control->client_count;
}

/* From the last to the first: dropping one moves those behind it. */
static void serve_clients(struct control *control, const struct pollfd *fds)
{
	for (size_t i = control->client_count; i-- > 0;)
		if (!serve_client(control, &control->clients[i], fds[FIRST_CLIENT + i].revents))
			drop_client(control, i);
}

static void *run(void *argument)
{
	struct control *control = argument;
	struct pollfd fds[FIRST_CLIENT + CLIENTS_MAX];

	for (;;) {
		int timeout_ms;
		size_t count = fill_poll(control, fds, &timeout_ms);

		if (poll(fds, count, timeout_ms) < 0 && errno != EINTR)
			log_err("control socket: poll: %s", strerror(errno));
		if (fds[WAKE].revents)
			return NULL;
		serve_clients(control, fds);
		if (fds[LISTENING].revents & POLLIN)
			accept_client(control);
	}
}

static void destroy(struct control *control)
{
	while (control->client_count)
		drop_client(control, control->client_count - 1);
	listener_close(&control->listener);
	if (control->wake >= 0)
		close(control->wake);
	free(control->address);
	free(control);
}

static enum status open_socket(struct control *control, const char *path, struct error_list *errors)
{
	const struct listener_access access = {.group = "", .mode = 0660};
	struct listen_address address;
	enum status status;

	if (asprintf(&control->address, "unix:%s", path) < 0) {
		control->address = NULL;
		return STATUS_NO_MEMORY;
	}
	status = listen_address_parse(control->address, "control_socket", errors, &address);
	return status == STATUS_OK ? listener_open(&address, &access, errors, &control->listener) : status;
}

enum status control_start(const char *path, const struct control_command *commands, void *context,
			  struct error_list *errors, struct control **ret_control)
{
	struct control *control = calloc(1, sizeof *control);
	enum status status;

	if (!control)
		return STATUS_NO_MEMORY;
	control->commands = commands;
	control->context = context;
	control->listener.fd = -1;
	control->wake = eventfd(0, EFD_CLOEXEC);
	status = control->wake < 0 ? STATUS_INTERNAL : open_socket(control, path, errors);
	if (status == STATUS_OK && pthread_create(&control->thread, NULL, run, control) != 0)
		status = STATUS_INTERNAL;
	if (status != STATUS_OK) {
		destroy(control);
		return status;
	}
	*ret_control = control;
	return STATUS_OK;
}

void control_stop(struct control *control)
{
	if (!control)
		return;
	listener_remove_file(&control->listener);
	if (eventfd_write(control->wake, 1) == 0)
		pthread_join(control->thread, NULL);
	destroy(control);
}
