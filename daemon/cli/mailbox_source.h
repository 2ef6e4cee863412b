/*
 * mailbox_source - the mail that a command was given, for commands that also work on the memory.
 *
 * Root may read everybody's mail but has no business in the daemon's directory, and the daemon's user has it the other
 * way round. So, as root, a process of its own reads, and hands over bytes through a pipe; whoever takes them gives
 * root's rights up (memory_setup.h) before it looks at them.
 */
#ifndef COLDSHOULDER_CLI_MAILBOX_SOURCE_H
#define COLDSHOULDER_CLI_MAILBOX_SOURCE_H

#include "cli/mailbox.h"

#include <sys/types.h>

struct mailbox_source {
	char **paths;
	int path_count;
	pid_t child; /* 0: none, we read ourselves */
	int pipe;
};

/*
 * Begins to read all `paths`, which must outlive the source. Call it before there are threads. False with errno when
 * there is no process to be had.
 */
bool mailbox_source_open(struct mailbox_source *source, char **paths, int path_count);

/* Reads everything as mailbox_read() does. False when it ended early: the reading process was killed. */
bool mailbox_source_read(struct mailbox_source *source, const struct mailbox_reader *reader);

/* Ends the reading, whether all was read or not. */
void mailbox_source_close(struct mailbox_source *source);

#endif
