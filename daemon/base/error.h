/*
 * error - what went wrong, where, and what to do about it.
 *
 * Core code neither logs nor exits: it returns a status, and when a person has to mend something it
 * adds to an error list. `where` is "file:line" or the name of the thing; `hint` says what to do.
 */
#ifndef COLDSHOULDER_BASE_ERROR_H
#define COLDSHOULDER_BASE_ERROR_H

#include "base/list.h"

#include <stdbool.h>

enum status {
	STATUS_OK = 0,
	STATUS_NO_MEMORY,   /* out of memory; the caller applies its failure class */
	STATUS_BAD_INPUT,   /* what somebody wrote is wrong; the error list says what */
	STATUS_NOT_FOUND,   /* a file or entry is not there */
	STATUS_PERMISSION,  /* the operating system refused */
	STATUS_IO,          /* reading or writing failed */
	STATUS_BUSY,        /* somebody else holds it: a live socket, a locked file */
	STATUS_UNAVAILABLE, /* a service could not be asked (store down) */
	STATUS_LIMIT,       /* a configured limit was hit */
	STATUS_INTERNAL     /* a fault of ours, or of a library */
};

/* A short English name, for logs. */
const char *status_name(enum status status);

enum severity { SEVERITY_WARNING, SEVERITY_ERROR };

struct error {
	enum severity severity;
	char where[256]; /* "path:line" or a name; may be empty */
	char what[512];
	char hint[256]; /* may be empty */
};

struct error_list {
	struct list errors; /* of struct error, on the heap */
	size_t error_count; /* of SEVERITY_ERROR, those included that did not fit into memory */
	size_t warning_count;
};

struct error_list error_list_make(void);
void error_list_free(struct error_list *list);

/* Adds one error or warning. `where` and `hint` may be NULL; texts are cut to the fields above. */
void error_add(struct error_list *list, enum severity severity, const char *where, const char *hint, const char *format,
	       ...) __attribute__((format(printf, 5, 6)));

/* As error_add() with where = "path:line" (line 0: the path alone). */
void error_add_at(struct error_list *list, enum severity severity, const char *path, unsigned int line,
		  const char *hint, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The entry at `index`, in the order of adding. */
const struct error *error_at(const struct error_list *list, size_t index);

/* Writes "error: where: what\n  hint: ...\n" into `out` (of `size` bytes, always terminated). */
void error_format(const struct error *error, char *out, size_t size);

#endif
