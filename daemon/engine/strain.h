/*
 * strain - whether a rule keeps exceeding what it may cost.
 *
 * A rule that gives up now and then is one thing; one that does so message after message only burns time that others
 * need. It then rests until the rules are loaded again. One that finishes more than eight times as often as it gives
 * up never does. Thread-safe.
 */
#ifndef COLDSHOULDER_ENGINE_STRAIN_H
#define COLDSHOULDER_ENGINE_STRAIN_H

#include <stdatomic.h>
#include <stdbool.h>

/* Gave up this often without finishing in between, a rule rests. */
enum { STRAIN_MAX = 10 };

/* Zero: a rule that is well. */
struct strain {
	atomic_uint points;
	atomic_bool told; /* to people, that it rests */
};

/* Notes how a rule came out of one message. */
void strain_note(struct strain *strain, bool gave_up);

bool strain_rests(const struct strain *strain);

/* True once, when the rule rests: for the log. */
bool strain_tell(struct strain *strain);

#endif
