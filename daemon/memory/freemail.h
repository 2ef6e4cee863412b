/*
 * freemail - domains where anybody can have a mailbox: knowing one person there says nothing of the next.
 *
 * Immutable once read; any thread may ask.
 */
#ifndef COLDSHOULDER_MEMORY_FREEMAIL_H
#define COLDSHOULDER_MEMORY_FREEMAIL_H

#include "base/error.h"
#include "base/str.h"

struct freemail;

/*
 * Reads the list at `path` (one domain a line, # begins a comment; NULL: none) and adds `extra`. STATUS_OK:
 * *ret_freemail is freed by freemail_destroy(). STATUS_NO_MEMORY; STATUS_NOT_FOUND, STATUS_IO: one error has been
 * added.
 */
enum status freemail_read(const char *path, const struct str *extra, size_t extra_count, struct error_list *errors,
			  struct freemail **ret_freemail);

/* NULL is allowed. */
void freemail_destroy(struct freemail *freemail);

/* True when `domain` or a domain above it is listed. NULL `freemail`: always true, since nothing is known. */
bool freemail_contains(const struct freemail *freemail, struct str domain);

size_t freemail_count(const struct freemail *freemail);

#endif
