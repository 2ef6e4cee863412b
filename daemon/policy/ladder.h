/*
 * ladder - what the nth offence of a stranger brings: a tag, a rejection that explains, a rejection at once.
 */
#ifndef COLDSHOULDER_POLICY_LADDER_H
#define COLDSHOULDER_POLICY_LADDER_H

#include "base/str.h"

enum ladder_step { LADDER_TAG, LADDER_REJECT, LADDER_DISCONNECT };
enum { LADDER_STEPS_MAX = 8 };

/* No steps: there is no ladder. The last step counts for all offences from there on. */
struct ladder {
	enum ladder_step steps[LADDER_STEPS_MAX];
	size_t count;
};

/* "tag", "reject", "disconnect"; false for an unknown name. */
bool ladder_step_find(struct str name, enum ladder_step *ret_step);

/* The step for a message of a sender who offended `offences` times before; the ladder must have one. */
enum ladder_step ladder_step_at(const struct ladder *ladder, unsigned int offences);

#endif
