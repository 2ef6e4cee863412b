#include "app/held_record.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORD_MODE = 0640, RECORD_BYTES_MAX = 1024 * 1024 };

static int record = -1;

void held_record_open(const char *state_directory)
{
	struct buf path = buf_make(NULL), old = buf_make(NULL);
	struct stat info;

	buf_add_format(&path, "%s/held", state_directory);
	buf_add_format(&old, "%s/held.old", state_directory);
	if (!buf_failed(&path) && !buf_failed(&old)) {
		if (stat(path.p, &info) == 0 && info.st_size > RECORD_BYTES_MAX && rename(path.p, old.p) != 0)
			log_warn("%s: cannot be renamed: %s", path.p, strerror(errno));
		record = open(path.p, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, RECORD_MODE);
		if (record < 0)
			log_warn("%s: %s: \"coldshoulder held\" will not know what is held", path.p, strerror(errno));
	}
	buf_free(&path);
	buf_free(&old);
}

void held_record_add(struct str line)
{
	struct buf text = buf_make(NULL);

	if (record < 0)
		return;
	buf_add_format(&text, "%lld %.*s\n", (long long)clock_wall_seconds(), STR_ARGS(line));
	/* One write to a file that is appended to: lines of several threads do not mix. */
	if (buf_failed(&text) || write(record, text.p, text.n) != (ssize_t)text.n)
		log_warn("%.*s: could not be noted for \"coldshoulder held\"", STR_ARGS(line));
	buf_free(&text);
}
