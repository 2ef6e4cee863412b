/*
 * labels - the user's own opinion of some messages: good (wanted) or bad (not wanted).
 *
 * They are kept in a file of text, one message a line: "good KEY DATE NAME". KEY is the Message-ID, or a hash of the
 * message's first 64 KiB when it has none. Nothing but `label` writes it.
 */
#ifndef COLDSHOULDER_CLI_LABELS_H
#define COLDSHOULDER_CLI_LABELS_H

#include "base/arena.h"
#include "base/str.h"
#include "mail/message.h"

enum label { LABEL_NONE, LABEL_GOOD, LABEL_BAD };

struct labels;

/* The default place: $XDG_DATA_HOME/coldshoulder/labels, or ~/.local/share/coldshoulder/labels; in `path`. */
bool labels_default_path(char *path, size_t size);

/* Reads the file; a missing one is empty. NULL with errno, or with errno 0 when line *ret_line is broken. */
struct labels *labels_read(const char *path, unsigned int *ret_line);
void labels_free(struct labels *labels);

/* "good", "bad". */
const char *label_name(enum label label);

/* What the message is known by: a slice of it, or of `arena`; empty when out of memory. */
struct str labels_key(const struct message *message, struct arena *arena);

enum label labels_get(const struct labels *labels, struct str key);

/* LABEL_NONE takes an opinion back. False when out of memory. */
bool labels_set(struct labels *labels, struct str key, enum label label, int64_t when, const char *name);

size_t labels_count(const struct labels *labels, enum label label);

/* Calls `visit` for each, in the order of the file. */
void labels_each(const struct labels *labels,
		 void (*visit)(void *context, enum label label, struct str key, const char *name), void *context);

/* Writes the file anew and puts it into place at once (0600, its directory made when needed). False with errno. */
bool labels_write(const struct labels *labels, const char *path);

#endif
