/*
 * report - what people get to read: the log line of every message, and errors in configuration and rules.
 */
#ifndef COLDSHOULDER_APP_REPORT_H
#define COLDSHOULDER_APP_REPORT_H

#include "app/decision_log.h"
#include "base/error.h"
#include "judge/counters.h"
#include "milter/filter.h"

#include <stdio.h>

/* Where decisions go besides the log line. Either may be NULL. */
struct report {
	struct counters *counters;
	struct decision_log *decisions;
};

/*
 * Logs each judged message in one line, "QUEUEID: class=..., action=...", each failure, and for debugging each session;
 * counts them, and writes decisions. `report` must outlive the filter.
 */
struct filter_observer report_observer(struct report *report);

/* Logs every error and warning, one line each with its hint. */
void report_errors(const struct error_list *errors);

/* Prints every error and warning for a person at a terminal. */
void report_print_errors(const struct error_list *errors, FILE *out);

#endif
