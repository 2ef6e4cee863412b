/*
 * listener_file - the file of a unix socket: whether one is in the way, who may use it, and what to tell a person
 * when something does not fit.
 */
#ifndef COLDSHOULDER_APP_LISTENER_FILE_H
#define COLDSHOULDER_APP_LISTENER_FILE_H

#include "app/listener.h"

/* Clears a stale file away, binds `fd` to the path, sets group and mode, and notes the file in `listener`. */
enum status listener_file_bind(int fd, const struct listen_address *address, const struct listener_access *access,
			       struct error_list *errors, struct listener *listener);

/* Sets group and mode of the file that is there, and notes it in `listener`. */
enum status listener_file_set_access(const struct listen_address *address, const struct listener_access *access,
				     struct error_list *errors, struct listener *listener);

/* Warnings about a missing directory, a directory that cannot be written to, or a missing group. */
void listener_file_check(const struct listen_address *address, const struct listener_access *access, const char *where,
			 struct error_list *errors);

#endif
