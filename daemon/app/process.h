/*
 * process - what is set once for the whole process before any thread is made.
 */
#ifndef COLDSHOULDER_APP_PROCESS_H
#define COLDSHOULDER_APP_PROCESS_H

/*
 * File descriptors up to the hard limit, few malloc arenas (libmilter's threads come and go, and each arena keeps what
 * it once got), a thread stack of 1 MB, and no way to gain privileges. What the system refuses is left as it is.
 */
void process_prepare(void);

#endif
