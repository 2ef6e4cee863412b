/*
 * decision_json - what the JSON of a decision is made from, wherever it is written to.
 */
#ifndef COLDSHOULDER_JUDGE_DECISION_JSON_H
#define COLDSHOULDER_JUDGE_DECISION_JSON_H

#include "judge/decision.h"
#include "judge/json_write.h"

/* Adds the members that every form has to an open object; `evidence`: with the words that rules found. */
void decision_json_add(struct buf *out, const struct decision *decision, bool evidence);

#endif
