/*
 * list_file - lists of mailboxes and logins in files that people and "coldshoulder trust" keep.
 *
 * One entry a line (matcher.h says what an entry may be), blank lines and comments from '#' on; behind an entry may
 * stand "until YYYY-MM-DD", the last day that it counts on.
 */
#ifndef COLDSHOULDER_POLICY_LIST_FILE_H
#define COLDSHOULDER_POLICY_LIST_FILE_H

#include "base/error.h"
#include "policy/matcher.h"

/* One line taken apart. */
struct list_line {
	struct str entry; /* empty: nothing but a comment */
	uint32_t until;   /* day since 1970-01-01; 0: for ever */
};

/* Reads a line without its line end. Returns NULL, or in words what is wrong with it. */
const char *list_line_read(struct str line, struct list_line *ret_line);

/* Reads "2026-12-31" as a day since 1970-01-01; false when it is no date. */
bool list_date_read(struct str text, uint32_t *ret_day);

/*
 * In words, why an entry is too wide for a list of senders: it is for everybody ("*", "*@*"), or a domain without a dot
 * ("com"). NULL: it is not. A whole top-level domain is written ".com".
 */
const char *list_sender_problem(struct str entry);

/* What a matcher is made from: entries as written in the configuration, of which those with a '/' are files. */
struct list_source {
	const struct str *entries;
	size_t count;
	const char *name;  /* for messages: "inbound.allow" */
	const char *path;  /* the configuration file: relative names are looked for beside it */
	unsigned int line; /* of the setting */
	bool files_may_be_missing;
	bool senders; /* a list of senders: lines of its files that list_sender_problem() tells of are wrong */
};

/*
 * Makes a matcher in `arena`. A file that cannot be read and a wrong entry of the configuration are errors; wrong lines
 * of a file are warnings, each with its place, and the good ones are used. *ret_matcher is NULL when there is no entry
 * at all. STATUS_OK also when errors were added; STATUS_NO_MEMORY.
 */
enum status list_source_read(const struct list_source *source, struct arena *arena, struct error_list *errors,
			     struct matcher **ret_matcher);

/* The path of an entry that names a file, beside the configuration file `config`; in `arena`, NULL: out of memory. */
const char *list_file_path(struct str entry, const char *config, struct arena *arena);

/* True for an entry that names a file. */
bool list_entry_is_file(struct str entry);

#endif
