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

enum { CONNECTIONS_MAX = 65536 /* those above this number are not read ahead */, KEPT_MAX = 8192 };

static atomic_int listener = -1;
static atomic_bool is_connection[CONNECTIONS_MAX];

static _Thread_local struct {
	int fd;     /* of the connection that this thread polled last, or -1 */
	bool ready; /* poll() said so, and nothing was read since */
	size_t start, n;
	char bytes[KEPT_MAX];
} kept = {.fd = -1};

static bool is_read_ahead(int fd)
{
	return fd >= 0 && fd < CONNECTIONS_MAX && atomic_load(&is_connection[fd]);
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

	if (connection >= 0 && connection < CONNECTIONS_MAX && fd == atomic_load(&listener))
		atomic_store(&is_connection[connection], true);
	return connection;
}

int close(int fd)
{
	if (fd >= 0 && fd == kept.fd)
		note(-1, false);
	if (is_read_ahead(fd))
		atomic_store(&is_connection[fd], false);
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
	if (!ours)
		return got;
	note(fd, false);
	if (got <= (ssize_t)n)
		return got;
	kept.n = (size_t)got - n;
	return (ssize_t)n;
}
