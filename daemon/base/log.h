/*
 * log - one line to syslog (facility mail) or to standard error. Thread-safe.
 *
 * Only app/, milter/ and cli/ log; core code returns a status. Text from outside goes through
 * log_escape() first, so that no sender can forge or break a line.
 */
#ifndef COLDSHOULDER_BASE_LOG_H
#define COLDSHOULDER_BASE_LOG_H

#include "base/buf.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Where lines go from now on: syslog, or standard error when `to_stderr`. `ident` must stay valid. */
void log_open(const char *ident, bool to_stderr, enum log_level level);

void log_err(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Adds `s`, at most `max` bytes of it, so that it stays one word of a key=value line: control
 * characters, blanks, quotes, commas, backslash and bytes that are not valid UTF-8 become \xHH;
 * a cut is shown by "...". C1 controls and line separators are escaped as well.
 */
void log_escape(struct buf *out, struct str s, size_t max);

#endif
