#include "base/fd.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static ssize_t write_some(int fd, const void *p, size_t n)
{
	return write(fd, p, n);
}

static ssize_t send_some(int fd, const void *p, size_t n)
{
	return send(fd, p, n, MSG_NOSIGNAL);
}

static size_t put(int fd, const char *p, size_t n, ssize_t (*put_some)(int fd, const void *p, size_t n))
{
	size_t done = 0;

	while (done < n) {
		ssize_t some = put_some(fd, p + done, n - done);

		if (some < 0 && errno != EINTR)
			break;
		done += some > 0 ? (size_t)some : 0;
	}
	return done;
}

size_t fd_write(int fd, const void *p, size_t n)
{
	return put(fd, p, n, write_some);
}

size_t fd_send(int fd, const void *p, size_t n)
{
	return put(fd, p, n, send_some);
}

ssize_t fd_read(int fd, void *p, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t some = read(fd, (char *)p + done, n - done);

		if (some == 0)
			break;
		if (some < 0 && errno != EINTR)
			return -1;
		done += some > 0 ? (size_t)some : 0;
	}
	return (ssize_t)done;
}

int fd_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, error;

	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}
