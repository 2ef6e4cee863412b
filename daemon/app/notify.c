#include "app/notify.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MESSAGE_MAX = 512 };

static void send_message(const char *message)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t n = name ? strlen(name) : 0;
	int fd;

	if (n < 2 || n >= sizeof address.sun_path || (name[0] != '/' && name[0] != '@'))
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	memcpy(address.sun_path, name, n);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	/* Whoever does not listen does not want to know. */
	(void)sendto(fd, message, strlen(message), MSG_NOSIGNAL, (const struct sockaddr *)&address,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}

void notify_ready(const char *status)
{
	char message[MESSAGE_MAX];

	snprintf(message, sizeof message, "READY=1\nSTATUS=%s\n", status);
	send_message(message);
}

void notify_reloading(void)
{
	char message[MESSAGE_MAX];

	snprintf(message, sizeof message, "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\nSTATUS=Reloading\n",
		 clock_monotonic_ns() / 1000);
	send_message(message);
}

void notify_stopping(const char *status)
{
	char message[MESSAGE_MAX];

	snprintf(message, sizeof message, "STOPPING=1\nSTATUS=%s\n", status);
	send_message(message);
}
