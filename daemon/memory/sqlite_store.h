/*
 * sqlite_store - the parts of the SQLite store that its files share. Private to them.
 *
 * Locks, in the order in which they are taken: `write_lock` (the writing connection and everything about the file's
 * life), then those of readers and index.
 */
#ifndef COLDSHOULDER_MEMORY_SQLITE_STORE_H
#define COLDSHOULDER_MEMORY_SQLITE_STORE_H

#include "memory/sqlite_readers.h"
#include "memory/store.h"
#include "memory/template_index.h"

#include <stdatomic.h>
#include <sys/types.h>

enum { SWEEPS = 7 };

struct sqlite_sweep {
	int64_t a, b; /* the key where the last step ended */
};

struct sqlite_store {
	struct store store; /* first */
	char *path;
	uint64_t fingerprint;
	uint64_t instance; /* tells this process's batches from others' */
	size_t templates_max;
	unsigned int deadline_ms;
	bool create;
	bool quick_check;

	pthread_mutex_t write_lock;
	struct database writer;
	dev_t device; /* of the file that is open */
	ino_t inode;
	int64_t next_try;       /* clock_monotonic_ns(): when opening is tried again */
	unsigned int try_pause; /* seconds */
	int64_t next_sweep;
	unsigned int sweep;
	struct sqlite_sweep sweeps[SWEEPS];
	atomic_bool index_loaded; /* look-ups read it */

	struct readers readers;
	struct template_index *index;
	atomic_uint_least64_t index_last_id; /* the newest template in the index */

	atomic_bool damaged; /* somebody met damage: the file is to be set aside */
	atomic_bool closing;
	atomic_bool bootstrapped;
	atomic_uint outbound_days;
	uint32_t outbound_day; /* under write_lock */

	pthread_t checker;
	bool checking; /* the thread was started and not joined */
};

/* Blobs of the template table. */
enum { SKETCH_BLOB_BYTES = SKETCH_VALUES + 1, SIGHTING_BLOB_BYTES = 16 };

void sqlite_bind_sketch(struct database *database, sqlite3_stmt *statement, int column, const struct sketch *sketch);
bool sqlite_column_sketch(sqlite3_stmt *statement, int column, struct sketch *ret_sketch);
void sqlite_bind_sightings(struct database *database, sqlite3_stmt *statement, int column,
			   const struct sightings *sightings);
void sqlite_column_sightings(sqlite3_stmt *statement, int column, struct sightings *ret_sightings);

/* Opens the file if it is not open and it is time to try; true when it is open. Under write_lock. */
bool sqlite_store_ready(struct sqlite_store *store);

/* After an error of the writing connection: rolls back, notes damage, and gives the status. Under write_lock. */
enum status sqlite_store_failed(struct sqlite_store *store);

/* Reads what every answer tells of learning. Under write_lock. */
void sqlite_store_read_learning(struct sqlite_store *store);

/* Empties the index; it is filled from the file again when it is next needed. Under write_lock. */
void sqlite_index_reset(struct sqlite_store *store);

/* Puts templates that are newer than those in the index there. With any connection; false after an error. */
bool sqlite_index_update(struct sqlite_store *store, struct database *database);

/* The operations, by file. */
enum status sqlite_look_up(struct store *store, const struct store_query *query, struct store_answer *answer);
enum status sqlite_apply(struct store *store, const struct change *changes, size_t count, uint64_t sequence);
enum status sqlite_learn_template(struct store *store, const struct sketch *sketch, bool learned, uint64_t *ret_id);
enum status sqlite_mark_template(struct store *store, uint64_t id, bool learned);
enum status sqlite_forget(struct store *store, uint64_t mailbox, uint64_t *ret_count);
enum status sqlite_dump(struct store *store, store_record_receiver *receive, void *context);
enum status sqlite_restore(struct store *store, const struct store_record *records, size_t count);
enum status sqlite_statistics(struct store *store, struct store_statistics *ret_statistics);
enum status sqlite_verify(struct store *store, struct error_list *errors);

/* One step of expiry. Under write_lock. */
void sqlite_sweep_step(struct sqlite_store *store, int64_t now);

/* Starts looking for damage in the background, or waits for the end of it. */
void sqlite_check_start(struct sqlite_store *store);
void sqlite_check_end(struct sqlite_store *store);

/* The template that `sketch` is made from, of the writing connection's view; false when there is none or after an
 * error. */
bool sqlite_template_find(struct sqlite_store *store, struct database *database, const struct sketch *sketch,
			  uint64_t *ret_id, bool *ret_learned, struct sightings *ret_sightings);

/* Adds a template; its id, or 0 after an error. Under write_lock, in a transaction. */
uint64_t sqlite_template_add(struct sqlite_store *store, const struct sketch *sketch, bool learned,
			     const struct sightings *sightings, int64_t seen);

#endif
