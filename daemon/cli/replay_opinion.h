/*
 * replay_opinion - the verdicts of a replay beside the user's own opinion, and what could be made better.
 */
#ifndef COLDSHOULDER_CLI_REPLAY_OPINION_H
#define COLDSHOULDER_CLI_REPLAY_OPINION_H

#include "cli/replay_summary.h"

/*
 * Prints precision and recall, and suggestions as configuration and commands: threshold, rules to put in shadow,
 * templates to learn. Nothing is changed. False when out of memory.
 */
bool opinion_print(FILE *out, const struct summary *summary, const struct records *records);

#endif
