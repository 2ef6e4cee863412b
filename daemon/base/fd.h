/*
 * fd - descriptors: whole reads and writes, which no signal cuts short, and connections by a path.
 */
#ifndef COLDSHOULDER_BASE_FD_H
#define COLDSHOULDER_BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Writes `n` bytes; returns how many went out: fewer than `n` after a failure, and errno says which. */
size_t fd_write(int fd, const void *p, size_t n);

/* The same for a stream socket, without SIGPIPE. */
size_t fd_send(int fd, const void *p, size_t n);

/* Reads until there are `n` bytes or the end has come; returns how many, -1 with errno after a failure. */
ssize_t fd_read(int fd, void *p, size_t n);

/* A stream socket, closed on exec, that is connected to this path; -1 with errno when it cannot be. */
int fd_connect(const char *path);

#endif
