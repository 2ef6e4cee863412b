/* Its inline functions have the names of ours. */
#undef _FORTIFY_SOURCE

#include "milter/read_ahead.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 65536 /* those above this number are not read ahead */, KEPT_MAX = 8192, HEAD = 5 };

/* Of a file's number. */
enum state { LEFT_ALONE, NEW /* its first packet will tell */, READ_AHEAD };

static atomic_int listener = -1;
static _Atomic unsigned char states[CONNECTIONS_MAX]; /* of enum state */

static _Thread_local struct {
	int fd;     /* of the connection that this thread polled last, or -1 */
	bool ready; /* poll() said so, and nothing was read since */
	size_t start, n;
	char bytes[KEPT_MAX];
} kept = {.fd = -1};

/* The first packet of a connection, as far as this thread has seen it read. */
static _Thread_local struct {
	int fd;
	unsigned char head[HEAD];
	size_t seen, body; /* bytes */
} first = {.fd = -1};

static enum state state_of(int fd)
{
	return fd >= 0 && fd < CONNECTIONS_MAX ? (enum state)atomic_load(&states[fd]) : LEFT_ALONE;
}

static void set_state(int fd, enum state state)
{
	if (fd >= 0 && fd < CONNECTIONS_MAX)
		atomic_store(&states[fd], (unsigned char)state);
}

static bool is_read_ahead(int fd)
{
	return state_of(fd) == READ_AHEAD;
}

/*
 * Whether libmilter reads as we know it to: a head of five bytes, then what the head announces, all of it through our
 * read(). Another libmilter might take some of it by another function, and would miss what was kept.
 */
static void follow_first_packet(int fd, const void *bytes, size_t asked, ssize_t got)
{
	if (first.fd != fd) {
		first.fd = fd;
		first.seen = first.body = 0;
	}
	if (got <= 0 || asked != (first.seen < HEAD ? HEAD : HEAD + first.body) - first.seen) {
		set_state(fd, LEFT_ALONE);
		first.fd = -1;
		return;
	}
	if (first.seen < HEAD)
		memcpy(first.head + first.seen, bytes, (size_t)got);
	first.seen += (size_t)got;
	/* The length counts the command, which is the last byte of the head. */
	if (first.seen == HEAD)
		first.body = ((size_t)first.head[0] << 24 | (size_t)first.head[1] << 16 | (size_t)first.head[2] << 8 |
			      first.head[3]) -
			     1;
	else if (first.seen == HEAD + first.body) {
		set_state(fd, READ_AHEAD);
		first.fd = -1;
	}
}

static bool waits_for_packet(const struct pollfd *polled, nfds_t count)
{
	return count == 1 && polled->events & POLLIN && is_read_ahead(polled->fd);
}

/* Whether a read() of this connection cannot block. */
static bool has_more(int fd)
{
	return fd >= 0 && fd == kept.fd && (kept.ready || kept.n);
}

static void note(int fd, bool ready)
{
	kept.fd = fd;
	kept.ready = ready;
	kept.start = kept.n = 0;
}

void read_ahead_of(int listen_fd)
{
	atomic_store(&listener, listen_fd);
}

int accept(int fd, __SOCKADDR_ARG address, socklen_t *length)
{
	int connection = accept4(fd, address, length, 0);

	if (connection >= 0)
		set_state(connection, fd == atomic_load(&listener) ? NEW : LEFT_ALONE);
	return connection;
}

int close(int fd)
{
	if (fd >= 0 && fd == kept.fd)
		note(-1, false);
	if (fd >= 0 && fd == first.fd)
		first.fd = -1;
	set_state(fd, LEFT_ALONE);
	return (int)syscall(SYS_close, fd);
}

/* By another name than libc's, which is declared so that gcc warns of poll() looking at what it is given. */
int poll_or_tell(struct pollfd *polled, nfds_t count, int timeout_ms) __asm__("poll");

int poll_or_tell(struct pollfd *polled, nfds_t count, int timeout_ms)
{
	const struct timespec timeout = {.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000L};
	bool ours = waits_for_packet(polled, count);
	int answer;

	if (ours && has_more(polled->fd)) {
		polled->revents = POLLIN;
		return 1;
	}
	answer = ppoll(polled, count, timeout_ms < 0 ? NULL : &timeout, NULL);
	if (ours)
		note(polled->fd, answer == 1 && polled->revents == POLLIN);
	return answer;
}

/* Bytes that were kept. */
static ssize_t take(void *bytes, size_t n)
{
	if (n > kept.n)
		n = kept.n;
	memcpy(bytes, kept.bytes + kept.start, n);
	kept.start += n;
	kept.n -= n;
	return (ssize_t)n;
}

ssize_t read(int fd, void *bytes, size_t n)
{
	bool ours = has_more(fd);
	const struct iovec places[] = {{bytes, n}, {kept.bytes, sizeof kept.bytes}};
	ssize_t got;

	if (ours && kept.n)
		return take(bytes, n);
	got = readv(fd, places, ours ? 2 : 1);
	if (!ours) {
		if (state_of(fd) == NEW)
			follow_first_packet(fd, bytes, n, got);
		return got;
	}
	note(fd, false);
	if (got <= (ssize_t)n)
		return got;
	kept.n = (size_t)got - n;
	return (ssize_t)n;
}
