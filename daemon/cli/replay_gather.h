/*
 * replay_gather - finds the messages of a replay, and puts them into the order in which they came.
 *
 * A received message came when the topmost Received says, a sent one left when its Date says; then its Date, the
 * mbox "From " line, and a Maildir's file name. A message of which none of these can be read comes first: so it is
 * judged without knowledge of anything, rather than with knowledge of its future.
 */
#ifndef COLDSHOULDER_CLI_REPLAY_GATHER_H
#define COLDSHOULDER_CLI_REPLAY_GATHER_H

#include "base/arena.h"
#include "base/list.h"
#include "base/str.h"

#include <signal.h>
#include <stdint.h>

/* One message, not yet read. */
struct replay_entry {
	const char *path; /* "-": standard input, which was put by */
	uint64_t offset;
	uint32_t length; /* as much as is judged, in bytes */
	uint32_t number; /* in its mbox; 0: the file has one message only */
	int64_t date;    /* seconds since 1970; 0: not known */
	uint64_t device, inode;
	uint32_t order; /* in which it was found */
	bool sent;
	bool cut; /* longer than `length` */
};

/* Input that could not be read: the first of them, and how many. */
struct replay_failures {
	unsigned long count;
	struct list names; /* of char *: "NAME: why"; at most REPLAY_FAILURES_NAMED */
};

enum { REPLAY_FAILURES_NAMED = 20 };

void replay_failed(struct replay_failures *failures, struct arena *arena, const char *name, const char *why);

struct replay_sources {
	const char *const *sent; /* what we sent */
	size_t sent_count;
	const char *const *paths; /* the rest */
	size_t path_count;
	size_t scan_bytes;      /* no more of a message is judged */
	int64_t since;          /* older received mail is left out; sent mail is not, for it says who is known */
	const char *stdin_path; /* where standard input may be put by */
	volatile sig_atomic_t *stop;
};

struct replay_mail {
	struct arena *arena; /* the caller's: paths and names are there */
	struct list entries; /* of struct replay_entry, in order of date */
	struct list own;     /* of struct replay_own: whoever sent mail, most often first */
	struct replay_failures failures;
	unsigned long undated;
	unsigned long repeated; /* found twice, read once */
	unsigned long too_old;
	uint64_t bytes;
	bool interrupted;
};

struct replay_own {
	struct str mailbox;
	unsigned long count;
};

/*
 * Finds everything. `arena` must outlive *ret_mail, which is freed by replay_mail_free(). False: out of memory.
 */
bool replay_gather(const struct replay_sources *sources, struct arena *arena, struct replay_mail *ret_mail);

void replay_mail_free(struct replay_mail *mail);

/* "PATH" or "PATH#3", as check names it; in `text` of `size` bytes. */
const char *replay_entry_name(const struct replay_entry *entry, char *text, size_t size);

/* Reads the message into `out` (emptied first); false with errno. `stdin_path` as in the sources. Any thread. */
struct buf;
bool replay_entry_read(const struct replay_entry *entry, const char *stdin_path, struct buf *out);

#endif
