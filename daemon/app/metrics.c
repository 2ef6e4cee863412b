#include "app/metrics.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS_MAX = 16, PATIENCE_SECONDS = 5, CONNECTION_BYTES = 16 * 1024 };

struct metrics {
	struct MHD_Daemon *server;
	struct listener listener;
	char *address;
	const struct metrics_source *source;
};

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status, const char *type,
			      struct buf *body)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(body->n, body->p, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result result;

	if (!response) {
		buf_free(body);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned int status, const char *text)
{
	struct buf body = buf_make(NULL);

	buf_add_text(&body, text);
	return buf_failed(&body) ? MHD_NO : answer(connection, status, "text/plain; charset=utf-8", &body);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method,
				  const char *version, const char *upload, size_t *upload_size, void **state)
{
	struct metrics *metrics = context;
	enum metrics_form form;
	const char *accept;
	struct buf body;

	(void)version;
	(void)upload;
	(void)state;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
		*upload_size = 0;
		return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET\n");
	}
	if (strcmp(url, "/metrics") != 0)
		return refuse(connection, MHD_HTTP_NOT_FOUND, "the metrics are at /metrics\n");
	accept = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
	form = accept && strstr(accept, "application/openmetrics-text") ? METRICS_OPENMETRICS : METRICS_TEXT;
	body = buf_make(NULL);
	if (metrics_format(metrics->source, form, &body) != STATUS_OK) {
		buf_free(&body);
		return refuse(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory\n");
	}
	return answer(connection, MHD_HTTP_OK,
		      form == METRICS_TEXT ? "text/plain; version=0.0.4; charset=utf-8"
					   : "application/openmetrics-text; version=1.0.0; charset=utf-8",
		      &body);
}

static enum status open_socket(struct metrics *metrics, struct error_list *errors)
{
	const struct listener_access access = {.group = "", .mode = 0660};
	struct listen_address address;
	enum status status = listen_address_parse(metrics->address, "metrics", errors, &address);

	return status == STATUS_OK ? listener_open(&address, &access, errors, &metrics->listener) : status;
}

enum status metrics_start(const char *address, const struct metrics_source *source, struct error_list *errors,
			  struct metrics **ret_metrics)
{
	struct metrics *metrics = calloc(1, sizeof *metrics);
	enum status status;

	if (!metrics)
		return STATUS_NO_MEMORY;
	metrics->listener.fd = -1;
	metrics->source = source;
	metrics->address = strdup(address);
	status = metrics->address ? open_socket(metrics, errors) : STATUS_NO_MEMORY;
	if (status == STATUS_OK) {
		metrics->server = MHD_start_daemon(
		    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL, on_request, metrics,
		    MHD_OPTION_LISTEN_SOCKET, metrics->listener.fd, MHD_OPTION_CONNECTION_LIMIT,
		    (unsigned int)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)PATIENCE_SECONDS,
		    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_END);
		if (!metrics->server) {
			error_add(errors, SEVERITY_ERROR, address, NULL, "libmicrohttpd cannot serve there");
			status = STATUS_INTERNAL;
		}
	}
	if (status != STATUS_OK) {
		metrics_stop(metrics);
		return status;
	}
	*ret_metrics = metrics;
	return STATUS_OK;
}

void metrics_stop(struct metrics *metrics)
{
	if (!metrics)
		return;
	listener_remove_file(&metrics->listener);
	if (metrics->server) {
		MHD_stop_daemon(metrics->server); /* closes the socket too */
		metrics->listener.fd = -1;
	}
	listener_close(&metrics->listener);
	free(metrics->address);
	free(metrics);
}
