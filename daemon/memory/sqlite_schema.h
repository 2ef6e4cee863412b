/*
 * sqlite_schema - the tables of the memory's file, their versions, and what to do with a file that is not fit for use.
 */
#ifndef COLDSHOULDER_MEMORY_SQLITE_SCHEMA_H
#define COLDSHOULDER_MEMORY_SQLITE_SCHEMA_H

#include "memory/sqlite_database.h"

enum schema_state {
	SCHEMA_READY,
	SCHEMA_DAMAGED,   /* damaged, or no database */
	SCHEMA_FOREIGN,   /* a database of somebody else */
	SCHEMA_NEWER,     /* made by a newer version of this program */
	SCHEMA_OTHER_KEY, /* made with another key file */
	SCHEMA_FAILED     /* database->error says why: no space, no permission, locked */
};

/*
 * Makes the connection ready: WAL, the tables of this version (made, or brought up to date in one transaction), and the
 * fingerprint of the key.
 */
enum schema_state sqlite_schema_prepare(struct database *database, uint64_t fingerprint);

/*
 * Renames the file and its WAL to PATH.unusable-DATE-TIME; the new name is in `ret_name` (of `size` bytes). No
 * connection of this process may be open. False with errno set when that failed.
 */
bool sqlite_schema_set_aside(const char *path, char *ret_name, size_t size);

#endif
