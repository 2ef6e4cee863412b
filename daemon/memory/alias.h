/*
 * alias - mailboxes of ours that are another mailbox by a second name.
 *
 * The file has Postfix's virtual(5) form: "jane.doe@example.org jane@example.org" or "@example.net @example.org", #
 * begins a comment. An entry with several targets is a list, not an alias, and is left out. Immutable once read; any
 * thread may ask.
 */
#ifndef COLDSHOULDER_MEMORY_ALIAS_H
#define COLDSHOULDER_MEMORY_ALIAS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct alias_map;

/*
 * Reads the file at `path`. STATUS_OK: *ret_map is freed by alias_map_destroy(). STATUS_NO_MEMORY; STATUS_NOT_FOUND,
 * STATUS_IO: one error has been added.
 */
enum status alias_map_read(const char *path, struct error_list *errors, struct alias_map **ret_map);

/* NULL is allowed. */
void alias_map_destroy(struct alias_map *map);

/*
 * Follows `mailbox` (lower case) to the mailbox that it stands for; `mailbox` itself when it is no alias or `map` is
 * NULL. The result is a slice of `mailbox`, of the map or of `arena`.
 */
struct str alias_map_follow(const struct alias_map *map, struct str mailbox, struct arena *arena);

size_t alias_map_count(const struct alias_map *map);

#endif
