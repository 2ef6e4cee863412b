#include "app/control_client.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 64 * 1024, READ_BYTES = 4096 };

static const int64_t request_ns = 5 * INT64_C(1000000000);
static const int64_t reply_ns = 10 * INT64_C(1000000000);

static struct control_peer peer_of(int fd)
{
	struct ucred credentials;
	socklen_t n = sizeof credentials;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &n) != 0)
		return (struct control_peer){-1, -1};
	return (struct control_peer){(long)credentials.uid, (long)credentials.pid};
}

struct control_client control_client_make(int fd)
{
	return (struct control_client){
	    .fd = fd,
	    .peer = peer_of(fd),
	    .in = buf_make(NULL),
	    .out = buf_make(NULL),
	    .due_ns = clock_monotonic_ns() + request_ns,
	};
}

void control_client_close(struct control_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	buf_free(&client->in);
	buf_free(&client->out);
}

short control_client_events(const struct control_client *client)
{
	return client->sent < client->out.n ? POLLOUT : POLLIN;
}

enum status control_client_read(struct control_client *client)
{
	char bytes[READ_BYTES];
	ssize_t n = recv(client->fd, bytes, sizeof bytes, 0);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? STATUS_OK : STATUS_IO;
	if (n == 0)
		return STATUS_IO;
	buf_add(&client->in, bytes, (size_t)n);
	if (buf_failed(&client->in))
		return STATUS_IO;
	return client->in.n > LINE_MAX_BYTES ? STATUS_LIMIT : STATUS_OK;
}

bool control_client_line(const struct control_client *client, struct str *ret_line)
{
	size_t end = str_find_byte(buf_str(&client->in), 0, '\n');

	if (end == STR_NONE)
		return false;
	*ret_line = (struct str){client->in.p, end};
	return true;
}

void control_client_consume(struct control_client *client, struct str line)
{
	size_t taken = line.n + 1;

	memmove(client->in.p, client->in.p + taken, client->in.n - taken);
	client->in.n -= taken;
}

bool control_client_reply(struct control_client *client, const json_t *reply)
{
	char *text = reply ? json_dumps(reply, JSON_COMPACT | JSON_REAL_PRECISION(10)) : NULL;

	if (!text)
		return false;
	buf_add_text(&client->out, text);
	buf_add_byte(&client->out, '\n');
	free(text);
	client->due_ns = clock_monotonic_ns() + reply_ns;
	return !buf_failed(&client->out);
}

enum status control_client_write(struct control_client *client)
{
	ssize_t n = send(client->fd, client->out.p + client->sent, client->out.n - client->sent, MSG_NOSIGNAL);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? STATUS_OK : STATUS_IO;
	client->sent += (size_t)n;
	if (client->sent < client->out.n)
		return STATUS_OK;
	if (client->last_reply)
		return STATUS_IO;
	buf_clear(&client->out);
	client->sent = 0;
	client->due_ns = clock_monotonic_ns() + request_ns;
	return STATUS_OK;
}
