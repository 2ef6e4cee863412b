#include "app/held_record.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORD_MODE = 0640, RECORD_BYTES_MAX = 1024 * 1024 };

static struct {
	pthread_mutex_t lock; /* guards the rest */
	char path[PATH_MAX];
	int fd; /* -1: nothing is noted */
} record = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

/* Opens the record, after a grown one has become the old one. */
static void open_record(void)
{
	char old[PATH_MAX + sizeof ".old"];
	struct stat info;

	snprintf(old, sizeof old, "%s.old", record.path);
	if (stat(record.path, &info) == 0 && info.st_size > RECORD_BYTES_MAX && rename(record.path, old) != 0)
		log_warn("%s: cannot be renamed: %s", record.path, strerror(errno));
	record.fd = open(record.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, RECORD_MODE);
	if (record.fd < 0)
		log_warn("%s: %s: \"coldshoulder held\" will not know what is held", record.path, strerror(errno));
}

static void open_if_grown(void)
{
	struct stat info;

	if (fstat(record.fd, &info) != 0 || info.st_size <= RECORD_BYTES_MAX)
		return;
	close(record.fd);
	open_record();
}

void held_record_open(const char *state_directory)
{
	pthread_mutex_lock(&record.lock);
	if ((size_t)snprintf(record.path, sizeof record.path, "%s/held", state_directory) < sizeof record.path)
		open_record();
	pthread_mutex_unlock(&record.lock);
}

void held_record_add(struct str line)
{
	struct buf text = buf_make(NULL);

	buf_add_format(&text, "%lld %.*s\n", (long long)clock_wall_seconds(), STR_ARGS(line));
	pthread_mutex_lock(&record.lock);
	if (record.fd >= 0)
		open_if_grown();
	if (record.fd >= 0 && (buf_failed(&text) || write(record.fd, text.p, text.n) != (ssize_t)text.n))
		log_warn("%.*s: could not be noted for \"coldshoulder held\"", STR_ARGS(line));
	pthread_mutex_unlock(&record.lock);
	buf_free(&text);
}
