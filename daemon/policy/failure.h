/*
 * failure - what becomes of mail when something of ours fails: by class, accepted (the default) or put off.
 */
#ifndef COLDSHOULDER_POLICY_FAILURE_H
#define COLDSHOULDER_POLICY_FAILURE_H

#include "base/error.h"

enum failure {
	FAILURE_NONE,
	FAILURE_STORE,    /* the memory could not be asked */
	FAILURE_LIMITS,   /* a limit was hit: the message was not seen whole */
	FAILURE_MEMORY,   /* out of memory */
	FAILURE_INTERNAL, /* a fault of ours, or of the MTA's connection */
	FAILURE_COUNT
};

struct failure_settings {
	bool tempfail[FAILURE_COUNT];
};

/* "store", "limits", "memory", "internal"; NULL for FAILURE_NONE. */
const char *failure_name(enum failure failure);

/* The class of a status other than STATUS_OK. */
enum failure failure_of(enum status status);

#endif
