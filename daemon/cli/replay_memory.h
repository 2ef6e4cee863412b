/*
 * replay_memory - a memory of the replay's own: it learns on the way, and nothing of it remains.
 *
 * It is the daemon's SQLite store in a private temporary directory, written at once and in order, and with a key that
 * is always the same, so that the same mail gives the same result. The site's own memory is neither asked nor told.
 */
#ifndef COLDSHOULDER_CLI_REPLAY_MEMORY_H
#define COLDSHOULDER_CLI_REPLAY_MEMORY_H

#include "judge/config.h"
#include "memory/memory.h"

/* Makes a private directory under $TMPDIR (or /tmp); false with errno. `path` has room for `size` bytes. */
bool replay_directory_make(char *path, size_t size);

/* Removes it and what is in it. */
void replay_directory_remove(const char *path);

/*
 * Opens a memory in `directory` with the configuration's settings; the learning days are over. *ret_memory is NULL when
 * the configuration says that there shall be none. False: it was said on standard error why.
 */
bool replay_memory_open(const struct config *config, const char *directory, struct memory **ret_memory);

#endif
