/*
 * what_if - what would have to be different for another verdict: the smallest set of rules or facts.
 */
#ifndef COLDSHOULDER_CLI_WHAT_IF_H
#define COLDSHOULDER_CLI_WHAT_IF_H

#include "judge/judge.h"

#include <stdio.h>

/*
 * Prints one line for each of the smallest sets, at most a few. They are found by trying: every set of one, then of
 * two, then of three changes is concluded anew, expressions and caps included. Nothing is printed when the message was
 * not judged, or is so far from another verdict that nobody would ask.
 */
void what_if_print(FILE *out, const struct generation *generation, const struct judgement *judgement,
		   const struct decision *decision);

#endif
