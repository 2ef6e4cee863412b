/*
 * mailbox - reads messages from where people keep them: files, mboxes, Maildirs, directories, standard input.
 */
#ifndef COLDSHOULDER_CLI_MAILBOX_H
#define COLDSHOULDER_CLI_MAILBOX_H

#include "base/error.h"
#include "base/str.h"

struct mailbox_reader {
	/* One message; `raw` is valid during the call. */
	void (*message)(void *context, const char *name, struct str raw);
	/* Something could not be read; the rest goes on. */
	void (*failed)(void *context, const char *name, const char *why);
	void *context;
};

/*
 * Reads every message under `path` ("-": standard input) in order of name. A file with mbox "From " lines gives one
 * message each, named "PATH#2" from the second on; a Maildir gives those in new/ and cur/; another directory all files
 * under it. Symbolic links to directories are not followed, dot files are left out.
 */
void mailbox_read(const char *path, const struct mailbox_reader *reader);

#endif
