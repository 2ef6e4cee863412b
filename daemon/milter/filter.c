#include "milter/filter.h"

#include "milter/callback.h"
#include "milter/filter_stop.h"
#include "milter/read_ahead.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { NO_SOCKET = -1, RUNNING_WAIT_MS = 5000, RUNNING_POLL_MS = 5 };

static struct callback_state state;
static int listen_socket = NO_SOCKET;

enum status filter_register(struct generation_slot *slot, const struct filter_observer *observer)
{
	state.slot = slot;
	state.observer = *observer;
	return smfi_register(callback_table(&state)) == MI_SUCCESS ? STATUS_OK : STATUS_INTERNAL;
}

enum status filter_open(int listen_fd)
{
	char name[32];

	snprintf(name, sizeof name, "fd:%d", listen_fd);
	if (smfi_setconn(name) != MI_SUCCESS)
		return STATUS_NO_MEMORY;
	if (smfi_opensocket(false) != MI_SUCCESS)
		return STATUS_UNAVAILABLE;
	listen_socket = listen_fd;
	read_ahead_of(listen_fd);
	return STATUS_OK;
}

enum status filter_open_own(const char *socket_name)
{
	if (smfi_setconn((char *)socket_name) != MI_SUCCESS)
		return STATUS_NO_MEMORY;
	return smfi_opensocket(true) == MI_SUCCESS ? STATUS_OK : STATUS_IO;
}

static void wait_for_callbacks(void)
{
	const struct timespec pause = {.tv_nsec = RUNNING_POLL_MS * 1000000L};

	for (int waited = 0; atomic_load(&state.running) > 0 && waited < RUNNING_WAIT_MS; waited += RUNNING_POLL_MS)
		nanosleep(&pause, NULL);
}

bool filter_is_idle(void)
{
	return atomic_load(&state.running) == 0;
}

enum status filter_run(void)
{
	int result;

	filter_stop_prepare();
	result = smfi_main();
	atomic_store(&state.stopping, true);
	filter_stop_finished();
	wait_for_callbacks();
	return result == MI_SUCCESS || filter_stop_asked() ? STATUS_OK : STATUS_INTERNAL;
}

/*
 * A listening socket that nobody knows the name of. Without a socket libmilter would give up; with one that is not
 * listening it would spin.
 */
static int make_idle_socket(void)
{
	const struct sockaddr_un any = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	/* Binding no name at all lets the kernel invent one (unix(7), autobind). */
	if (bind(fd, (const struct sockaddr *)&any, sizeof any.sun_family) || listen(fd, 1)) {
		close(fd);
		return -1;
	}
	return fd;
}

enum status filter_stop_listening(void)
{
	int idle, result;

	if (listen_socket == NO_SOCKET)
		return STATUS_UNAVAILABLE;
	idle = make_idle_socket();
	if (idle < 0)
		return STATUS_IO;
	result = dup3(idle, listen_socket, O_CLOEXEC);
	close(idle);
	/* The accept loop still polls the old socket: it must look again. */
	filter_stop_wake();
	return result < 0 ? STATUS_IO : STATUS_OK;
}

void filter_refuse_messages(void)
{
	atomic_store(&state.refusing, true);
}

struct filter_activity filter_activity(void)
{
	return (struct filter_activity){
	    .sessions = atomic_load(&state.sessions),
	    .transactions = atomic_load(&state.transactions),
	    .in_data = atomic_load(&state.in_data),
	};
}
