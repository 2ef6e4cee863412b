/*
 * check_print - a decision as people read it.
 */
#ifndef COLDSHOULDER_CLI_CHECK_PRINT_H
#define COLDSHOULDER_CLI_CHECK_PRINT_H

#include "judge/decision.h"

#include <stdio.h>

/* The verdict in one sentence, then each rule with the author's own words. Colours only when asked. */
void check_print_decision(FILE *out, const char *name, const struct decision *decision, bool colours);

/* Every view as the rules see it, with the original beside it. */
void check_print_views(FILE *out, struct views *views, bool colours);

/* Text from a mail without its control characters, which would reach the terminal; lines are kept, or made blanks. */
void print_safely(FILE *out, struct str text, bool keep_lines);

#endif
