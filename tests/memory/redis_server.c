#include "redis_server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_TRIES = 200, TRY_MS = 25 };

static void write_file(const char *path, const char *text)
{
	FILE *stream = fopen(path, "w");

	if (!stream)
		abort();
	fputs(text, stream);
	fclose(stream);
	chmod(path, 0600);
}

static int connect_to(const struct redis_server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", server->socket + strlen("unix:"));
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool redis_server_ask(const struct redis_server *server, const char *command, char *answer, size_t size)
{
	int fd = connect_to(server);
	ssize_t n = -1;

	if (fd < 0)
		return false;
	if (dprintf(fd, "%s\r\n", command) > 0)
		n = read(fd, answer, size - 1);
	close(fd);
	if (n <= 0)
		return false;
	answer[n] = '\0';
	return true;
}

bool redis_server_restart(struct redis_server *server, const char *password)
{
	char answer[64];

	server->pid = fork();
	if (server->pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", server->socket + strlen("unix:"),
		       "--unixsocketperm", "700", "--save", "", "--appendonly", "no", "--dir", server->directory,
		       "--maxclients", "200", "--requirepass", password ? password : "", (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < START_TRIES; i++) {
		usleep(TRY_MS * 1000);
		if (redis_server_ask(server, "PING", answer, sizeof answer))
			return true;
		if (waitpid(server->pid, NULL, WNOHANG) == server->pid) {
			server->pid = 0;
			return false;
		}
	}
	return false;
}

bool redis_server_start(struct redis_server *server, const char *password)
{
	snprintf(server->directory, sizeof server->directory, "/tmp/coldshoulder-redis-XXXXXX");
	if (!mkdtemp(server->directory))
		return false;
	snprintf(server->socket, sizeof server->socket, "unix:%s/socket", server->directory);
	snprintf(server->key, sizeof server->key, "%s/key", server->directory);
	snprintf(server->password, sizeof server->password, "%s/password", server->directory);
	write_file(server->key, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n");
	write_file(server->password, password ? password : "");
	return redis_server_restart(server, password);
}

void redis_server_stop(struct redis_server *server)
{
	if (server->pid <= 0)
		return;
	kill(server->pid, SIGCONT);
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
	server->pid = 0;
}

void redis_server_remove(struct redis_server *server)
{
	redis_server_stop(server);
	unlink(server->socket + strlen("unix:"));
	unlink(server->key);
	unlink(server->password);
	rmdir(server->directory);
}
