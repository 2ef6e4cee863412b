#include "app/decision_log.h"

#include "base/fd.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FILE_MODE = 0640,
	RECORD_MOSTLY = 1024,    /* bytes of a line */
	GATHER_MS = 50,          /* the first line waits so long for others, */
	GATHER_BYTES = 64 * 1024 /* or until they are so many */
};

static const int64_t complain_every_ns = 60 * INT64_C(1000000000);

struct decision_log {
	pthread_t thread;
	pthread_mutex_t lock; /* guards all down to `state` */
	pthread_cond_t more;
	struct buf queue; /* whole lines */
	size_t queued_records;
	size_t enough;       /* bytes in the queue that wait no longer */
	char path[PATH_MAX]; /* where the queue belongs */
	bool stop;
	struct decision_log_state state;
	/* The thread's own. */
	int fd; /* -1: none */
	char open_path[PATH_MAX];
	bool torn; /* the last line of the file has no end */
	int64_t complained_ns;
};

/* One line a minute is enough to know. */
static void complain(struct decision_log *log, const char *path, const char *what, int error)
{
	int64_t now = clock_monotonic_ns();

	if (log->complained_ns && now - log->complained_ns < complain_every_ns)
		return;
	log->complained_ns = now;
	log_err("decision log: %s: %s: %s, decisions are not written; mail goes on", path, what, strerror(error));
}

/* False when the file was moved or removed, or another one is wanted. */
static bool still_right(const struct decision_log *log, const char *path)
{
	struct stat open_file, named;

	return log->fd >= 0 && strcmp(path, log->open_path) == 0 && fstat(log->fd, &open_file) == 0 &&
	       stat(path, &named) == 0 && open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

static bool open_file(struct decision_log *log, const char *path)
{
	if (still_right(log, path))
		return true;
	if (log->fd >= 0)
		close(log->fd);
	log->torn = false;
	log->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, FILE_MODE);
	if (log->fd < 0) {
		complain(log, path, "cannot be opened", errno);
		return false;
	}
	strcpy(log->open_path, path); /* of the same size */
	return true;
}

static bool write_all(struct decision_log *log, const char *p, size_t n)
{
	size_t written = fd_write(log->fd, p, n);

	if (written)
		log->torn = p[written - 1] != '\n';
	if (written < n)
		complain(log, log->open_path, "cannot be written to", errno);
	return written == n;
}

static bool write_lines(struct decision_log *log, const char *path, const struct buf *lines)
{
	if (!open_file(log, path))
		return false;
	/* What a full disk cut off stays a line of its own. */
	if (log->torn && !write_all(log, "\n", 1))
		return false;
	return write_all(log, lines->p, lines->n);
}

/* With the lock held; takes the queue and lets go of the lock while writing. */
static void write_queue(struct decision_log *log, struct buf *lines)
{
	char path[PATH_MAX];
	size_t records = log->queued_records;
	struct buf empty = *lines;
	bool written;

	*lines = log->queue;
	log->queue = empty;
	log->queued_records = 0;
	memcpy(path, log->path, sizeof path);
	pthread_mutex_unlock(&log->lock);
	written = write_lines(log, path, lines);
	buf_clear(lines);
	pthread_mutex_lock(&log->lock);
	log->state.failing = !written;
	if (written)
		log->state.written += records;
	else
		log->state.dropped += records;
}

/* With the lock held, which it lets go of. */
static void gather(struct decision_log *log)
{
	struct timespec until;
	int result = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += GATHER_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	while (!log->stop && log->queue.n < log->enough && result == 0)
		result = pthread_cond_timedwait(&log->more, &log->lock, &until);
}

static void *run(void *argument)
{
	struct decision_log *log = argument;
	struct buf lines = buf_make(NULL);

	pthread_mutex_lock(&log->lock);
	for (;;) {
		if (log->queue.n) {
			gather(log);
			write_queue(log, &lines);
		} else if (log->stop) {
			break;
		} else {
			pthread_cond_wait(&log->more, &log->lock);
		}
	}
	pthread_mutex_unlock(&log->lock);
	buf_free(&lines);
	return NULL;
}

struct decision_log *decision_log_start(void)
{
	struct decision_log *log = calloc(1, sizeof *log);
	pthread_condattr_t attributes;

	if (!log)
		return NULL;
	log->fd = -1;
	log->queue = buf_make(NULL);
	pthread_mutex_init(&log->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&log->more, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&log->thread, NULL, run, log) != 0) {
		free(log);
		return NULL;
	}
	return log;
}

void decision_log_stop(struct decision_log *log)
{
	if (!log)
		return;
	pthread_mutex_lock(&log->lock);
	log->stop = true;
	pthread_cond_signal(&log->more);
	pthread_mutex_unlock(&log->lock);
	pthread_join(log->thread, NULL);
	if (log->fd >= 0)
		close(log->fd);
	buf_free(&log->queue);
	pthread_mutex_destroy(&log->lock);
	pthread_cond_destroy(&log->more);
	free(log);
}

static void enqueue(struct decision_log *log, const char *path, size_t queue_max, const struct buf *line)
{
	size_t before;

	pthread_mutex_lock(&log->lock);
	before = log->queue.n;
	if (log->queue.n + line->n + 1 <= queue_max && buf_reserve(&log->queue, line->n + 1)) {
		buf_add(&log->queue, line->p, line->n);
		buf_add_byte(&log->queue, '\n');
		log->queued_records++;
		strcpy(log->path, path); /* of the same size */
		log->enough = queue_max / 2 < GATHER_BYTES ? queue_max / 2 : GATHER_BYTES;
		/* Only when the thread waits for just that: to wake it for each line cost more than the line. */
		if (!before || (before < log->enough && log->queue.n >= log->enough))
			pthread_cond_signal(&log->more);
	} else {
		log->state.dropped++;
	}
	pthread_mutex_unlock(&log->lock);
}

void decision_log_add(struct decision_log *log, const struct generation *generation, const struct decision *decision,
		      const struct envelope *envelope)
{
	const struct decision_record record = {
	    .decision = decision,
	    .envelope = envelope,
	    .settings = &generation->config->decisions,
	    .key = generation->memory ? memory_key(generation->memory) : NULL,
	    .time_ms = clock_wall_ms(),
	};
	char path[PATH_MAX];
	struct buf line;

	if (!config_decision_log(generation->config, path, sizeof path))
		return;
	line = buf_make(NULL);
	buf_reserve(&line, RECORD_MOSTLY);
	if (decision_format_record(&record, &line) == STATUS_OK) {
		enqueue(log, path, record.settings->queue_bytes, &line);
	} else {
		pthread_mutex_lock(&log->lock);
		log->state.dropped++;
		pthread_mutex_unlock(&log->lock);
	}
	buf_free(&line);
}

struct decision_log_state decision_log_state(struct decision_log *log)
{
	struct decision_log_state state;

	pthread_mutex_lock(&log->lock);
	state = log->state;
	state.queued_bytes = log->queue.n;
	pthread_mutex_unlock(&log->lock);
	return state;
}
