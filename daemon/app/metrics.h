/*
 * metrics - numbers over HTTP (libmicrohttpd), for Prometheus: GET /metrics, on loopback or a unix socket.
 *
 * One thread of the library serves a few connections, each for a few seconds at most: a client that is slow, or many of
 * them, cost mail nothing.
 */
#ifndef COLDSHOULDER_APP_METRICS_H
#define COLDSHOULDER_APP_METRICS_H

#include "app/decision_log.h"
#include "app/listener.h"
#include "app/reload.h"
#include "judge/counters.h"

struct metrics_source {
	struct generation_slot *slot;
	struct reloader *reloader;
	struct counters *counters;
	struct decision_log *decisions;
	time_t started;
};

struct metrics;

/*
 * Listens on `address` ("inet:PORT@HOST", "unix:PATH"; of a unix socket the mode is 0660). `source` must outlive
 * metrics_stop(). Errors are added with what to do: as listener_open(), STATUS_INTERNAL.
 */
enum status metrics_start(const char *address, const struct metrics_source *source, struct error_list *errors,
			  struct metrics **ret_metrics);

/* NULL is allowed. */
void metrics_stop(struct metrics *metrics);

/* OpenMetrics 1.0, for who asks for it; else the older text format of Prometheus. */
enum metrics_form { METRICS_TEXT, METRICS_OPENMETRICS };

/* The text that is served. STATUS_NO_MEMORY. */
enum status metrics_format(const struct metrics_source *source, enum metrics_form form, struct buf *out);

#endif
