/*
 * control_commands - what the control socket understands: the table, and what the commands need of the daemon.
 */
#ifndef COLDSHOULDER_APP_CONTROL_COMMANDS_H
#define COLDSHOULDER_APP_CONTROL_COMMANDS_H

#include "app/control.h"
#include "app/decision_log.h"
#include "app/options.h"
#include "app/reload.h"
#include "judge/counters.h"

struct control_context {
	const struct options *options;
	struct generation_slot *slot;
	struct reloader *reloader;
	struct counters *counters;
	struct decision_log *decisions;
	const char *socket; /* of the milter, as configured; NULL: passed by systemd */
	time_t started;
};

/* With a `struct control_context` as context. */
extern const struct control_command control_commands[];

#endif
