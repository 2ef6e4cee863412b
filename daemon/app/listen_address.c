#include "app/listen_address.h"

#include "base/str.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

enum { HOST_MAX = 256, PORT_DIGITS_MAX = 5, PORT_LAST = 65535 };

static const char forms[] = "write unix:PATH, inet:PORT@HOST or inet6:PORT@[HOST]";

static enum status parse_unix(const char *path, const char *where, struct error_list *errors,
			      struct listen_address *address)
{
	size_t n = strlen(path);

	if (n == 0) {
		error_add(errors, SEVERITY_ERROR, where, forms, "\"%s\" has no path", address->text);
		return STATUS_BAD_INPUT;
	}
	if (n >= sizeof address->address.local.sun_path) {
		error_add(errors, SEVERITY_ERROR, where, "choose a shorter directory",
			  "the path of socket \"%s\" has %zu bytes, and the system allows %zu", address->text, n,
			  sizeof address->address.local.sun_path - 1);
		return STATUS_BAD_INPUT;
	}
	address->address.local.sun_family = AF_UNIX;
	memcpy(address->address.local.sun_path, path, n + 1);
	address->length = sizeof address->address.local;
	address->path = path;
	return STATUS_OK;
}

/* The digits of a port between 1 and 65535. */
static bool parse_port(struct str text, char port[PORT_DIGITS_MAX + 1])
{
	unsigned int number = 0;

	if (text.n == 0 || text.n > PORT_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_digit(text.p[i]))
			return false;
		number = number * 10 + (unsigned int)(text.p[i] - '0');
		port[i] = text.p[i];
	}
	port[text.n] = '\0';
	return number >= 1 && number <= PORT_LAST;
}

/* Without the brackets, if it has both; false when it is empty, too long, or has only one of them. */
static bool parse_host(struct str text, char host[HOST_MAX])
{
	bool opens = text.n && text.p[0] == '[';
	bool closes = text.n && text.p[text.n - 1] == ']';

	if (opens && closes && text.n >= 2)
		text = str_sub(text, 1, text.n - 2);
	else if (opens || closes)
		return false;
	if (text.n == 0 || text.n >= HOST_MAX)
		return false;
	memcpy(host, text.p, text.n);
	host[text.n] = '\0';
	return true;
}

static enum status look_up(const char *host, const char *port, int family, const char *where, struct error_list *errors,
			   struct listen_address *address)
{
	const struct addrinfo wanted = {.ai_family = family, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	int result = getaddrinfo(host, port, &wanted, &found);

	if (result != 0) {
		error_add(errors, SEVERITY_ERROR, where, "write the address itself, for example 127.0.0.1",
			  "host \"%s\" of socket \"%s\" has no %s address: %s", host, address->text,
			  family == AF_INET ? "IPv4" : "IPv6", gai_strerror(result));
		return STATUS_BAD_INPUT;
	}
	memcpy(&address->address, found->ai_addr, found->ai_addrlen);
	address->length = found->ai_addrlen;
	freeaddrinfo(found);
	return STATUS_OK;
}

static enum status parse_inet(struct str rest, int family, const char *where, struct error_list *errors,
			      struct listen_address *address)
{
	size_t at = str_find_byte(rest, 0, '@');
	char port[PORT_DIGITS_MAX + 1];
	char host[HOST_MAX];

	if (!parse_port(str_sub(rest, 0, at == STR_NONE ? rest.n : at), port)) {
		error_add(errors, SEVERITY_ERROR, where, "the port comes first: inet:8891@127.0.0.1",
			  "socket \"%s\" has no port between 1 and %d", address->text, PORT_LAST);
		return STATUS_BAD_INPUT;
	}
	if (at == STR_NONE || !parse_host(str_sub(rest, at + 1, rest.n), host)) {
		error_add(errors, SEVERITY_ERROR, where,
			  "say on which address to listen, for example inet:8891@127.0.0.1",
			  "socket \"%s\" has no host", address->text);
		return STATUS_BAD_INPUT;
	}
	return look_up(host, port, family, where, errors, address);
}

enum status listen_address_parse(const char *text, const char *where, struct error_list *errors,
				 struct listen_address *ret_address)
{
	struct str s = str_of(text);

	*ret_address = (struct listen_address){.text = text};
	if (str_starts(s, STR("unix:")))
		return parse_unix(text + sizeof "unix:" - 1, where, errors, ret_address);
	if (str_starts(s, STR("inet:")))
		return parse_inet(str_sub(s, sizeof "inet:" - 1, s.n), AF_INET, where, errors, ret_address);
	if (str_starts(s, STR("inet6:")))
		return parse_inet(str_sub(s, sizeof "inet6:" - 1, s.n), AF_INET6, where, errors, ret_address);
	error_add(errors, SEVERITY_ERROR, where, forms, "\"%s\" is no socket", text);
	return STATUS_BAD_INPUT;
}
