/*
 * probe - a message through the milter socket, as an MTA sends one.
 */
#ifndef COLDSHOULDER_CLI_PROBE_H
#define COLDSHOULDER_CLI_PROBE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Sends a message to postmaster, whom every policy exempts, so that nothing is learned of it, to the milter at `socket`
 * ("unix:PATH", "inet:PORT@HOST", "inet6:PORT@[HOST]"). True: the milter let it through. False: what went wrong is in
 * `why`. Waits ten seconds at most for each answer.
 */
bool probe_milter(const char *socket, const char *queue_id, char *why, size_t size);

#endif
