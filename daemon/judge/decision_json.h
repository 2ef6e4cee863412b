/*
 * decision_json - what the JSON of a decision is made from, wherever it is written to.
 */
#ifndef COLDSHOULDER_JUDGE_DECISION_JSON_H
#define COLDSHOULDER_JUDGE_DECISION_JSON_H

#include "judge/decision.h"

#include <jansson.h>

/* A JSON string of any bytes: what is not UTF-8 is escaped as in the log. */
json_t *decision_json_text(struct str text);

/* Adds the members that every form has; `evidence`: with the words that rules found. */
void decision_json_add(json_t *object, const struct decision *decision, bool evidence);

/* Adds the object as one line without its end, and takes it over. STATUS_NO_MEMORY, also when it is NULL. */
enum status decision_json_print(json_t *object, struct buf *out);

#endif
