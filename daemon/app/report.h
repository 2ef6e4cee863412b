/*
 * report - what people get to read: the log line of every message, and errors in configuration and rules.
 */
#ifndef COLDSHOULDER_APP_REPORT_H
#define COLDSHOULDER_APP_REPORT_H

#include "base/error.h"
#include "milter/filter.h"

#include <stdio.h>

/* Logs each judged message in one line, "QUEUEID: class=..., action=...", each failure, and for debugging each session.
 */
extern const struct filter_observer report_observer;

/* Logs every error and warning, one line each with its hint. */
void report_errors(const struct error_list *errors);

/* Prints every error and warning for a person at a terminal. */
void report_print_errors(const struct error_list *errors, FILE *out);

#endif
