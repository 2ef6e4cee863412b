#include "cli/replay_run.h"

#include "base/buf.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLOTS_PER_THREAD = 16, THREADS_MAX = 64, RAW_KEPT = 1 << 20, ARENA_CHUNK = 256 * 1024 };

/* A message on its way; entry i uses slot i % slot_count. */
struct slot {
	struct arena *arena;
	struct buf raw;
	struct envelope envelope;
	struct judge_override override;
	struct judgement *judgements[REPLAY_SIDES];
	enum status status;
	int error; /* errno when the file could not be read; 0: none */
	bool ready;
};

struct crew {
	const struct replay_run *run;
	struct slot *slots;
	size_t slot_count;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* a slot is ready, or free, or it is over */
	size_t next;            /* entry that nobody has taken yet */
	size_t done;            /* entries concluded */
	bool over;
};

static const struct replay_entry *entry_at(const struct replay_run *run, size_t index)
{
	return list_at(&run->mail->entries, index);
}

static void read_entry(const struct replay_run *run, const struct replay_entry *entry, struct slot *slot)
{
	slot->status = STATUS_OK;
	slot->error = 0;
	if (!replay_entry_read(entry, run->stdin_path, &slot->raw)) {
		slot->error = errno;
		return;
	}
	slot->override = (struct judge_override){
	    .direction_given = true,
	    .direction = entry->sent ? DIRECTION_OUTBOUND : DIRECTION_INBOUND,
	    .auth_given = run->auth_given && !entry->sent,
	    .auth = run->auth,
	    .stored_mail = !entry->sent,
	    /* What has no date came before everything: the first day that the memory knows. */
	    .now = entry->date ? entry->date : SECONDS_PER_DAY,
	};
	if (!replay_envelope_make(&run->people, entry->sent, buf_str(&slot->raw), slot->arena, &slot->envelope))
		slot->status = STATUS_NO_MEMORY;
	for (size_t side = 0; side < run->side_count && slot->status == STATUS_OK; side++)
		slot->status = judge_read(run->generations[side], &slot->envelope, buf_str(&slot->raw),
					  entry->cut ? MAIL_LIMIT_SCAN_BYTES : 0, &slot->override, slot->arena,
					  &slot->judgements[side]);
}

static void *work(void *context)
{
	struct crew *crew = context;
	const struct replay_run *run = crew->run;

	pthread_mutex_lock(&crew->lock);
	while (!crew->over && crew->next < run->mail->entries.count) {
		struct slot *slot;
		size_t index;

		if (crew->next >= crew->done + crew->slot_count) {
			pthread_cond_wait(&crew->changed, &crew->lock);
			continue;
		}
		index = crew->next++;
		pthread_mutex_unlock(&crew->lock);
		slot = &crew->slots[index % crew->slot_count];
		read_entry(run, entry_at(run, index), slot);
		pthread_mutex_lock(&crew->lock);
		slot->ready = true;
		if (index == crew->done)
			pthread_cond_broadcast(&crew->changed);
	}
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

static void fail_entry(const struct replay_run *run, const struct replay_entry *entry, const char *why)
{
	char name[4200];

	replay_failed(&run->mail->failures, run->mail->arena, replay_entry_name(entry, name, sizeof name), why);
}

static void conclude(const struct replay_run *run, const struct replay_entry *entry, struct slot *slot)
{
	struct decision decisions[REPLAY_SIDES];

	for (size_t side = 0; side < run->side_count && !slot->error && slot->status == STATUS_OK; side++)
		slot->status = judge_conclude(slot->judgements[side], &decisions[side]);
	if (slot->error) {
		fail_entry(run, entry, slot->error == ENODATA ? "has become shorter" : strerror(slot->error));
	} else if (slot->status != STATUS_OK) {
		fail_entry(run, entry, status_name(slot->status));
	} else {
		run->judged(run->context, entry, slot->judgements, decisions);
		for (size_t side = 0; side < run->side_count; side++)
			judge_learn(&decisions[side]);
	}
	arena_reset(slot->arena);
	if (slot->raw.capacity > RAW_KEPT)
		buf_free(&slot->raw);
}

/* In order, by the caller's thread. */
static void conclude_all(struct crew *crew, struct progress *progress)
{
	const struct replay_run *run = crew->run;

	while (crew->done < run->mail->entries.count && !*run->stop) {
		const struct replay_entry *entry = entry_at(run, crew->done);
		struct slot *slot = &crew->slots[crew->done % crew->slot_count];

		pthread_mutex_lock(&crew->lock);
		while (!slot->ready)
			pthread_cond_wait(&crew->changed, &crew->lock);
		pthread_mutex_unlock(&crew->lock);
		conclude(run, entry, slot);
		progress_step(progress, entry->length);
		pthread_mutex_lock(&crew->lock);
		slot->ready = false;
		crew->done++;
		pthread_cond_broadcast(&crew->changed);
		pthread_mutex_unlock(&crew->lock);
	}
	pthread_mutex_lock(&crew->lock);
	crew->over = true;
	pthread_cond_broadcast(&crew->changed);
	pthread_mutex_unlock(&crew->lock);
}

static unsigned int thread_count(const struct replay_run *run)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int wanted = run->threads ? run->threads : cores > 0 ? (unsigned int)cores : 1;

	return wanted < THREADS_MAX ? wanted : THREADS_MAX;
}

static bool make_slots(struct crew *crew, unsigned int threads)
{
	crew->slots = calloc((size_t)threads * SLOTS_PER_THREAD, sizeof *crew->slots);
	if (!crew->slots)
		return false;
	crew->slot_count = (size_t)threads * SLOTS_PER_THREAD;
	for (size_t i = 0; i < crew->slot_count; i++) {
		crew->slots[i].raw = buf_make(NULL);
		crew->slots[i].arena = arena_create(ARENA_CHUNK);
		if (!crew->slots[i].arena)
			return false;
	}
	return true;
}

static void free_slots(struct crew *crew)
{
	for (size_t i = 0; i < crew->slot_count; i++) {
		buf_free(&crew->slots[i].raw);
		arena_destroy(crew->slots[i].arena);
	}
	free(crew->slots);
}

enum status replay_run(const struct replay_run *run, size_t *ret_done)
{
	struct crew crew = {.run = run};
	unsigned int wanted = thread_count(run), started = 0;
	pthread_t threads[THREADS_MAX];
	struct progress progress;

	*ret_done = 0;
	pthread_mutex_init(&crew.lock, NULL);
	pthread_cond_init(&crew.changed, NULL);
	if (make_slots(&crew, wanted)) {
		progress = progress_start(run->mail->bytes);
		while (started < wanted && pthread_create(&threads[started], NULL, work, &crew) == 0)
			started++;
		if (started)
			conclude_all(&crew, &progress);
		for (unsigned int i = 0; i < started; i++)
			pthread_join(threads[i], NULL);
		progress_end(&progress);
	}
	*ret_done = crew.done;
	free_slots(&crew);
	pthread_cond_destroy(&crew.changed);
	pthread_mutex_destroy(&crew.lock);
	return started ? STATUS_OK : STATUS_NO_MEMORY;
}
