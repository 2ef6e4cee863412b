#include "cli/mailbox_source.h"

#include "base/fd.h"
#include "base/buf.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum parcel_kind { PARCEL_MESSAGE, PARCEL_FAILURE, PARCEL_END };

/* What goes through the pipe: this, a name, and the message or why there is none. */
struct parcel {
	uint64_t kind;
	uint64_t name_bytes;
	uint64_t bytes;
};

/* --- the reading process --- */

static void write_all(int fd, const void *data, size_t n)
{
	/* Nobody listens any more. */
	if (fd_write(fd, data, n) < n)
		_exit(1);
}

static void send_parcel(int fd, enum parcel_kind kind, const char *name, struct str content)
{
	const struct parcel parcel = {kind, strlen(name), content.n};

	write_all(fd, &parcel, sizeof parcel);
	write_all(fd, name, parcel.name_bytes);
	write_all(fd, content.p, content.n);
}

static void send_message(void *context, const char *name, struct str raw)
{
	send_parcel(*(const int *)context, PARCEL_MESSAGE, name, raw);
}

static void send_failure(void *context, const char *name, const char *why)
{
	send_parcel(*(const int *)context, PARCEL_FAILURE, name, str_of(why));
}

_Noreturn static void read_for_parent(const struct mailbox_source *source, int fd)
{
	const struct mailbox_reader reader = {.message = send_message, .failed = send_failure, .context = &fd};

	signal(SIGPIPE, SIG_DFL);
	for (int i = 0; i < source->path_count; i++)
		mailbox_read(source->paths[i], &reader);
	send_parcel(fd, PARCEL_END, "", STR(""));
	_exit(0);
}

/* --- ours --- */

bool mailbox_source_open(struct mailbox_source *source, char **paths, int path_count)
{
	int ends[2];

	*source = (struct mailbox_source){.paths = paths, .path_count = path_count, .pipe = -1};
	if (geteuid() != 0)
		return true;
	if (pipe(ends) != 0)
		return false;
	source->child = fork();
	if (source->child == 0) {
		close(ends[0]);
		read_for_parent(source, ends[1]);
	}
	close(ends[1]);
	source->pipe = ends[0];
	if (source->child > 0)
		return true;
	close(ends[0]);
	return false;
}

/* The next `n` bytes into `out`, with a NUL behind them. */
static bool receive(int fd, size_t n, struct buf *out)
{
	buf_clear(out);
	if (!buf_reserve(out, n + 1) || fd_read(fd, out->p, n) != (ssize_t)n)
		return false;
	out->n = n;
	out->p[n] = '\0';
	return true;
}

static bool receive_all(int fd, const struct mailbox_reader *reader)
{
	struct buf head = buf_make(NULL), name = buf_make(NULL), content = buf_make(NULL);
	bool complete = false;
	struct parcel parcel;

	while (receive(fd, sizeof parcel, &head)) {
		memcpy(&parcel, head.p, sizeof parcel);
		complete = parcel.kind == PARCEL_END;
		if (complete || !receive(fd, parcel.name_bytes, &name) || !receive(fd, parcel.bytes, &content))
			break;
		if (parcel.kind == PARCEL_MESSAGE)
			reader->message(reader->context, name.p, buf_str(&content));
		else
			reader->failed(reader->context, name.p, content.p);
	}
	buf_free(&head);
	buf_free(&name);
	buf_free(&content);
	return complete;
}

bool mailbox_source_read(struct mailbox_source *source, const struct mailbox_reader *reader)
{
	if (source->child)
		return receive_all(source->pipe, reader);
	for (int i = 0; i < source->path_count; i++)
		mailbox_read(source->paths[i], reader);
	return true;
}

void mailbox_source_close(struct mailbox_source *source)
{
	if (!source->child)
		return;
	close(source->pipe);
	while (waitpid(source->child, NULL, 0) < 0 && errno == EINTR)
		;
	source->child = 0;
}
