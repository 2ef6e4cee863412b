/*
 * prefilter_build - from expressions to the tables of a prefilter: dear, so that what it gives is kept in a file.
 */
#ifndef COLDSHOULDER_ENGINE_PREFILTER_BUILD_H
#define COLDSHOULDER_ENGINE_PREFILTER_BUILD_H

#include "base/buf.h"
#include "base/error.h"

/* Stands for all that decides how expressions become tables: another engine, another version. */
extern const char prefilter_version[];

/*
 * Packs the tables for `count` expressions into `tables`, in the order in which prefilter.c takes them, those of the
 * matcher last; and libhs's database into `database`. STATUS_NO_MEMORY.
 */
enum status prefilter_build(const struct str *expressions, size_t count, bool bytes, struct buf *tables,
			    struct buf *database);

#endif
