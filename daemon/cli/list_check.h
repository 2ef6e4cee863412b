/*
 * list_check - what "trust" and "block" refuse to write, and what they warn of.
 */
#ifndef COLDSHOULDER_CLI_LIST_CHECK_H
#define COLDSHOULDER_CLI_LIST_CHECK_H

#include "base/error.h"
#include "judge/config.h"

struct list_check {
	const char *done;            /* "is trusted", for the warning */
	bool block;                  /* our own domains are refused */
	const struct config *config; /* NULL: not known; neither our domains nor the free-mail ones are asked */
	uint32_t today;              /* as matcher_day() */
};

/* False: an error has been added that says why the entry must not stand on a list. Else perhaps a warning. */
bool list_check_entry(const struct list_check *check, const char *entry, struct error_list *errors);

/* Reads the last day an entry is to count on. False: an error has been added: no date, or one in the past. */
bool list_check_until(const struct list_check *check, const char *text, struct error_list *errors, uint32_t *ret_day);

#endif
