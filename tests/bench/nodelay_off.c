/*
 * nodelay_off - for LD_PRELOAD: a process whose TCP_NODELAY is quietly not set, to see what it brings.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	if (level == IPPROTO_TCP && name == TCP_NODELAY)
		return 0;
	return (int)syscall(SYS_setsockopt, fd, level, name, value, size);
}
