/*
 * stats_messages - what the running daemon has counted since its start.
 */
#ifndef COLDSHOULDER_CLI_STATS_MESSAGES_H
#define COLDSHOULDER_CLI_STATS_MESSAGES_H

#include "cli/control.h"

/* Prints it; `rules`: with every rule that fired. Says nothing when no daemon runs. */
void stats_print_messages(const struct control_options *options, bool rules);

#endif
