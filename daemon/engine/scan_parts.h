/*
 * scan_parts - the inside of a scanner: made by scan_build.c, used by scan.c.
 */
#ifndef COLDSHOULDER_ENGINE_SCAN_PARTS_H
#define COLDSHOULDER_ENGINE_SCAN_PARTS_H

#include "base/list.h"
#include "engine/prefilter.h"
#include "engine/scan.h"
#include "engine/strain.h"

#include <pthread.h>

/* One rule within its view. */
struct scan_entry {
	size_t rule;
	size_t group;
	bool count;
	size_t first; /* of its patterns in the view */
	size_t pattern_count;
	struct strain strain; /* the one thing that changes */
};

struct scan_view {
	enum view_kind kind;
	struct str header;
	unsigned int flags;      /* enum pattern_flag */
	struct list entries;     /* of struct scan_entry */
	struct list patterns;    /* of struct pattern *, those of one entry together */
	struct list expressions; /* of struct str: what the patterns were compiled from */
	struct list entry_of;    /* of size_t, by pattern */
	struct prefilter *prefilter;
};

struct scan_scratch {
	struct scan_scratch *next; /* in the pool */
	struct pattern_scratch *pattern;
	struct prefilter_scratch *prefilter; /* NULL: none is needed */
	struct pattern_subject subject;      /* the text at hand */
	bool filtered;                       /* the prefilter has its outcome for that text */
};

struct scanner {
	struct arena *arena; /* expressions, until all is finished; then NULL */
	struct list views;   /* of struct scan_view */
	size_t current;      /* view of the last rule */
	bool use_prefilter;
	unsigned int pattern_flags;                  /* of all views */
	struct prefilter_scratch *prefilter_scratch; /* what scratches are copied from; NULL: nothing */
	pthread_mutex_t lock;                        /* of `pool` */
	struct scan_scratch *pool;
	char describe[96];
};

/* NULL is allowed. */
void scan_scratch_destroy(struct scan_scratch *scratch);

#endif
