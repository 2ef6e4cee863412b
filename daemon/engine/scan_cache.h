/*
 * scan_cache - what was compiled, on disk, found again by what it was compiled from.
 *
 * One file an entry, mode 0600, written aside and renamed, so that a reader sees a whole file or none. A file is
 * used only when it is ours (or root's), nobody else can write to it, and the hashes of its key and of its data stand
 * in it. Files that nobody used for 30 days are removed at the next write. Several processes may use one directory.
 */
#ifndef COLDSHOULDER_ENGINE_SCAN_CACHE_H
#define COLDSHOULDER_ENGINE_SCAN_CACHE_H

#include "base/str.h"

/*
 * Reads the entry for `key`. True: ret_data->p is to be freed. False: there is none, or none that can be trusted.
 */
bool scan_cache_read(const char *directory, struct str key, struct str *ret_data);

/* Writes the entry for `key`. False: it could not, which costs the next start its time and nothing else. */
bool scan_cache_write(const char *directory, struct str key, struct str data);

#endif
