#include "memory/redis_connection.h"

#include "base/clock.h"
#include "memory/redis_script.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { READ_BYTES = 16 * 1024, HANDSHAKE_MAX = 8, LAYOUT_VERSION = 1 };

struct redis_connection redis_connection_make(void)
{
	return (struct redis_connection){.fd = -1, .commands = buf_make(NULL)};
}

void redis_connection_close(struct redis_connection *connection)
{
	if (connection->fd >= 0)
		close(connection->fd);
	if (connection->reader)
		redisReaderFree(connection->reader);
	buf_free(&connection->commands);
	connection->fd = -1;
	connection->reader = NULL;
	connection->expected = 0;
}

static bool fail(struct redis_connection *connection, const char *what)
{
	snprintf(connection->error, sizeof connection->error, "%s", what);
	redis_connection_close(connection);
	return false;
}

static bool fail_errno(struct redis_connection *connection, const char *what)
{
	snprintf(connection->error, sizeof connection->error, "%s: %s", what, strerror(errno));
	redis_connection_close(connection);
	return false;
}

/* Waits for the socket; false when the deadline passes first. */
static bool wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd poller = {.fd = fd, .events = events};

	for (;;) {
		int64_t left = deadline - clock_monotonic_ns();
		int n;

		if (left <= 0)
			return false;
		n = poll(&poller, 1, (int)(left / 1000000) + 1);
		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
	}
}

static bool connect_to(struct redis_connection *connection, const struct sockaddr *address, socklen_t size,
		       int64_t deadline)
{
	int error = 0, on = 1;
	socklen_t n = sizeof error;

	connection->fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (connection->fd < 0)
		return fail_errno(connection, "no socket");
	if (address->sa_family != AF_UNIX)
		setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(connection->fd, address, size) == 0)
		return true;
	/* A unix socket whose backlog is full says EAGAIN, and will not say when it is not. */
	if (errno != EINPROGRESS)
		return fail_errno(connection, "cannot connect");
	if (!wait_for(connection->fd, POLLOUT, deadline))
		return fail(connection, "connecting took too long");
	if (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0 || error != 0) {
		errno = error;
		return fail_errno(connection, "cannot connect");
	}
	return true;
}

static bool connect_unix(struct redis_connection *connection, const char *path, int64_t deadline)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof address.sun_path)
		return fail(connection, "the path of the socket is too long");
	memcpy(address.sun_path, path, strlen(path) + 1);
	return connect_to(connection, (const struct sockaddr *)&address, sizeof address, deadline);
}

static bool connect_host(struct redis_connection *connection, const struct redis_address *address, int64_t deadline)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	struct addrinfo *found = NULL;
	int code = getaddrinfo(address->host, address->port, &hints, &found);
	bool connected = false;

	if (code != 0)
		return fail(connection, gai_strerror(code));
	for (const struct addrinfo *one = found; one && !connected; one = one->ai_next)
		connected = connect_to(connection, one->ai_addr, one->ai_addrlen, deadline);
	freeaddrinfo(found);
	return connected;
}

void redis_begin(struct redis_connection *connection, size_t count)
{
	buf_add_format(&connection->commands, "*%zu\r\n", count);
	connection->expected++;
}

void redis_begin_step(struct redis_connection *connection, const char *prefix, size_t count)
{
	redis_begin(connection, count + 4);
	redis_word(connection, STR("EVALSHA"));
	redis_word(connection, str_of(connection->script));
	redis_word(connection, STR("1"));
	redis_word(connection, str_of(prefix));
}

void redis_word(struct redis_connection *connection, struct str word)
{
	buf_add_format(&connection->commands, "$%zu\r\n", word.n);
	buf_add_str(&connection->commands, word);
	buf_add(&connection->commands, "\r\n", 2);
}

void redis_number(struct redis_connection *connection, int64_t number)
{
	char text[24];

	redis_word(connection, (struct str){text, (size_t)snprintf(text, sizeof text, "%" PRId64, number)});
}

void redis_hash(struct redis_connection *connection, uint64_t hash)
{
	static const char digits[] = "0123456789abcdef";
	char word[] = "$16\r\n0123456789abcdef\r\n";

	if (!hash) {
		redis_word(connection, STR("0"));
		return;
	}
	for (size_t i = 0; i < 16; i++)
		word[5 + i] = digits[hash >> (60 - 4 * i) & 15];
	buf_add(&connection->commands, word, sizeof word - 1);
}

static bool send_all(struct redis_connection *connection, int64_t deadline)
{
	struct str rest = buf_str(&connection->commands);

	if (buf_failed(&connection->commands))
		return fail(connection, "out of memory");
	while (rest.n) {
		ssize_t n = send(connection->fd, rest.p, rest.n, MSG_NOSIGNAL);

		if (n > 0)
			rest = str_sub(rest, (size_t)n, rest.n);
		else if (n < 0 && errno != EAGAIN && errno != EINTR)
			return fail_errno(connection, "cannot send");
		else if (!wait_for(connection->fd, POLLOUT, deadline))
			return fail(connection, "no answer in time");
	}
	return true;
}

/* One more reply; false when the connection failed. */
static bool read_reply(struct redis_connection *connection, redisReply **ret_reply, int64_t deadline)
{
	char bytes[READ_BYTES];
	void *reply = NULL;

	for (;;) {
		ssize_t n;

		if (redisReaderGetReply(connection->reader, &reply) != REDIS_OK)
			return fail(connection, "the answer is not Redis's");
		if (reply) {
			*ret_reply = reply;
			return true;
		}
		n = recv(connection->fd, bytes, sizeof bytes, 0);
		if (n > 0 && redisReaderFeed(connection->reader, bytes, (size_t)n) != REDIS_OK)
			return fail(connection, "out of memory");
		if (n == 0)
			return fail(connection, "the server closed the connection");
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return fail_errno(connection, "cannot read");
		if (n < 0 && !wait_for(connection->fd, POLLIN, deadline))
			return fail(connection, "no answer in time");
	}
}

bool redis_exchange(struct redis_connection *connection, redisReply **replies, int64_t deadline)
{
	size_t expected = connection->expected, count = 0;

	if (connection->fd < 0)
		return false;
	if (!send_all(connection, deadline))
		return false;
	while (count < expected && read_reply(connection, &replies[count], deadline))
		count++;
	if (count < expected) {
		while (count > 0)
			freeReplyObject(replies[--count]);
		return false;
	}
	buf_clear(&connection->commands);
	connection->expected = 0;
	return true;
}

struct handshake {
	size_t script; /* the index of the reply */
	size_t key;
	size_t version;
};

static void add_words(struct redis_connection *connection, size_t count, const char *const *words)
{
	redis_begin(connection, count);
	for (size_t i = 0; i < count; i++)
		redis_word(connection, str_of(words[i]));
}

static struct handshake add_handshake(struct redis_connection *connection, const struct redis_address *address)
{
	struct handshake handshake;
	char meta[256], number[24], fingerprint[24], version[8];

	snprintf(meta, sizeof meta, "%s:meta", address->prefix);
	snprintf(number, sizeof number, "%u", address->database);
	snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, address->fingerprint);
	snprintf(version, sizeof version, "%d", LAYOUT_VERSION);
	if (address->password && address->user)
		add_words(connection, 3, (const char *const[]){"AUTH", address->user, address->password});
	else if (address->password)
		add_words(connection, 2, (const char *const[]){"AUTH", address->password});
	if (address->database)
		add_words(connection, 2, (const char *const[]){"SELECT", number});
	handshake.script = connection->expected;
	add_words(connection, 3, (const char *const[]){"SCRIPT", "LOAD", redis_script});
	add_words(connection, 4, (const char *const[]){"HSETNX", meta, "version", version});
	handshake.version = connection->expected;
	add_words(connection, 3, (const char *const[]){"HGET", meta, "version"});
	add_words(connection, 4, (const char *const[]){"HSETNX", meta, "key", fingerprint});
	handshake.key = connection->expected;
	add_words(connection, 3, (const char *const[]){"HGET", meta, "key"});
	return handshake;
}

static bool is_text(const redisReply *reply, const char *text)
{
	return reply->type == REDIS_REPLY_STRING && strcmp(reply->str, text) == 0;
}

/* What the server said to the handshake; NULL when all is well. The text is valid as long as the replies. */
static const char *handshake_fault(struct redis_connection *connection, const struct redis_address *address,
				   const struct handshake *handshake, redisReply **replies, size_t count)
{
	char fingerprint[24], version[8];

	for (size_t i = 0; i < count; i++)
		if (replies[i]->type == REDIS_REPLY_ERROR)
			return replies[i]->str;
	snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, address->fingerprint);
	snprintf(version, sizeof version, "%d", LAYOUT_VERSION);
	if (!is_text(replies[handshake->version], version))
		return "its data were written by another version of coldshoulder";
	if (!is_text(replies[handshake->key], fingerprint))
		return "its data were written with another key_file: all hosts must have the same one";
	if (replies[handshake->script]->type != REDIS_REPLY_STRING ||
	    replies[handshake->script]->len >= sizeof connection->script)
		return "it does not take our script";
	snprintf(connection->script, sizeof connection->script, "%s", replies[handshake->script]->str);
	return NULL;
}

bool redis_connection_open(struct redis_connection *connection, const struct redis_address *address, int64_t deadline)
{
	redisReply *replies[HANDSHAKE_MAX];
	struct handshake handshake;
	size_t count;
	const char *fault;
	bool connected = address->path ? connect_unix(connection, address->path, deadline)
				       : connect_host(connection, address, deadline);

	if (!connected)
		return false;
	connection->reader = redisReaderCreate();
	if (!connection->reader)
		return fail(connection, "out of memory");
	handshake = add_handshake(connection, address);
	count = connection->expected;
	if (!redis_exchange(connection, replies, deadline))
		return false;
	fault = handshake_fault(connection, address, &handshake, replies, count);
	if (fault)
		fail(connection, fault);
	for (size_t i = 0; i < count; i++)
		freeReplyObject(replies[i]);
	return connection->fd >= 0;
}
