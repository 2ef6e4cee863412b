/*
 * store - where the memory is kept: SQLite, Redis, or nowhere. Stores know keyed hashes only, no text.
 *
 * A store is asked by any thread and written by one (the writer's), but for the tool's commands, which take turns with
 * it. Both real backends pass one conformance suite (tests/memory/). Days are counted since 1970-01-01 UTC and begin at
 * 1; 0 is "never". A key of 0 is "none".
 */
#ifndef COLDSHOULDER_MEMORY_STORE_H
#define COLDSHOULDER_MEMORY_STORE_H

#include "base/error.h"
#include "memory/change.h"
#include "memory/notice.h"
#include "memory/relation.h"
#include "memory/sighting.h"
#include "memory/template.h"

enum { SECONDS_PER_DAY = 86400 };

/* How long each kind is kept, in days; what is older counts as never seen, whether it is still stored or not. */
struct store_retention {
	uint32_t relation_days; /* since we last wrote; people we wrote to likewise */
	uint32_t received_days; /* since they last wrote, give or take an eighth */
	uint32_t message_days;  /* Message-IDs that we sent */
	uint32_t template_days; /* since a template was last seen; learned ones stay */
	uint32_t offence_days;  /* one offence is forgiven after each such span */
	uint32_t counted_days;  /* how long a message is known to have been counted */
};

/* What is known of a remote mailbox (or domain) and a local mailbox (or the whole site). */
struct store_contact {
	uint32_t wrote;      /* the last day our side wrote */
	uint32_t received;   /* the last day their side wrote; up to an eighth of the retention earlier than true */
	uint32_t recipients; /* site: different local mailboxes they wrote to */
	uint32_t answers;    /* site: how many of those wrote back */
};

struct store_pair {
	uint64_t remote;
	uint64_t domain; /* of the remote mailbox; 0: free-mail or none */
	uint64_t local;
};

struct store_relation {
	struct store_contact pair;
	struct store_contact site;   /* this remote mailbox and anybody here */
	struct store_contact domain; /* its domain and anybody here */
};

/* A sketch that is made when a store first needs it. */
struct store_sketch {
	const struct key *key;
	const struct template_text *text;
	struct sketch sketch;
	bool tried;
	bool fits;
};

/* The sketch, or NULL when the text is no template's. Not thread-safe. */
const struct sketch *store_sketch_get(struct store_sketch *sketch);

struct store_query {
	bool outbound;
	enum relation_scope scope;      /* the widest that counts */
	int64_t now;                    /* seconds since 1970 */
	const struct store_pair *pairs; /* one a recipient */
	size_t pair_count;
	const uint64_t *counted;    /* was this message counted for that pair? one a pair, or NULL */
	uint64_t offence_message;   /* was this message counted as an offence? */
	const uint64_t *companions; /* remote mailboxes in To and Cc */
	size_t companion_count;
	const uint64_t *references; /* Message-IDs that it answers */
	size_t reference_count;
	uint64_t person;             /* a display name: does one of the local mailboxes know it? */
	uint64_t offender;           /* whose offences */
	uint64_t user;               /* whose first contacts of today */
	struct store_sketch *sketch; /* NULL: do not look for a template */
};

enum { COUNTED_YES = 1 << 0, COUNTED_RECEIVED_BEFORE = 1 << 1 };

struct store_answer {
	struct store_relation *relations; /* one a pair; made by the caller, filled in by the store */
	uint8_t *counted;                 /* likewise; COUNTED_* bits */
	bool companion_known;
	bool reference_ours;
	bool person_known;
	bool offence_counted;
	uint32_t offences; /* as of now, decay included */
	uint32_t first_contacts;
	uint64_t template_id; /* 0: none like it */
	bool template_learned;
	struct sightings sightings;
	bool bootstrapped;
	uint32_t outbound_days; /* days on which outbound mail was learned */
	uint64_t applied;       /* the last batch of this process that the answer knows of */
};

/* The entries of an export; also how a store is filled by an import. */
enum store_record_kind { RECORD_CONTACT, RECORD_SENT, RECORD_PERSON, RECORD_OFFENCE, RECORD_TEMPLATE, RECORD_LEARNING };

struct store_record {
	enum store_record_kind kind;
	uint64_t a; /* contact: remote; sent: message; person: name; offence: whose */
	uint64_t b; /* contact: local (0: site); person: local */
	struct store_contact contact;
	uint32_t day;   /* sent, person; learning: days of outbound mail */
	uint32_t count; /* offence */
	int64_t at;     /* offence */
	bool flag;      /* template: learned; learning: bootstrapped */
	struct sketch sketch;
	struct sightings sightings;
};

typedef enum status store_record_receiver(void *context, const struct store_record *record);

struct store_statistics {
	uint64_t pairs; /* relationships: local and remote mailbox */
	uint64_t known; /* of them, those that our side wrote to */
	uint64_t sites; /* remote mailboxes and domains */
	uint64_t sent;
	uint64_t persons;
	uint64_t offences;
	uint64_t templates;
	uint64_t learned;
	uint64_t bytes; /* on disk, or of the server's memory */
	bool bootstrapped;
	uint32_t outbound_days;
};

struct store;

struct store_operations {
	const char *name;

	/*
	 * Answers `query`. Any thread. STATUS_UNAVAILABLE, STATUS_BUSY, STATUS_IO, STATUS_NO_MEMORY: the answer is
	 * void. What a stranger's mail alone needs (counted, companions, template) may be left out when the closest
	 * relation is closer.
	 */
	enum status (*look_up)(struct store *store, const struct store_query *query, struct store_answer *answer);

	/*
	 * Applies a batch as a whole and remembers its number. The same batch may come again after a failure.
	 * STATUS_INTERNAL: it can never be applied; any other failure: try again later.
	 */
	enum status (*apply)(struct store *store, const struct change *changes, size_t count, uint64_t sequence);

	/* A small step of house-keeping: expiry, reopening. Called about once a second by the writer's thread. */
	void (*tend)(struct store *store, int64_t now);

	/* Marks the template of `sketch` as unwanted (or makes one), or takes that back; *ret_id is 0 when there is
	 * none. */
	enum status (*learn_template)(struct store *store, const struct sketch *sketch, bool learned, uint64_t *ret_id);
	/* The same by the template's id. STATUS_NOT_FOUND. */
	enum status (*mark_template)(struct store *store, uint64_t id, bool learned);

	/* Erases what is kept of a mailbox (remote, local and as a sender), or of a domain; *ret_count entries. */
	enum status (*forget)(struct store *store, uint64_t mailbox, uint64_t *ret_count);

	/* Hands every entry to `receive`, which ends it by returning anything but STATUS_OK. */
	enum status (*dump)(struct store *store, store_record_receiver *receive, void *context);
	/* Takes entries of a dump in; what is there already wins where it is newer. */
	enum status (*restore)(struct store *store, const struct store_record *records, size_t count);

	enum status (*statistics)(struct store *store, struct store_statistics *ret_statistics);
	/* Looks through everything for damage; what is wrong is added to `errors`. STATUS_OK: nothing is. */
	enum status (*verify)(struct store *store, struct error_list *errors);

	void (*close)(struct store *store);
};

/* Each backend's own struct begins with this. */
struct store {
	const struct store_operations *operations;
	struct store_retention retention;
	struct notices *notices;
};

struct memory_settings;
struct key;

/*
 * Opens a backend. Trouble with the file or server is no failure: the store is then unavailable, says so by a notice,
 * and tries again by itself. STATUS_NO_MEMORY; STATUS_BAD_INPUT: the settings are wrong, and an error has been added.
 */
enum status store_none_open(struct store **ret_store);
enum status store_sqlite_open(const struct memory_settings *settings, const struct key *key, struct notices *notices,
			      struct error_list *errors, struct store **ret_store);
enum status store_redis_open(const struct memory_settings *settings, const struct key *key, struct notices *notices,
			     struct error_list *errors, struct store **ret_store);

/* The day (since 1970-01-01 UTC) of a time in seconds. */
uint32_t store_day(int64_t seconds);

/* `contact` without what is older than its retention. */
struct store_contact store_contact_fresh(struct store_contact contact, const struct store_retention *retention,
					 uint32_t today);

/* Offences as of `now`, when `count` were counted at `at`. */
uint32_t store_offences_now(uint32_t count, int64_t at, const struct store_retention *retention, int64_t now);

/* What a store knows makes this relation. */
enum relation store_relation_of(const struct store_relation *relation, enum relation_scope scope, bool outbound);

/*
 * True when our side writes to a stranger for the first time: he did not write to this mailbox, so that an answer is
 * free, and nobody here wrote to him (with the scope of a mailbox: this mailbox did not), so that a colleague's
 * customer is free. To have written to others of his domain does not count: whoever writes to a whole firm writes to
 * many.
 */
bool store_is_first_contact(const struct store_relation *relation, enum relation_scope scope);

/* The closest relation of all pairs; for outbound mail the farthest. RELATION_STRANGER when there is no pair. */
enum relation store_overall_relation(const struct store_query *query, const struct store_relation *relations);

#endif
