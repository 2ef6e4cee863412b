/*
 * memory_state - the parts of the memory that its files share. Private to memory_*.c.
 */
#ifndef COLDSHOULDER_MEMORY_MEMORY_STATE_H
#define COLDSHOULDER_MEMORY_MEMORY_STATE_H

#include "memory/alias.h"
#include "memory/freemail.h"
#include "memory/memory.h"
#include "memory/memory_keys.h"
#include "memory/normalize.h"
#include "memory/writer.h"

#include <stdatomic.h>

struct memory {
	struct memory_settings settings; /* its pointers are not kept: they may not outlive memory_open() */
	struct key key;
	struct freemail *freemail;
	struct alias_map *aliases;
	char delimiters[16];
	struct normalize_settings normalize;
	struct notices notices;
	struct store *store;
	struct writer *writer;
	atomic_ulong look_ups;
	atomic_ulong unavailable;
	atomic_bool down; /* the last look-up got no answer */
};

#endif
