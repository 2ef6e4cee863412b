/*
 * check_json - views and facts as JSON, for `check --json --views`.
 */
#ifndef COLDSHOULDER_CLI_CHECK_JSON_H
#define COLDSHOULDER_CLI_CHECK_JSON_H

#include "judge/decision.h"

/*
 * As decision_format_json(), with two more members: `views`, the text of each view as rules see it, and `facts`, every
 * fact that is not at its zero value. STATUS_NO_MEMORY.
 */
enum status check_format_json(const struct decision *decision, const char *file, struct views *views, struct buf *out);

#endif
