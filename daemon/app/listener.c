#include "app/listener.h"

#include "app/listener_file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_PASSED_FD = 3 };

static enum status system_error(struct error_list *errors, const char *where, const char *what)
{
	error_add(errors, SEVERITY_ERROR, where, NULL, "%s: %s", what, strerror(errno));
	return errno == EACCES || errno == EPERM ? STATUS_PERMISSION : STATUS_IO;
}

/* libmilter must never block in accept() while it holds its lock, so the socket does not block. */
static int make_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static enum status inet_bind_error(struct error_list *errors, const struct listen_address *address)
{
	switch (errno) {
	case EADDRINUSE:
		error_add(errors, SEVERITY_ERROR, address->text, "ss -ltnp shows who listens there",
			  "the port is taken");
		return STATUS_BUSY;
	case EACCES:
		error_add(errors, SEVERITY_ERROR, address->text, "choose a port above 1023",
			  "the port is reserved for the system");
		return STATUS_PERMISSION;
	case EADDRNOTAVAIL:
		error_add(errors, SEVERITY_ERROR, address->text, "ip address shows which ones there are",
			  "the address is not one of this host");
		return STATUS_IO;
	default:
		return system_error(errors, address->text, "bind");
	}
}

static enum status bind_inet(int fd, const struct listen_address *address, struct error_list *errors)
{
	const int on = 1;

	/* libmilter answers an end of message in two writes: with Nagle's algorithm each message would wait 44 ms. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on))
		return system_error(errors, address->text, "setsockopt");
	if (bind(fd, &address->address.any, address->length))
		return inet_bind_error(errors, address);
	return STATUS_OK;
}

enum status listener_open(const struct listen_address *address, const struct listener_access *access,
			  struct error_list *errors, struct listener *ret_listener)
{
	enum status status;
	struct listener listener = {.fd = make_socket(address->address.any.sa_family)};

	if (listener.fd < 0)
		return system_error(errors, address->text, "socket");
	if (address->path)
		status = listener_file_bind(listener.fd, address, access, errors, &listener);
	else
		status = bind_inet(listener.fd, address, errors);
	if (status == STATUS_OK && listen(listener.fd, SOMAXCONN))
		status = system_error(errors, address->text, "listen");
	if (status != STATUS_OK) {
		listener_close(&listener);
		return status;
	}
	*ret_listener = listener;
	return STATUS_OK;
}

enum status listener_set_access(const struct listen_address *address, const struct listener_access *access,
				struct error_list *errors, struct listener *ret_listener)
{
	*ret_listener = (struct listener){.fd = -1};
	return address->path ? listener_file_set_access(address, access, errors, ret_listener) : STATUS_OK;
}

void listener_check(const struct listen_address *address, const struct listener_access *access, const char *where,
		    struct error_list *errors)
{
	if (address->path)
		listener_file_check(address, access, where, errors);
}

static bool is_listening_stream(int fd)
{
	int type = 0, listening = 0;
	socklen_t n = sizeof type, m = sizeof listening;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 && type == SOCK_STREAM &&
	       getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &m) == 0 && listening;
}

static long read_number(const char *variable)
{
	const char *text = getenv(variable);
	char *end;
	long number = text && *text ? strtol(text, &end, 10) : 0;

	return number > 0 && *end == '\0' ? number : 0;
}

enum status listener_adopt(struct error_list *errors, struct listener *ret_listener)
{
	bool for_us = read_number("LISTEN_PID") == getpid();
	long count = for_us ? read_number("LISTEN_FDS") : 0;
	const int on = 1;

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (count == 0)
		return STATUS_NOT_FOUND;
	if (count > 1 || !is_listening_stream(FIRST_PASSED_FD)) {
		error_add(
		    errors, SEVERITY_ERROR, "systemd", "the socket unit needs exactly one ListenStream=, and Accept=no",
		    count > 1 ? "more than one socket was passed" : "what was passed is not a listening stream socket");
		return STATUS_BAD_INPUT;
	}
	if (fcntl(FIRST_PASSED_FD, F_SETFD, FD_CLOEXEC) || fcntl(FIRST_PASSED_FD, F_SETFL, O_NONBLOCK))
		return system_error(errors, "systemd", "fcntl");
	/* Fails on a unix socket, which does not need it. */
	(void)setsockopt(FIRST_PASSED_FD, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	*ret_listener = (struct listener){.fd = FIRST_PASSED_FD};
	return STATUS_OK;
}

const char *listener_name(int fd, char *out, size_t size)
{
	union {
		struct sockaddr any;
		struct sockaddr_un local;
		struct sockaddr_storage storage;
	} address = {.storage = {0}};
	socklen_t n = sizeof address;
	char host[INET6_ADDRSTRLEN], port[8];

	*out = '\0';
	if (getsockname(fd, &address.any, &n) != 0)
		return out;
	if (address.any.sa_family == AF_UNIX)
		snprintf(out, size, "unix:%s", address.local.sun_path);
	else if (getnameinfo(&address.any, n, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) ==
		 0)
		snprintf(out, size, address.any.sa_family == AF_INET6 ? "inet6:%s@[%s]" : "inet:%s@%s", port, host);
	return out;
}

void listener_remove_file(struct listener *listener)
{
	struct stat now;

	if (listener->path && lstat(listener->path, &now) == 0 && now.st_dev == listener->device &&
	    now.st_ino == listener->inode)
		unlink(listener->path);
	listener->path = NULL;
}

void listener_close(struct listener *listener)
{
	if (listener->fd >= 0)
		close(listener->fd);
	listener->fd = -1;
	listener_remove_file(listener);
}
