/*
 * case_given - the facts of a case: "inbound, relation = stranger, words = 80, not list".
 */
#ifndef COLDSHOULDER_ENGINE_CASE_GIVEN_H
#define COLDSHOULDER_ENGINE_CASE_GIVEN_H

#include "engine/facts.h"

/*
 * Sets the facts that `text` names, separated by commas: NAME and not NAME for yes-or-no facts, NAME = VALUE (or ==)
 * for the others. What is not named keeps its value. False: *ret_bad is the part that makes no sense.
 */
bool case_given_read(struct str text, struct facts *facts, struct str *ret_bad);

#endif
