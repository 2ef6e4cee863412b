#include "cli/control.h"

#include "base/fd.h"
#include "base/buf.h"
#include "cli/setup.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

enum { REPLY_SECONDS = 60, REPLY_MAX_BYTES = 64 * 1024 * 1024, READ_BYTES = 16 * 1024 };

static void complain(const struct control_options *options, const char *path, const char *what, const char *hint)
{
	fprintf(stderr, "coldshoulder %s: %s: %s\n", options->command, path, what);
	if (hint)
		fprintf(stderr, "  hint: %s\n", hint);
}

/* Only where the socket is matters; whatever else may be wrong with the configuration is not asked here. */
static bool find_socket(const struct control_options *options, bool quiet, char path[CONFIG_SOCKET_PATH_MAX])
{
	struct error_list errors = error_list_make();
	struct config *config = setup_config(options->config, &errors);
	bool wanted = false;

	if (!quiet)
		setup_print_errors(&errors, false);
	error_list_free(&errors);
	if (config) {
		if (options->state)
			config->state_directory = options->state;
		wanted = config_control_socket(config, path);
		if (!wanted && !quiet)
			complain(options, config->path, "control_socket is \"off\": the daemon cannot be asked", NULL);
	}
	config_free(config);
	return wanted;
}

static void explain_no_daemon(const struct control_options *options, const char *path, int error)
{
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		complain(options, path, "no daemon answers there",
			 "is coldshoulderd running? systemctl status coldshoulder; its log says whether it has a "
			 "control socket");
		break;
	case EACCES:
	case EPERM:
		complain(options, path, "permission denied", "use sudo, or be a member of the daemon's group");
		break;
	default:
		complain(options, path, strerror(error), NULL);
	}
}

static int open_socket(const char *path)
{
	const struct timeval patience = {.tv_sec = REPLY_SECONDS};
	int fd = fd_connect(path);

	/* Without these it would wait for ever at worst. */
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	}
	return fd;
}

static bool send_request(int fd, const json_t *request)
{
	char *text = json_dumps(request, JSON_COMPACT);
	size_t n;
	bool sent;

	if (!text)
		return false;
	n = strlen(text);
	text[n++] = '\n'; /* in place of the NUL */
	sent = fd_send(fd, text, n) == n;
	free(text);
	return sent;
}

static json_t *read_reply(int fd)
{
	struct buf line = buf_make(NULL);
	json_t *reply = NULL;

	for (;;) {
		char bytes[READ_BYTES];
		ssize_t n = recv(fd, bytes, sizeof bytes, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || line.n > REPLY_MAX_BYTES)
			break;
		buf_add(&line, bytes, (size_t)n);
		if (bytes[n - 1] == '\n') {
			reply = json_loadb(line.p, line.n, 0, NULL);
			break;
		}
	}
	buf_free(&line);
	return reply;
}

enum control_answer control_ask(const struct control_options *options, json_t *request, bool quiet, json_t **ret_reply)
{
	char path[CONFIG_SOCKET_PATH_MAX];
	json_t *reply = NULL;
	int fd = -1;
	bool sent;

	*ret_reply = NULL;
	if (find_socket(options, quiet, path)) {
		fd = open_socket(path);
		if (fd < 0 && !quiet)
			explain_no_daemon(options, path, errno);
	}
	if (fd < 0) {
		json_decref(request);
		return CONTROL_NONE;
	}
	sent = send_request(fd, request);
	json_decref(request);
	if (sent)
		reply = read_reply(fd);
	close(fd);
	if (!reply) {
		complain(options, path, "the daemon did not answer", "its log may say why");
		return CONTROL_NONE;
	}
	*ret_reply = reply;
	if (json_is_true(json_object_get(reply, "ok")))
		return CONTROL_OK;
	fprintf(stderr, "coldshoulder %s: %s\n", options->command, json_string_value(json_object_get(reply, "error")));
	if (json_object_get(reply, "hint"))
		fprintf(stderr, "  hint: %s\n", json_string_value(json_object_get(reply, "hint")));
	return CONTROL_REFUSED;
}

const char *control_span(long seconds, char *out, size_t size)
{
	static const struct {
		long seconds;
		const char *name;
	} units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
	size_t unit = 0;
	long count;

	while (unit + 1 < sizeof units / sizeof *units && seconds < units[unit].seconds)
		unit++;
	count = seconds / units[unit].seconds;
	snprintf(out, size, "%ld %s%s", count, units[unit].name, count == 1 ? "" : "s");
	return out;
}
