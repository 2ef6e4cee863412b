/*
 * drain - a stop that loses nothing: messages under way are finished, new connections are left to the next process.
 */
#ifndef COLDSHOULDER_APP_DRAIN_H
#define COLDSHOULDER_APP_DRAIN_H

#include "app/listener.h"

/*
 * Takes no new connections, waits for the messages under way (at most ten seconds; SIGTERM cuts it short), and stops
 * the filter. A socket file of ours is removed first, so that the next process can make its own at once; a socket that
 * systemd holds keeps new connections waiting in its backlog. In the signal thread only.
 */
void drain_run(struct listener *listener);

#endif
