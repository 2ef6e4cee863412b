/*
 * The store that keeps nothing: everybody is a stranger, and nothing is learned.
 */
#include "memory/store.h"

#include <stdlib.h>
#include <string.h>

static enum status look_up(struct store *store, const struct store_query *query, struct store_answer *answer)
{
	(void)store;
	if (query->pair_count) {
		memset(answer->relations, 0, query->pair_count * sizeof *answer->relations);
		memset(answer->counted, 0, query->pair_count * sizeof *answer->counted);
	}
	return STATUS_OK;
}

static enum status apply(struct store *store, const struct change *changes, size_t count, uint64_t sequence)
{
	(void)store, (void)changes, (void)count, (void)sequence;
	return STATUS_OK;
}

static void tend(struct store *store, int64_t now)
{
	(void)store, (void)now;
}

static enum status learn_template(struct store *store, const struct sketch *sketch, bool learned, uint64_t *ret_id)
{
	(void)store, (void)sketch, (void)learned;
	*ret_id = 0;
	return STATUS_UNAVAILABLE;
}

static enum status mark_template(struct store *store, uint64_t id, bool learned)
{
	(void)store, (void)id, (void)learned;
	return STATUS_UNAVAILABLE;
}

static enum status forget(struct store *store, uint64_t mailbox, uint64_t *ret_count)
{
	(void)store, (void)mailbox;
	*ret_count = 0;
	return STATUS_OK;
}

static enum status dump(struct store *store, store_record_receiver *receive, void *context)
{
	(void)store, (void)receive, (void)context;
	return STATUS_OK;
}

static enum status restore(struct store *store, const struct store_record *records, size_t count)
{
	(void)store, (void)records, (void)count;
	return STATUS_UNAVAILABLE;
}

static enum status statistics(struct store *store, struct store_statistics *ret_statistics)
{
	(void)store;
	*ret_statistics = (struct store_statistics){.pairs = 0};
	return STATUS_OK;
}

static enum status verify(struct store *store, struct error_list *errors)
{
	(void)store, (void)errors;
	return STATUS_OK;
}

static void close_store(struct store *store)
{
	free(store);
}

static const struct store_operations operations = {
    .name = "none",
    .look_up = look_up,
    .apply = apply,
    .tend = tend,
    .learn_template = learn_template,
    .mark_template = mark_template,
    .forget = forget,
    .dump = dump,
    .restore = restore,
    .statistics = statistics,
    .verify = verify,
    .close = close_store,
};

enum status store_none_open(struct store **ret_store)
{
	struct store *store = calloc(1, sizeof *store);

	if (!store)
		return STATUS_NO_MEMORY;
	store->operations = &operations;
	*ret_store = store;
	return STATUS_OK;
}
