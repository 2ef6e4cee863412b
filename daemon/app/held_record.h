/*
 * held_record - what we put into the MTA's hold queue, for "coldshoulder held": Postfix keeps the message, but neither
 * says nor remembers why.
 *
 * One line a message in state_dir/held: the time in seconds since 1970, then what the log says. Thread-safe.
 */
#ifndef COLDSHOULDER_APP_HELD_RECORD_H
#define COLDSHOULDER_APP_HELD_RECORD_H

#include "base/str.h"

/* Begins to record below `state_directory`. A record that has grown over 1 MiB becomes "held.old". */
void held_record_open(const char *state_directory);

/* Notes one message; `line` is "QUEUEID: class=...". Without held_record_open(), or when it fails, nothing is noted. */
void held_record_add(struct str line);

#endif
