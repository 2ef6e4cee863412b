/*
 * mail_tree - raw messages of a directory tree in memory, for benchmarks. Ends the program when out of memory.
 */
#ifndef COLDSHOULDER_BENCH_MAIL_TREE_H
#define COLDSHOULDER_BENCH_MAIL_TREE_H

#include "base/str.h"

struct mail_tree {
	struct str *mails; /* each on the heap */
	size_t count;
	size_t capacity;
};

/* Adds every regular file below `path`, which may be a file itself; what cannot be read is left out. */
void mail_tree_read(struct mail_tree *tree, const char *path);

/* Adds a copy of these bytes. */
void mail_tree_add(struct mail_tree *tree, struct str mail);

void mail_tree_free(struct mail_tree *tree);

#endif
