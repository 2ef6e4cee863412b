/*
 * listen_address - where the daemon listens, as written in the configuration.
 *
 * "unix:PATH", "inet:PORT@HOST" or "inet6:PORT@[HOST]", as milters write it: port first (Postfix writes the host
 * first). There is no default host: listening on every address by mistake would let strangers feed the filter.
 */
#ifndef COLDSHOULDER_APP_LISTEN_ADDRESS_H
#define COLDSHOULDER_APP_LISTEN_ADDRESS_H

#include "base/error.h"

#include <sys/socket.h>
#include <sys/un.h>

struct listen_address {
	const char *text; /* as written */
	union {
		struct sockaddr any;
		struct sockaddr_un local;
		struct sockaddr_storage storage;
	} address;
	socklen_t length;
	const char *path; /* of a unix socket; a part of `text`; NULL for the others */
};

/*
 * Reads `text`, which must outlive the result; host names are looked up. What is wrong is added to `errors` under
 * `where`. STATUS_BAD_INPUT.
 */
enum status listen_address_parse(const char *text, const char *where, struct error_list *errors,
				 struct listen_address *ret_address);

#endif
