/*
 * replay_diff - the same mail under two rule sets or configurations: what changes, by message.
 */
#ifndef COLDSHOULDER_CLI_REPLAY_DIFF_H
#define COLDSHOULDER_CLI_REPLAY_DIFF_H

#include "cli/replay_run.h"
#include "cli/replay_summary.h"

/*
 * Prints what is different between the two sides, which were judged in one run: first the sum, then each message with
 * the rules that make the difference. `json`: one object a line for each message that changes, and nothing else. False
 * when out of memory.
 */
bool replay_diff_print(FILE *out, const struct records records[REPLAY_SIDES], const char *const names[REPLAY_SIDES],
		       const struct replay_mail *mail, bool json, const struct summary_style *style);

#endif
