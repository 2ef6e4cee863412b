/*
 * mailbox - reads messages from where people keep them: files, mboxes, Maildirs, directories, standard input.
 */
#ifndef COLDSHOULDER_CLI_MAILBOX_H
#define COLDSHOULDER_CLI_MAILBOX_H

#include "base/error.h"
#include "base/str.h"

#include <signal.h>
#include <stdint.h>

/* Where a message lies. */
struct mailbox_place {
	const char *path; /* valid during the call */
	uint64_t offset;  /* of its first byte in the file */
	uint64_t device;  /* with the inode: tells one file from another, whatever it is called */
	uint64_t inode;
	int64_t modified; /* seconds since 1970 */
};

struct mailbox_reader {
	/* One message; `raw` is valid during the call. */
	void (*message)(void *context, const char *name, struct str raw);
	/* Something could not be read; the rest goes on. */
	void (*failed)(void *context, const char *name, const char *why);
	void *context;
	struct mailbox_place *place; /* NULL, or filled in before each message */
	volatile sig_atomic_t *stop; /* NULL, or: nothing more is read once it is not 0 */
};

/*
 * Reads every message under `path` ("-": standard input) in order of name. A file with mbox "From " lines gives one
 * message each, named "PATH#2" from the second on; a Maildir gives those in new/ and cur/; another directory all files
 * under it. Symbolic links to directories are not followed, dot files are left out.
 * Of a large file no more than one message is held at a time.
 */
void mailbox_read(const char *path, const struct mailbox_reader *reader);

#endif
