/*
 * list_edit - adds to and takes from a list file, as "coldshoulder trust" and "coldshoulder block" do.
 *
 * The file is replaced as a whole: a reader sees the old or the new one, never half of it, and two editors wait for
 * each other. Comments and the order of lines stay; owner and mode as well.
 */
#ifndef COLDSHOULDER_POLICY_LIST_EDIT_H
#define COLDSHOULDER_POLICY_LIST_EDIT_H

#include "base/error.h"
#include "base/str.h"

#include <stdint.h>

/* A line to add. */
struct list_addition {
	struct str entry;
	uint32_t until;      /* the last day it counts on, since 1970-01-01; 0: for ever */
	const char *comment; /* one line; may be NULL */
	uint32_t today;      /* the date in the comment */
};

/*
 * Adds a line at the end, with the date and the comment; the file is made when there is none. An entry that stands
 * there already is replaced. *ret_replaced says so. STATUS_BAD_INPUT: the entry is none, or the comment no line;
 * STATUS_PERMISSION, STATUS_NOT_FOUND (the directory), STATUS_IO, STATUS_NO_MEMORY. An error is added with each.
 */
enum status list_edit_add(const char *path, const struct list_addition *addition, struct error_list *errors,
			  bool *ret_replaced);

/* Takes the entry out. STATUS_NOT_FOUND, without an error: it is not there. Otherwise as above. */
enum status list_edit_remove(const char *path, struct str entry, struct error_list *errors);

#endif
