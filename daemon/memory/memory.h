/*
 * memory - who knows whom, which template was seen how often, who offended: asked once for a message, told once after
 * its verdict.
 *
 * One struct memory serves the whole process; any thread may use it. Asking never waits longer than the deadline;
 * learning never waits at all: it goes into a bounded queue that one thread of ours writes to the store in batches, and
 * look-ups see what is queued. What does not fit into the queue is not learned, and counted. When the store cannot be
 * asked, the relation is unknown, which is not the same as a stranger.
 *
 * Only keyed hashes of addresses, names, Message-IDs and texts are kept (key.h).
 */
#ifndef COLDSHOULDER_MEMORY_MEMORY_H
#define COLDSHOULDER_MEMORY_MEMORY_H

#include "base/arena.h"
#include "base/error.h"
#include "mail/address.h"
#include "mail/auth_results.h"
#include "memory/notice.h"
#include "memory/relation.h"
#include "memory/store.h"

enum memory_backend { MEMORY_NONE, MEMORY_SQLITE, MEMORY_REDIS };

struct memory_settings {
	enum memory_backend backend;
	const char *state_directory; /* SQLite: memory.db is here; must exist */
	const char *key_file;        /* NULL: "key" in the state directory; for Redis it must be given and exist */
	const char *freemail_list;   /* path; NULL: no list, and no domain counts as known */
	const struct str *freemail_domains; /* more of them */
	size_t freemail_domain_count;
	const char *alias_file;           /* NULL: none */
	const char *recipient_delimiters; /* NULL: "+" */
	enum relation_scope scope;        /* whose writing counts: the widest */
	struct store_retention retention;
	uint32_t template_window_days;   /* sightings older than this do not count */
	unsigned int deadline_ms;        /* for one look-up */
	unsigned int batch_interval_ms;  /* how long learning may wait to be written */
	size_t queue_max;                /* changes that may wait */
	size_t templates_max;            /* SQLite: kept in memory for comparison; the oldest give way */
	bool quick_check;                /* SQLite: look for damage in the background after opening */
	bool patient;                    /* memory_learn() waits when the queue is full: for tools */
	bool immediate;                  /* memory_learn() writes itself, at once, and nothing expires: for replaying */
	bool create;                     /* SQLite: make key and file when they are not there */
	const char *redis_server;        /* "unix:/PATH" or "HOST:PORT" or "[IPV6]:PORT" */
	const char *redis_user;          /* ACL user; NULL: the default user */
	const char *redis_password_file; /* NULL: no password; must not be readable by others */
	const char *redis_prefix;        /* in front of every key; NULL: "{coldshoulder}" */
	unsigned int redis_database;
	unsigned int redis_connections; /* at most */
	notice_receiver *notice;        /* who hears of trouble; may be NULL */
	void *notice_context;
};

/* The defaults: SQLite, two years for relations; see coldshoulder.conf(5). */
extern const struct memory_settings memory_settings_default;

struct memory;

/*
 * Opens the memory. A store that cannot be used is no failure: it says so by a notice and tries again. STATUS_OK:
 * *ret_memory is closed by memory_close(). Otherwise errors with hints have been added: the key file, a list that
 * cannot be read, settings that make no sense; STATUS_NO_MEMORY.
 */
enum status memory_open(const struct memory_settings *settings, struct error_list *errors, struct memory **ret_memory);

/* Writes what is queued (for two seconds at most) and frees everything. No other call may be running. NULL is allowed.
 */
void memory_close(struct memory *memory);

/* Waits until all that was learned so far is written; false when that took longer than `ms` milliseconds. */
bool memory_flush(struct memory *memory, unsigned int ms);

/* What a look-up is told of a message. Slices need to live as long as the answer. */
struct memory_query {
	bool outbound;
	int64_t now; /* seconds since 1970; 0: the wall clock */
	/* Inbound: the mailbox of the header From, with its display name. */
	struct address sender;
	/* Outbound: the mailbox of ours that writes (From when it is local, else the envelope sender). */
	struct str local;
	struct str user; /* outbound: who is counted (the authenticated user); empty: `local` */
	/* Inbound: our mailboxes. Outbound: the remote mailboxes only. */
	const struct str *recipients;
	size_t recipient_count;
	/* The mailboxes of To and Cc that are not ours. */
	const struct address *others;
	size_t other_count;
	struct str message_id;  /* without <>; empty: none */
	struct str content;     /* stands in for a missing Message-ID: the text, or the whole message */
	struct str in_reply_to; /* raw field values; may be empty */
	struct str references;
	struct str person;     /* inbound: the display name of whoever LinkedIn writes for; else empty */
	enum auth_result auth; /* inbound, of the From domain */
	bool personal;         /* neither list, bulk nor automatic mail */
	struct str text;       /* the author's words, folded (VIEW_BODY) */
};

struct memory_keys;

struct memory_answer {
	bool asked; /* false: the store could not be asked; all below is as if nothing were known */
	/* Inbound: the closest of all recipients. Outbound: the farthest. */
	enum relation relation;
	const enum relation *recipient_relations; /* one a recipient, in their order */
	bool received_before;                     /* inbound: this sender wrote to one of these recipients before */
	bool answered;                            /* somebody here wrote back to this sender */
	bool followup;                            /* received before, and neither answered nor a reply to ours */
	bool reply_to_ours;                       /* answers a Message-ID that we sent */
	bool cc_known;                            /* somebody in To or Cc is known to one of these recipients */
	bool person_known;                        /* `person` is somebody the recipient corresponds with */
	bool freemail;                            /* the sender's domain gives mailboxes to anybody */
	bool duplicate;                           /* this message was counted before, for every recipient */
	unsigned int contacted; /* different mailboxes here that the sender wrote to, these included */
	unsigned int answers;   /* how many of them ever wrote back */
	unsigned int offences;  /* of the sender, this message not included */
	/* The template this text was made from; 0 when it is no template's, or not a stranger's. This message is
	 * counted. */
	uint64_t template_id; /* 0 also when the text is the first of its kind */
	bool template_fits;   /* the text was compared at all */
	bool template_learned;
	unsigned int template_seen; /* different recipients within the window */
	unsigned int template_senders;
	unsigned int template_domains;
	/* Outbound. */
	unsigned int first_contacts; /* recipients to whom nobody here wrote, and who did not write to this mailbox */
	unsigned int first_contacts_today; /* of the user, these included */
	bool bootstrapped;                 /* "learn sent" was done */
	unsigned int outbound_days;        /* days on which outbound mail was seen */
	const struct memory_keys *keys;    /* for memory_learn() */
};

/*
 * Tells what is known about a message. Everything in *ret_answer is in `arena`. Always fills *ret_answer; a store that
 * cannot be asked gives STATUS_OK, `asked` false and relations unknown. STATUS_NO_MEMORY: `asked` is false, `keys`
 * NULL.
 */
enum status memory_look_up(struct memory *memory, const struct memory_query *query, struct arena *arena,
			   struct memory_answer *ret_answer);

struct memory_event {
	const struct memory_query *query;
	const struct memory_answer *answer; /* what memory_look_up() gave for it */
	bool blocked;                       /* our policy did not let it through */
	bool offence;                       /* inbound: to be held against the sender */
};

/*
 * Learns from a message after its verdict: outbound mail makes relationships (unless blocked, or not personal), inbound
 * mail of people is remembered as received, a stranger's as counted, seen, and an offence. Never waits (unless
 * `patient`). False when the queue was full or out of memory, and nothing of it was learned.
 */
bool memory_learn(struct memory *memory, const struct memory_event *event);

/* One sent message of the past: what memory_learn() would learn, but no first contacts. `query` as for outbound mail.
 */
enum status memory_learn_sent(struct memory *memory, const struct memory_query *query, struct arena *arena,
			      bool *ret_known);

/* The sketch of a message's text as a look-up makes it; false when the text is too short or too long, or no memory is
 * left. */
bool memory_template_sketch(const struct memory *memory, const struct memory_query *query, struct arena *arena,
			    struct sketch *ret_sketch);

/* The past has been learned: no more learning days. */
bool memory_set_bootstrapped(struct memory *memory);

struct memory_counters {
	unsigned long look_ups;
	unsigned long unavailable; /* look-ups that got no answer */
	unsigned long learned;     /* changes written */
	unsigned long dropped;     /* changes lost because the queue was full or the store refused them */
	unsigned long queued;      /* changes waiting now */
};

struct memory_counters memory_counters(struct memory *memory);

/* The store, for the tool's commands; and the keys that it knows people by. */
struct store *memory_store(struct memory *memory);
const struct key *memory_key(const struct memory *memory);

/* The key of a mailbox after normalisation; 0 when `mailbox` is none or out of memory. *ret_normal may be NULL. */
uint64_t memory_mailbox_key(const struct memory *memory, struct str mailbox, struct arena *arena,
			    struct str *ret_normal);

/* The key by which a user's first contacts are counted: a login or a mailbox. */
uint64_t memory_user_key(const struct memory *memory, struct str user, struct arena *arena);

/* The key of a domain (lower case); 0 for free-mail domains unless `any`. */
uint64_t memory_domain_key(const struct memory *memory, struct str domain, bool any);

#endif
