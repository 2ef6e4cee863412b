/*
 * owner - giving root's rights up for those of whoever owns a directory.
 */
#ifndef COLDSHOULDER_BASE_OWNER_H
#define COLDSHOULDER_BASE_OWNER_H

#include "base/error.h"

#include <sys/types.h>

/*
 * As root: becomes the owner of `directory`, with his groups, for good; all threads of the process. What is in a
 * directory belongs to its owner, who may have been broken into: root must not follow his links nor trust his files.
 * Nothing is done when we are not root, when the directory is root's own, or when there is none. STATUS_PERMISSION: the
 * rights cannot be given up; an error has been added.
 */
enum status owner_become(const char *directory, struct error_list *errors);

/* The name of this user, or the number of one without a name, into `out`; returns it. Thread-safe. */
const char *owner_name(uid_t uid, char *out, size_t size);

#endif
