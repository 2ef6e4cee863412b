/*
 * redis_store - the parts of the Redis store that its files share. Private to them.
 */
#ifndef COLDSHOULDER_MEMORY_REDIS_STORE_H
#define COLDSHOULDER_MEMORY_REDIS_STORE_H

#include "memory/redis_pool.h"
#include "memory/store.h"

enum { REDIS_TOOL_MS = 10000, REDIS_WRITER_MS = 2000 };

struct redis_store {
	struct store store; /* first */
	struct redis_pool pool;
	struct arena *arena; /* of the settings' strings */
	const char *prefix;
	const char *pattern; /* the prefix as SCAN's MATCH needs it */
	uint64_t instance;   /* tells this process's batches from others' */
	unsigned int deadline_ms;
};

/* The deadline that lies so many milliseconds ahead. */
int64_t redis_deadline(unsigned int ms);

/* A sketch and its number of words, as the script keeps it. */
enum { REDIS_SKETCH_BYTES = SKETCH_VALUES + 1 };
void redis_sketch(struct redis_connection *connection, const struct sketch *sketch);

/* The words EPOCH LEAST TTL of templates at `now`. */
int64_t redis_epoch(const struct redis_store *store, int64_t now);
int64_t redis_template_ttl(const struct redis_store *store);

/* Seconds for which something of `day` is kept that lives so many days; 0: it is too old already. */
int64_t redis_ttl(uint32_t day, uint32_t days, int64_t now);

/* The words MEMBER DOMAIN AT of a sighting. */
void redis_sighting(struct redis_connection *connection, const struct sighting *sighting);

/* What an answer of the server means: STATUS_OK when it is no error. */
enum status redis_reply_status(const redisReply *reply);

/* The number in a reply, whether it came as one or as text; 0 when there is none. */
int64_t redis_reply_number(const redisReply *reply);

/* The operations, by file. */
enum status redis_look_up(struct store *store, const struct store_query *query, struct store_answer *answer);
enum status redis_apply(struct store *store, const struct change *changes, size_t count, uint64_t sequence);
enum status redis_learn_template(struct store *store, const struct sketch *sketch, bool learned, uint64_t *ret_id);
enum status redis_mark_template(struct store *store, uint64_t id, bool learned);
enum status redis_forget(struct store *store, uint64_t mailbox, uint64_t *ret_count);
enum status redis_dump(struct store *store, store_record_receiver *receive, void *context);
enum status redis_restore(struct store *store, const struct store_record *records, size_t count);
enum status redis_statistics(struct store *store, struct store_statistics *ret_statistics);
enum status redis_verify(struct store *store, struct error_list *errors);

#endif
