/*
 * decisions - reads the decision log, with what was rotated away from it, from the oldest record to the newest.
 *
 * The file is read directly, and not by the daemon: that costs mail nothing, and works when the daemon does not run.
 */
#ifndef COLDSHOULDER_CLI_DECISIONS_H
#define COLDSHOULDER_CLI_DECISIONS_H

#include "cli/control.h"

/* Called for each record; `line` is as it was written. The record may be kept by json_incref(). */
typedef void decisions_visitor(void *context, json_t *record, const char *line);

struct decisions_query {
	const char *must_contain; /* lines without it are not even parsed; NULL: all */
	decisions_visitor *visit;
	void *context;
};

/* False: there is no log to be read; why has been printed. Damaged lines are skipped, and counted on standard error. */
bool decisions_read(const struct control_options *options, const struct decisions_query *query);

/* The string member, or `fallback`. */
const char *decisions_text(const json_t *record, const char *name, const char *fallback);

/* "2026-11-27 22:43:01" of a record's time, in local time, into `out`. */
const char *decisions_time(const json_t *record, char *out, size_t size);

/* The recipients, separated by ", "; a long list is cut short. */
const char *decisions_recipients(const json_t *record, char *out, size_t size);

#endif
