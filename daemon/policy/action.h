/*
 * action - what may be done with a message.
 */
#ifndef COLDSHOULDER_POLICY_ACTION_H
#define COLDSHOULDER_POLICY_ACTION_H

#include "base/str.h"

/* Ordered by severity as several recipients are merged: the mildest blocking action is the lowest above tag. */
enum action {
	ACTION_ACCEPT,
	ACTION_TAG,
	ACTION_TEMPFAIL,
	ACTION_QUARANTINE,
	ACTION_REJECT,
	ACTION_DISCARD,
	ACTION_COUNT
};

/* "accept", "tag", ... ; and back: false for an unknown name. */
const char *action_name(enum action action);
bool action_find(struct str name, enum action *ret_action);

/* True for the actions that keep a message from its recipients. */
bool action_blocks(enum action action);

#endif
