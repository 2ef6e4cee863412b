#include "base/log.h"

#include "base/fd.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

static atomic_bool to_standard_error;
static atomic_int level_limit = LOG_LEVEL_INFO;
static const char *program = "coldshoulder";

void log_open(const char *ident, bool to_stderr, enum log_level level)
{
	program = ident;
	atomic_store(&to_standard_error, to_stderr);
	atomic_store(&level_limit, (int)level);
	/* libmilter logs with syslog(3) itself: LOG_PERROR shows its lines too. */
	openlog(ident, LOG_PID | (to_stderr ? LOG_PERROR : 0), LOG_MAIL);
}

/* Not by stdio, which drops a line when a signal interrupts it. */
static void write_to_stderr(const char *line)
{
	char text[LINE_MAX_BYTES + 128];
	int length = snprintf(text, sizeof text, "%s: %s\n", program, line);
	size_t n = length < (int)sizeof text ? (size_t)length : sizeof text - 1;

	fd_write(STDERR_FILENO, text, n);
}

__attribute__((format(printf, 2, 0))) static void write_line(enum log_level level, const char *format, va_list args)
{
	static const int priority[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};
	static const char *const word[] = {"error: ", "warning: ", "", "debug: "};
	char line[LINE_MAX_BYTES];
	size_t n;

	if ((int)level > atomic_load(&level_limit))
		return;
	n = strlen(word[level]);
	memcpy(line, word[level], n);
	vsnprintf(line + n, sizeof line - n, format, args);
	if (atomic_load(&to_standard_error))
		write_to_stderr(line);
	else
		syslog(priority[level], "%s", line);
}

void log_err(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(LOG_LEVEL_ERROR, format, args);
	va_end(args);
}

void log_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(LOG_LEVEL_WARNING, format, args);
	va_end(args);
}

void log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(LOG_LEVEL_INFO, format, args);
	va_end(args);
}

void log_debug(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(LOG_LEVEL_DEBUG, format, args);
	va_end(args);
}

/* Length of the printable UTF-8 sequence at the start of `s`, or 0: a byte to escape. RFC 3629. */
static size_t printable_sequence(struct str s)
{
	unsigned char c = (unsigned char)s.p[0];
	unsigned int code;
	size_t n;

	if (c < 0x80)
		return c > ' ' && c < 0x7f && !strchr("\\\"',;=", c) ? 1 : 0;
	if (c >= 0xc2 && c <= 0xdf) {
		n = 2;
		code = c & 0x1fU;
	} else if ((c & 0xf0) == 0xe0) {
		n = 3;
		code = c & 0x0fU;
	} else if (c >= 0xf0 && c <= 0xf4) {
		n = 4;
		code = c & 0x07U;
	} else {
		return 0;
	}
	if (s.n < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | ((unsigned char)s.p[i] & 0x3fU);
	}
	if (code < 0xa0 || (n == 3 && code < 0x800) || (n == 4 && (code < 0x10000 || code > 0x10ffff)))
		return 0;
	if ((code >= 0xd800 && code <= 0xdfff) || (code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069) || code == 0xfeff)
		return 0;
	return n;
}

void log_escape(struct buf *out, struct str s, size_t max)
{
	bool cut = s.n > max;

	if (cut)
		s.n = max;
	while (s.n) {
		size_t n = printable_sequence(s);

		if (n) {
			buf_add(out, s.p, n);
		} else {
			buf_add_format(out, "\\x%02X", (unsigned int)(unsigned char)s.p[0]);
			n = 1;
		}
		s = str_sub(s, n, s.n);
	}
	if (cut)
		buf_add_text(out, "...");
}
