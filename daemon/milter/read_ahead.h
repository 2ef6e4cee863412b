/*
 * read_ahead - several packets of the MTA are read by one system call.
 *
 * libmilter reads each packet, and there is one for every header field, with three poll() and two read(): most of what
 * a message costs. Therefore this file defines accept(), poll(), read() and close() for the whole program (libmilter
 * finds ours before libc's). For the connections of one listening socket they keep what came behind the bytes that
 * were asked for, and answer from it; for everything else they do what libc's do.
 *
 * A connection is read ahead only after its first packet, the negotiation, was seen to be read as this libmilter does:
 * all of it through our read(), head and body as they are asked for. One that is built otherwise loses nothing.
 *
 * What is kept belongs to the thread. That loses nothing: libmilter hands a connection to another thread only when
 * poll() has told that nothing more has come. Where libmilter does not poll() before it reads, nothing is kept.
 */
#ifndef COLDSHOULDER_MILTER_READ_AHEAD_H
#define COLDSHOULDER_MILTER_READ_AHEAD_H

/* Connections that are accepted from this socket are read ahead from now on. At start, before the first one. */
void read_ahead_of(int listen_fd);

#endif
