/*
 * callback - the functions that libmilter calls, step by step of the protocol.
 *
 * Every one of them may come without a session (a probe that never negotiated, or no memory), in any order, on any
 * thread; those of one connection never at the same time. No verdict is given before the end of a message.
 */
#ifndef COLDSHOULDER_MILTER_CALLBACK_H
#define COLDSHOULDER_MILTER_CALLBACK_H

#include "milter/filter.h"

#include <libmilter/mfapi.h>
#include <stdatomic.h>

/* What all callbacks share; filter.c owns the one there is. */
struct callback_state {
	struct generation_slot *slot;
	struct filter_observer observer;
	atomic_bool refusing; /* MAIL is answered with a temporary failure */
	atomic_bool stopping; /* nothing is judged any more */
	atomic_long running;  /* callbacks at this moment */
	atomic_long sessions;
	atomic_long transactions;
	atomic_long in_data;
};

/* The description for smfi_register(). libmilter passes no context to callbacks: `state` is used by all of them. */
struct smfiDesc callback_table(struct callback_state *state);

#endif
