/*
 * config - coldshoulder.conf as structs. Every key is described in one table, which the parser, the error messages and
 * the test against coldshoulder.conf.5 share.
 */
#ifndef COLDSHOULDER_JUDGE_CONFIG_H
#define COLDSHOULDER_JUDGE_CONFIG_H

#include "base/error.h"
#include "base/paths.h"
#include "mail/auth_results.h"
#include "mail/limits.h"
#include "memory/memory.h"
#include "policy/direction.h"
#include "policy/failure.h"
#include "policy/policy_set.h"

#include <sys/types.h>

/* Where the shipped list of free-mail domains is installed. */
#define CONFIG_FREEMAIL_LIST PATHS_FREEMAIL_LIST

enum add_header { ADD_HEADER_ALL, ADD_HEADER_TAGGED, ADD_HEADER_NONE };

enum decision_log_keep { KEEP_CLEAR, KEEP_HASHED, KEEP_NONE };

/* The decision log. */
struct decision_log_settings {
	const char *path; /* or "off"; NULL: in the state directory. See config_decision_log() */
	enum decision_log_keep addresses;
	enum decision_log_keep subject;
	bool evidence;      /* the words that rules found */
	size_t queue_bytes; /* records that wait for the disk */
};

/* Everything a generation is made from. Immutable once loaded; strings live as long as the config. */
struct config {
	struct arena *arena;
	const char *path;
	const char *socket; /* "unix:PATH", "inet:PORT@HOST", "inet6:PORT@[HOST]" */
	const char *socket_group;
	mode_t socket_mode;
	const char *state_directory;
	const char *control_socket; /* a path, or "off"; NULL: in the state directory. See config_control_socket() */
	const char *rules_directory;
	const char *local_rules_directory;
	const char *metrics; /* where they are served, written as `socket` is; "off" */
	struct direction_settings direction;
	struct auth_settings auth;
	const struct str *our_hosts; /* `by` names of our own Received, for stored mail */
	size_t our_host_count;
	const struct str *languages;
	size_t language_count;
	const struct setting_place *languages_at; /* NULL: not set */
	enum add_header add_header;
	bool strip_spam_headers;
	size_t max_recipients;
	struct decision_log_settings decisions;
	struct memory_settings memory;
	unsigned int learning_days;
	struct mail_limits limits;
	struct policy_set policies;
	struct failure_settings failure;
};

/* One key, as the manual page documents it. */
struct config_key {
	const char *name;     /* "limits.max_headers" */
	const char *kind;     /* in words: "string", "size", "list of strings" */
	const char *fallback; /* the default as it would be written */
};

/* The key at `index`, or NULL behind the last one. Those of a policy are called "policies.tag_at". */
const struct config_key *config_key_at(size_t index);

/*
 * Reads `path`. Every error is added to `errors` with file, line and hint (libconfig stops at the first syntax error).
 * STATUS_OK: *ret_config is to be freed by config_free(); warnings may have been added. STATUS_NOT_FOUND,
 * STATUS_PERMISSION, STATUS_BAD_INPUT, STATUS_NO_MEMORY: there is none.
 */
enum status config_load(const char *path, struct error_list *errors, struct config **ret_config);

/* The built-in defaults, as if read from an empty file. NULL when out of memory. */
struct config *config_create_default(void);

/* Long enough for every path that a unix socket can have, and for telling that one is too long. */
enum { CONFIG_SOCKET_PATH_MAX = 512 };

/* Where the tool finds the running daemon, written to `path`. False: there is to be no control socket. */
bool config_control_socket(const struct config *config, char path[CONFIG_SOCKET_PATH_MAX]);

/* The decision log's path, written to `path` of `size` bytes. False: there is to be none. */
bool config_decision_log(const struct config *config, char *path, size_t size);

/* NULL is allowed. (libconfig owns the name config_destroy.) */
void config_free(struct config *config);

#endif
