/*
 * remember - opens the memory for the daemon, and lets it log.
 */
#ifndef COLDSHOULDER_APP_REMEMBER_H
#define COLDSHOULDER_APP_REMEMBER_H

#include "judge/config.h"

/*
 * Opens the memory as configured, keeping its state in config->state_directory. *ret_memory is to be closed by
 * memory_close() when no message is under way any more; NULL when the store is "none": then every sender is a stranger.
 * Errors are added to `errors`: a missing directory, a key that others can read, a list that cannot be read. A store
 * that is down is no error: mail flows, relations are unknown.
 */
enum status remember_open(const struct config *config, struct error_list *errors, struct memory **ret_memory);

/*
 * Looks for errors in the memory's settings and lists without making or changing anything. STATUS_OK, or as
 * remember_open().
 */
enum status remember_check(const struct config *config, struct error_list *errors);

/* Says when `next` wants another memory than `old`: that takes a restart. */
void remember_warn_changes(const struct config *old, const struct config *next);

#endif
