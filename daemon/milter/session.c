#include "milter/session.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct session *session_create(unsigned long actions, unsigned long protocol)
{
	struct session *session = calloc(1, sizeof *session);

	if (!session)
		return NULL;
	session->actions = actions;
	session->protocol = protocol;
	session->client_name = buf_make(NULL);
	session->client_address = buf_make(NULL);
	session->helo = buf_make(NULL);
	session->daemon_name = buf_make(NULL);
	session->transaction = transaction_make();
	return session;
}

void session_destroy(struct session *session)
{
	if (!session)
		return;
	transaction_free(&session->transaction);
	buf_free(&session->client_name);
	buf_free(&session->client_address);
	buf_free(&session->helo);
	buf_free(&session->daemon_name);
	free(session);
}

static void set(struct buf *field, const char *text)
{
	buf_clear(field);
	buf_add_text(field, text ? text : "");
}

/* Writes the textual address, or "" for a unix socket; returns the port in host order, 0 when there is none. */
static unsigned int read_address(const struct sockaddr *address, char text[INET6_ADDRSTRLEN])
{
	const void *bytes = address;

	text[0] = '\0';
	if (address && address->sa_family == AF_INET) {
		const struct sockaddr_in *in = bytes;

		inet_ntop(AF_INET, &in->sin_addr, text, INET6_ADDRSTRLEN);
		return ntohs(in->sin_port);
	}
	if (address && address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = bytes;

		inet_ntop(AF_INET6, &in6->sin6_addr, text, INET6_ADDRSTRLEN);
		return ntohs(in6->sin6_port);
	}
	return 0;
}

static bool name_confirmed(struct str name, const struct client_macros *macros)
{
	if (!name.n || name.p[0] == '[' || str_equal_nocase(name, STR("unknown")))
		return false;
	if (macros->resolve)
		return strcmp(macros->resolve, "OK") == 0;
	return str_starts(str_of(macros->mta_version), STR("Postfix")) && str_equal_nocase(name, str_of(macros->name));
}

static bool is_zero(const char *macro)
{
	return macro && strcmp(macro, "0") == 0;
}

/* cleanup(8) shows mail of pickup(8) as a connection from localhost that has no port on either side. */
static bool looks_like_pickup(struct str name, const char *address, unsigned int port,
			      const struct client_macros *macros)
{
	bool local = str_equal_nocase(name, STR("localhost")) || strcmp(address, "127.0.0.1") == 0 ||
		     strcmp(address, "::1") == 0;

	return local && (is_zero(macros->daemon_port) || is_zero(macros->port) || (!macros->port && port == 0));
}

void session_set_client(struct session *session, const char *host_name, const struct sockaddr *address,
			const struct client_macros *macros)
{
	struct str name = str_of(host_name);
	char text[INET6_ADDRSTRLEN];
	unsigned int port = read_address(address, text);

	set(&session->client_name, name_confirmed(name, macros) ? host_name : NULL);
	set(&session->client_address, text);
	set(&session->daemon_name, macros->daemon_name);
	set(&session->helo, NULL);
	session->maybe_pickup = looks_like_pickup(name, text, port, macros);
}

void session_set_helo(struct session *session, const char *name)
{
	set(&session->helo, name);
}

void session_begin_message(struct session *session, struct generation *generation, const char *sender,
			   const char *queue_id, const char *auth_user)
{
	struct transaction *transaction = &session->transaction;

	transaction_begin(transaction, generation, sender);
	transaction->envelope.auth_user = transaction_keep(transaction, auth_user);
	transaction->envelope.local_pickup = session->maybe_pickup && queue_id && *queue_id;
}

struct envelope session_envelope(const struct session *session)
{
	struct envelope envelope = transaction_envelope(&session->transaction);

	envelope.client_name = buf_str(&session->client_name);
	envelope.client_address = buf_str(&session->client_address);
	envelope.helo = buf_str(&session->helo);
	envelope.daemon_name = buf_str(&session->daemon_name);
	return envelope;
}
