#include "mail_tree.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void *need(void *p)
{
	if (!p) {
		fprintf(stderr, "out of memory\n");
		exit(2);
	}
	return p;
}

void mail_tree_add(struct mail_tree *tree, struct str mail)
{
	char *copy = need(malloc(mail.n ? mail.n : 1));

	if (tree->count == tree->capacity) {
		tree->capacity = tree->capacity ? tree->capacity * 2 : 256;
		tree->mails = need(realloc(tree->mails, tree->capacity * sizeof *tree->mails));
	}
	memcpy(copy, mail.p, mail.n);
	tree->mails[tree->count++] = (struct str){copy, mail.n};
}

static void read_file(struct mail_tree *tree, const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	char *text = need(malloc(size ? size : 1));

	if (file) {
		mail_tree_add(tree, (struct str){text, fread(text, 1, size, file)});
		fclose(file);
	}
	free(text);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

void mail_tree_read(struct mail_tree *tree, const char *path)
{
	char *const paths[] = {(char *)(size_t)path, NULL};
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	FTSENT *entry;

	if (!walk)
		return;
	while ((entry = fts_read(walk)))
		if (entry->fts_info == FTS_F)
			read_file(tree, entry->fts_path, (size_t)entry->fts_statp->st_size);
	fts_close(walk);
}

void mail_tree_free(struct mail_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		free((void *)(size_t)tree->mails[i].p);
	free(tree->mails);
	*tree = (struct mail_tree){0};
}
