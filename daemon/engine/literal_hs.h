/*
 * literal_hs - literals by libhs (hyperscan or vectorscan). For literal.c alone; there each function is described.
 *
 * literal_hs.c needs the library; literal_hs_none.c stands in for it where the build has none: no library then, and
 * nothing else is called.
 */
#ifndef COLDSHOULDER_ENGINE_LITERAL_HS_H
#define COLDSHOULDER_ENGINE_LITERAL_HS_H

#include "engine/literal.h"

struct literal_hs;

/* False also when the library does not run on this machine (hs_valid_platform()). */
bool literal_hs_library(char *out, size_t size);

/* Adds what a database depends on beside its words: the library's version, the processor. */
void literal_hs_describe(struct buf *out);

/* Adds the compiled words. STATUS_OK, STATUS_NO_MEMORY, or STATUS_LIMIT: the library finds the words too much. */
enum status literal_hs_write(const struct literal *words, size_t count, struct buf *out);

/* From what was written; it is not kept. STATUS_OK, STATUS_NO_MEMORY, STATUS_BAD_INPUT. */
enum status literal_hs_open(struct str database, struct literal_hs **ret_hs);

/* NULL is allowed. */
void literal_hs_destroy(struct literal_hs *hs);

bool literal_hs_scratch_grow(struct literal_scratch **scratch, const struct literal_hs *hs);
struct literal_scratch *literal_hs_scratch_copy(const struct literal_scratch *scratch);
void literal_hs_scratch_destroy(struct literal_scratch *scratch);

bool literal_hs_scan(const struct literal_hs *hs, struct str text, struct literal_scratch *scratch,
		     literal_found *found, void *context);

#endif
