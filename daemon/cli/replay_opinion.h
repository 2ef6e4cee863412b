/*
 * replay_opinion - the verdicts of a replay beside the user's own opinion, and what could be made better.
 */
#ifndef COLDSHOULDER_CLI_REPLAY_OPINION_H
#define COLDSHOULDER_CLI_REPLAY_OPINION_H

#include "cli/replay_summary.h"

/* A share with its 95 % confidence interval (Wilson). */
struct opinion_share {
	double share, low, high;
};

/* `part` of `whole`; all three are 0 to 1, and 0 to 1 when nothing is known. */
struct opinion_share opinion_share(unsigned long part, unsigned long whole);

/*
 * The threshold that the labelled messages are best served by, in hundredths: a good message that is tagged is as bad
 * as ten bad ones that are not. The configured one when no other is better.
 */
int32_t opinion_threshold(const struct records *records, int32_t tag_at);

/*
 * Prints precision and recall, and suggestions as configuration and commands: threshold, rules to put in shadow,
 * templates to learn. Nothing is changed. False when out of memory.
 */
bool opinion_print(FILE *out, const struct summary *summary, const struct records *records);

#endif
