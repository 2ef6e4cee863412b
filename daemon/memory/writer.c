#include "memory/writer.h"

#include "base/clock.h"
#include "memory/overlay.h"
#include "memory/steady_clock.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum {
	BATCHES = 3, /* one that fills, one that is written, and the last one written: see writer_answer() */
	BATCH_MAX = 4096,
	TEND_MS = 1000,
	RETRY_FIRST_MS = 100,
	RETRY_MAX_MS = 5000
};

static const int64_t ns_per_ms = 1000000, ns_per_second = 1000000000;

struct batch {
	struct list changes; /* of struct change */
	struct overlay overlay;
	uint64_t sequence; /* 0: unused */
};

struct writer {
	struct writer_settings settings;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;    /* the thread has something to do */
	pthread_cond_t written; /* a batch was written, or given up */
	struct batch batches[BATCHES];
	struct batch *filling, *writing, *last;
	int64_t first_push; /* when the filling batch got its first change, clock_monotonic_ns() */
	int64_t stop_at;    /* the thread gives up then */
	uint64_t pushed;    /* sequence of the newest batch with changes */
	uint64_t done;      /* sequence of the last batch written or given up */
	struct writer_counters counters;
	bool flushing;
	bool stopping;
};

static struct timespec deadline_of(int64_t ns)
{
	return (struct timespec){.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};
}

static void wait_until(struct writer *writer, pthread_cond_t *condition, int64_t ns)
{
	struct timespec deadline = deadline_of(ns);

	pthread_cond_timedwait(condition, &writer->lock, &deadline);
}

static void batch_clear(struct batch *batch)
{
	batch->changes.count = 0;
	overlay_clear(&batch->overlay);
	batch->sequence = 0;
}

/* The filling batch goes to be written, the one before last becomes the next to fill. Under the lock. */
static void rotate(struct writer *writer)
{
	struct batch *oldest = writer->last;

	writer->last = writer->writing;
	writer->writing = writer->filling;
	writer->filling = oldest;
	batch_clear(oldest);
	oldest->sequence = writer->writing->sequence + 1;
}

/* True when the filling batch should be written now. Under the lock. */
static bool is_due(const struct writer *writer, int64_t now)
{
	return writer->filling->changes.count > 0 &&
	       (writer->stopping || writer->flushing || writer->filling->changes.count >= BATCH_MAX ||
		now - writer->first_push >= (int64_t)writer->settings.interval_ms * ns_per_ms);
}

/* Waits until a batch is due (true) or a tick has passed or the end has come (false). Under the lock. */
static bool wait_for_batch(struct writer *writer)
{
	int64_t tick = clock_monotonic_ns() + TEND_MS * ns_per_ms;

	for (;;) {
		int64_t now = clock_monotonic_ns(), until = tick;

		if (is_due(writer, now))
			return true;
		if (now >= tick || writer->stopping)
			return false;
		if (writer->filling->changes.count) {
			int64_t due = writer->first_push + (int64_t)writer->settings.interval_ms * ns_per_ms;

			until = due < tick ? due : tick;
		}
		wait_until(writer, &writer->wake, until);
	}
}

static void finish_batch(struct writer *writer, enum status status)
{
	unsigned long count = (unsigned long)writer->writing->changes.count;

	writer->done = writer->writing->sequence;
	if (status == STATUS_OK)
		writer->counters.written += count;
	else
		writer->counters.dropped += count;
	writer->counters.queued -= count;
	pthread_cond_broadcast(&writer->written);
}

/* Tries until the batch is written, or can never be. Takes and leaves the lock held. */
static void write_batch(struct writer *writer)
{
	const struct store_operations *operations = writer->settings.store->operations;
	int64_t pause = RETRY_FIRST_MS;
	enum status status;

	for (;;) {
		struct batch *batch = writer->writing;

		pthread_mutex_unlock(&writer->lock);
		status = operations->apply(writer->settings.store, batch->changes.items, batch->changes.count,
					   batch->sequence);
		if (status == STATUS_OK)
			notices_settle(writer->settings.notices, NOTICE_LEARN, "memory: learning works again");
		else
			notices_post(writer->settings.notices, NOTICE_LEARN, SEVERITY_WARNING,
				     "memory: what was learned cannot be written to the %s store: %s", operations->name,
				     status_name(status));
		pthread_mutex_lock(&writer->lock);
		if (status == STATUS_OK || status == STATUS_INTERNAL ||
		    (writer->stopping && clock_monotonic_ns() >= writer->stop_at))
			break;
		wait_until(writer, &writer->wake, clock_monotonic_ns() + pause * ns_per_ms);
		pause = pause * 2 < RETRY_MAX_MS ? pause * 2 : RETRY_MAX_MS;
	}
	finish_batch(writer, status);
}

static int64_t steady_now(struct steady_clock *clock)
{
	return steady_clock_now(clock, clock_wall_seconds(), clock_monotonic_ns() / ns_per_second);
}

static void *run(void *context)
{
	struct writer *writer = context;
	struct store *store = writer->settings.store;
	struct steady_clock clock = {.running = false};

	steady_now(&clock);
	pthread_mutex_lock(&writer->lock);
	for (;;) {
		if (wait_for_batch(writer)) {
			rotate(writer);
			write_batch(writer);
		} else if (writer->stopping) {
			break;
		}
		pthread_mutex_unlock(&writer->lock);
		store->operations->tend(store, steady_now(&clock));
		pthread_mutex_lock(&writer->lock);
	}
	pthread_mutex_unlock(&writer->lock);
	return NULL;
}

static bool start_thread(struct writer *writer)
{
	sigset_t all, before;
	bool started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&writer->thread, NULL, run, writer) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

static void free_writer(struct writer *writer)
{
	for (size_t i = 0; i < BATCHES; i++) {
		list_free(&writer->batches[i].changes);
		overlay_free(&writer->batches[i].overlay);
	}
	pthread_cond_destroy(&writer->wake);
	pthread_cond_destroy(&writer->written);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
}

struct writer *writer_create(const struct writer_settings *settings)
{
	struct writer *writer = calloc(1, sizeof *writer);
	pthread_condattr_t monotonic;

	if (!writer)
		return NULL;
	writer->settings = *settings;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->wake, &monotonic);
	pthread_cond_init(&writer->written, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&writer->lock, NULL);
	for (size_t i = 0; i < BATCHES; i++) {
		writer->batches[i].changes = list_make(sizeof(struct change), NULL);
		writer->batches[i].overlay = overlay_make();
	}
	writer->filling = &writer->batches[0];
	writer->writing = &writer->batches[1];
	writer->last = &writer->batches[2];
	writer->filling->sequence = 1;
	if (!settings->immediate && !start_thread(writer)) {
		free_writer(writer);
		return NULL;
	}
	return writer;
}

void writer_destroy(struct writer *writer, unsigned int ms)
{
	if (!writer)
		return;
	pthread_mutex_lock(&writer->lock);
	writer->stopping = true;
	writer->stop_at = clock_monotonic_ns() + (int64_t)ms * ns_per_ms;
	pthread_cond_broadcast(&writer->wake);
	pthread_mutex_unlock(&writer->lock);
	if (!writer->settings.immediate)
		pthread_join(writer->thread, NULL);
	free_writer(writer);
}

/* All or none: the overlay may show a part of what did not fit, and forgets it with the batch. Under the lock. */
static bool add_changes(struct writer *writer, const struct change *changes, size_t count)
{
	struct batch *batch = writer->filling;
	const struct overlay *older = writer->writing->sequence > writer->done ? &writer->writing->overlay : NULL;
	size_t before = batch->changes.count;

	for (size_t i = 0; i < count; i++) {
		struct change *slot = list_push(&batch->changes);

		if (!slot || !overlay_add(&batch->overlay, older, &changes[i])) {
			batch->changes.count = before;
			return false;
		}
		*slot = changes[i];
	}
	return true;
}

/* One batch a call, in the order of the calls. */
static bool write_at_once(struct writer *writer, const struct change *changes, size_t count)
{
	struct store *store = writer->settings.store;
	enum status status;

	pthread_mutex_lock(&writer->lock);
	status = store->operations->apply(store, changes, count, ++writer->done);
	if (status == STATUS_OK)
		writer->counters.written += (unsigned long)count;
	else
		writer->counters.dropped += (unsigned long)count;
	pthread_mutex_unlock(&writer->lock);
	return status == STATUS_OK;
}

bool writer_push(struct writer *writer, const struct change *changes, size_t count)
{
	bool added, first;

	if (writer->settings.immediate)
		return write_at_once(writer, changes, count);

	pthread_mutex_lock(&writer->lock);
	while (writer->settings.patient && writer->filling->changes.count &&
	       writer->filling->changes.count + count > writer->settings.queue_max)
		pthread_cond_wait(&writer->written, &writer->lock);
	first = writer->filling->changes.count == 0;
	added =
	    writer->filling->changes.count + count <= writer->settings.queue_max && add_changes(writer, changes, count);
	if (added) {
		writer->counters.queued += (unsigned long)count;
		writer->pushed = writer->filling->sequence;
		if (first)
			writer->first_push = clock_monotonic_ns();
		if (first || writer->filling->changes.count >= BATCH_MAX)
			pthread_cond_signal(&writer->wake);
	} else {
		writer->counters.dropped += (unsigned long)count;
	}
	pthread_mutex_unlock(&writer->lock);
	if (!added)
		notices_post(writer->settings.notices, NOTICE_LEARN, SEVERITY_WARNING,
			     "memory: the queue is full, and some mail was not learned from");
	return added;
}

/*
 * Called after the store was asked. A batch that was written since then is not in that snapshot, but it is still here:
 * the last batch written stays until the next one is, and a look-up takes less than an interval.
 */
void writer_answer(struct writer *writer, const struct store_query *query, const struct sketch *sketch,
		   struct store_answer *answer)
{
	const struct batch *order[BATCHES];

	pthread_mutex_lock(&writer->lock);
	order[0] = writer->last;
	order[1] = writer->writing;
	order[2] = writer->filling;
	for (size_t i = 0; i < BATCHES; i++)
		if (order[i]->sequence > answer->applied && order[i]->changes.count)
			overlay_answer(&order[i]->overlay, query, sketch, answer);
	pthread_mutex_unlock(&writer->lock);
}

bool writer_flush(struct writer *writer, unsigned int ms)
{
	int64_t deadline = clock_monotonic_ns() + (int64_t)ms * ns_per_ms;
	uint64_t wanted;
	bool done;

	pthread_mutex_lock(&writer->lock);
	wanted = writer->pushed;
	writer->flushing = true;
	pthread_cond_signal(&writer->wake);
	while (writer->done < wanted && clock_monotonic_ns() < deadline)
		wait_until(writer, &writer->written, deadline);
	done = writer->done >= wanted;
	writer->flushing = false;
	pthread_mutex_unlock(&writer->lock);
	return done;
}

struct writer_counters writer_counters(struct writer *writer)
{
	struct writer_counters counters;

	pthread_mutex_lock(&writer->lock);
	counters = writer->counters;
	pthread_mutex_unlock(&writer->lock);
	return counters;
}
