/*
 * listener - the listening socket: made with the right group and mode, or taken over from systemd.
 *
 * We make it ourselves, and not libmilter, for its owner and mode, for TCP_NODELAY (which accepted sockets inherit),
 * and because only a socket of ours can be put aside while old sessions go on. All functions are for the starting or
 * the stopping thread alone.
 */
#ifndef COLDSHOULDER_APP_LISTENER_H
#define COLDSHOULDER_APP_LISTENER_H

#include "app/listen_address.h"

#include <sys/stat.h>

/* Who may connect to a unix socket. */
struct listener_access {
	const char *group; /* "": whatever group the directory gives */
	mode_t mode;
};

struct listener {
	int fd;           /* -1: none, or handed over */
	const char *path; /* the socket file that we made; NULL: none */
	dev_t device;     /* of that file: another process may have put its own there */
	ino_t inode;
};

/*
 * Makes the socket and listens. A socket file that nobody serves is replaced. Errors are added with what to do about
 * them. STATUS_BUSY (a live socket, a port taken), STATUS_NOT_FOUND (no such directory), STATUS_PERMISSION,
 * STATUS_BAD_INPUT (no such group; the path is something else than a socket), STATUS_IO.
 */
enum status listener_open(const struct listen_address *address, const struct listener_access *access,
			  struct error_list *errors, struct listener *ret_listener);

/* Gives a socket file that libmilter made its group and mode. Errors as above. */
enum status listener_set_access(const struct listen_address *address, const struct listener_access *access,
				struct error_list *errors, struct listener *ret_listener);

/* Adds warnings about what would keep listener_open() from working, as far as can be seen without doing it. */
void listener_check(const struct listen_address *address, const struct listener_access *access, const char *where,
		    struct error_list *errors);

/*
 * Takes over the socket that systemd passed (sd_listen_fds(3): LISTEN_PID, LISTEN_FDS), and clears these variables.
 * STATUS_NOT_FOUND: none was passed, and no error is added. STATUS_BAD_INPUT: it is no listening stream socket.
 */
enum status listener_adopt(struct error_list *errors, struct listener *ret_listener);

/* The name of a listening socket as the configuration writes it, "unix:PATH" or "inet:PORT@HOST"; "" when it has none.
 */
const char *listener_name(int fd, char *out, size_t size);

/* Removes the socket file, if it is there and still ours. */
void listener_remove_file(struct listener *listener);

/* Closes a socket that was not handed over, and removes the file. */
void listener_close(struct listener *listener);

#endif
