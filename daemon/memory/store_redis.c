/*
 * The Redis store: settings, opening, closing, and what its files share. What it does is in the redis_*.c beside this
 * file.
 */
#include "memory/redis_store.h"

#include "base/clock.h"
#include "memory/key.h"
#include "memory/memory.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PASSWORD_MAX = 512, PREFIX_MAX = 100, TTL_LEAST = 60 };

int64_t redis_deadline(unsigned int ms)
{
	return clock_monotonic_ns() + (int64_t)ms * 1000000;
}

void redis_sketch(struct redis_connection *connection, const struct sketch *sketch)
{
	char bytes[REDIS_SKETCH_BYTES];

	memcpy(bytes, sketch->value, SKETCH_VALUES);
	bytes[SKETCH_VALUES] = (char)sketch->words;
	redis_word(connection, (struct str){bytes, sizeof bytes});
}

int64_t redis_template_ttl(const struct redis_store *store)
{
	return (int64_t)store->store.retention.template_days * SECONDS_PER_DAY;
}

int64_t redis_epoch(const struct redis_store *store, int64_t now)
{
	return now / redis_template_ttl(store);
}

int64_t redis_ttl(uint32_t day, uint32_t days, int64_t now)
{
	int64_t left = (int64_t)day + days - store_day(now);

	if (left < 0)
		return 0;
	return left ? left * SECONDS_PER_DAY : TTL_LEAST * 60;
}

void redis_sighting(struct redis_connection *connection, const struct sighting *sighting)
{
	char member[20], domain[12];

	snprintf(member, sizeof member, "%08x%08x", sighting->recipient, sighting->sender);
	snprintf(domain, sizeof domain, "%08x", sighting->domain);
	redis_word(connection, str_of(member));
	redis_word(connection, str_of(domain));
	redis_number(connection, sighting->at);
}

/* Words that a server begins its errors with when it will be better later. */
static bool is_passing(const char *error)
{
	static const char *const words[] = {"NOSCRIPT", "OOM",    "LOADING",    "READONLY", "MISCONF",
					    "BUSY",     "NOAUTH", "MASTERDOWN", "NOPERM",   "CLUSTERDOWN"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(error, words[i]))
			return true;
	return false;
}

enum status redis_reply_status(const redisReply *reply)
{
	if (reply->type != REDIS_REPLY_ERROR)
		return STATUS_OK;
	return is_passing(reply->str) ? STATUS_UNAVAILABLE : STATUS_INTERNAL;
}

int64_t redis_reply_number(const redisReply *reply)
{
	if (reply->type == REDIS_REPLY_INTEGER)
		return reply->integer;
	return reply->type == REDIS_REPLY_STRING ? strtoll(reply->str, NULL, 10) : 0;
}

static void tend(struct store *base, int64_t now)
{
	struct redis_store *store = (struct redis_store *)base;

	(void)now;
	redis_pool_probe(&store->pool, redis_deadline(REDIS_WRITER_MS));
}

static void close_store(struct store *base)
{
	struct redis_store *store = (struct redis_store *)base;

	redis_pool_destroy(&store->pool);
	arena_destroy(store->arena);
	free(store);
}

static const struct store_operations operations = {
    .name = "Redis",
    .look_up = redis_look_up,
    .apply = redis_apply,
    .tend = tend,
    .learn_template = redis_learn_template,
    .mark_template = redis_mark_template,
    .forget = redis_forget,
    .dump = redis_dump,
    .restore = redis_restore,
    .statistics = redis_statistics,
    .verify = redis_verify,
    .close = close_store,
};

static enum status wrong(struct error_list *errors, const char *where, const char *hint, const char *what)
{
	error_add(errors, SEVERITY_ERROR, where, hint, "%s", what);
	return STATUS_BAD_INPUT;
}

/* "unix:/PATH", "/PATH", "HOST", "HOST:PORT", "[IPV6]:PORT". */
static enum status parse_server(struct redis_store *store, const char *server, struct error_list *errors,
				struct redis_address *address)
{
	struct str text = str_of(server), host, port = STR("6379");
	size_t colon;

	if (str_starts(text, STR("unix:")))
		text = str_sub(text, 5, text.n);
	if (str_starts(text, STR("/"))) {
		address->path = arena_strndup(store->arena, text.p, text.n);
		return address->path ? STATUS_OK : STATUS_NO_MEMORY;
	}
	colon = str_starts(text, STR("[")) ? str_find(text, 0, STR("]:")) : str_find_byte(text, 0, ':');
	host = str_sub(text, 0, colon);
	if (str_starts(text, STR("["))) {
		size_t close = str_find_byte(text, 0, ']');

		host = close == STR_NONE ? STR("") : str_sub(text, 1, close - 1);
		colon = colon == STR_NONE ? STR_NONE : colon + 1;
	}
	if (colon != STR_NONE)
		port = str_sub(text, colon + 1, text.n);
	if (!host.n || !port.n)
		return wrong(errors, "redis_server",
			     "\"unix:/run/redis/redis.sock\", \"HOST:PORT\" or \"[ADDRESS]:PORT\"",
			     "this is no address of a server");
	address->host = arena_strndup(store->arena, host.p, host.n);
	address->port = arena_strndup(store->arena, port.p, port.n);
	return address->host && address->port ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status read_password(struct redis_store *store, const char *path, struct error_list *errors,
				 const char **ret_password)
{
	char text[PASSWORD_MAX];
	FILE *stream = fopen(path, "re");
	struct str password;
	struct stat info;
	size_t n;

	if (!stream)
		return wrong(errors, path, "redis_password_file must be readable by the daemon's user",
			     strerror(errno));
	n = fread(text, 1, sizeof text, stream);
	if (fstat(fileno(stream), &info) != 0)
		info.st_mode = 0;
	fclose(stream);
	if (info.st_mode & 007)
		return wrong(errors, path, "chmod 600", "the password must not be open to others");
	password = str_trim((struct str){text, n});
	*ret_password = arena_strndup(store->arena, password.p, password.n);
	sodium_memzero(text, sizeof text);
	return *ret_password ? STATUS_OK : STATUS_NO_MEMORY;
}

/* The prefix, and what SCAN takes for it: its pattern characters escaped. */
static enum status copy_prefix(struct redis_store *store, const char *prefix, struct error_list *errors)
{
	struct buf pattern = buf_make(store->arena);

	if (!*prefix || strlen(prefix) > PREFIX_MAX)
		return wrong(errors, "redis_prefix", "{coldshoulder}", "the prefix is empty or too long");
	for (const char *p = prefix; *p; p++) {
		if (strchr("*?[]^\\", *p))
			buf_add_byte(&pattern, '\\');
		buf_add_byte(&pattern, *p);
	}
	store->prefix = arena_strdup(store->arena, prefix);
	store->pattern = buf_str(&pattern).p;
	return store->prefix && !buf_failed(&pattern) ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status read_settings(struct redis_store *store, const struct memory_settings *settings,
				 struct error_list *errors, struct redis_address *address)
{
	enum status status = parse_server(store, settings->redis_server, errors, address);

	if (status == STATUS_OK)
		status = copy_prefix(store, settings->redis_prefix ? settings->redis_prefix : "{coldshoulder}", errors);
	if (status == STATUS_OK && settings->redis_password_file)
		status = read_password(store, settings->redis_password_file, errors, &address->password);
	if (status == STATUS_OK && settings->redis_user) {
		address->user = arena_strdup(store->arena, settings->redis_user);
		if (!address->user)
			status = STATUS_NO_MEMORY;
	}
	address->prefix = store->prefix;
	address->database = settings->redis_database;
	return status;
}

enum status store_redis_open(const struct memory_settings *settings, const struct key *key, struct notices *notices,
			     struct error_list *errors, struct store **ret_store)
{
	struct redis_store *store = calloc(1, sizeof *store);
	struct redis_address address = {.fingerprint = key->fingerprint};
	enum status status = STATUS_NO_MEMORY;

	if (!store)
		return STATUS_NO_MEMORY;
	store->store = (struct store){.operations = &operations, .retention = settings->retention, .notices = notices};
	store->arena = arena_create(1024);
	if (store->arena)
		status = read_settings(store, settings, errors, &address);
	if (status != STATUS_OK) {
		arena_destroy(store->arena);
		free(store);
		return status;
	}
	randombytes_buf(&store->instance, sizeof store->instance);
	store->deadline_ms = settings->deadline_ms;
	redis_pool_init(&store->pool, &address, settings->redis_connections);
	*ret_store = &store->store;
	return STATUS_OK;
}
