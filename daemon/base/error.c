#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *status_name(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return "ok";
	case STATUS_NO_MEMORY:
		return "out of memory";
	case STATUS_BAD_INPUT:
		return "bad input";
	case STATUS_NOT_FOUND:
		return "not found";
	case STATUS_PERMISSION:
		return "permission denied";
	case STATUS_IO:
		return "input/output error";
	case STATUS_BUSY:
		return "busy";
	case STATUS_UNAVAILABLE:
		return "unavailable";
	case STATUS_LIMIT:
		return "limit reached";
	case STATUS_INTERNAL:
		return "internal error";
	}
	return "unknown";
}

struct error_list error_list_make(void)
{
	return (struct error_list){.errors = list_make(sizeof(struct error), NULL)};
}

void error_list_free(struct error_list *list)
{
	list_free(&list->errors);
	list->error_count = 0;
	list->warning_count = 0;
}

__attribute__((format(printf, 5, 0))) static void add(struct error_list *list, enum severity severity,
						      const char *where, const char *hint, const char *format,
						      va_list args)
{
	struct error *error;

	if (severity == SEVERITY_ERROR)
		list->error_count++;
	else
		list->warning_count++;
	error = list_push(&list->errors);
	if (!error)
		return;
	error->severity = severity;
	snprintf(error->where, sizeof error->where, "%s", where ? where : "");
	snprintf(error->hint, sizeof error->hint, "%s", hint ? hint : "");
	vsnprintf(error->what, sizeof error->what, format, args);
}

void error_add(struct error_list *list, enum severity severity, const char *where, const char *hint, const char *format,
	       ...)
{
	va_list args;

	va_start(args, format);
	add(list, severity, where, hint, format, args);
	va_end(args);
}

void error_add_at(struct error_list *list, enum severity severity, const char *path, unsigned int line,
		  const char *hint, const char *format, ...)
{
	char where[256];
	va_list args;

	if (line)
		snprintf(where, sizeof where, "%s:%u", path, line);
	else
		snprintf(where, sizeof where, "%s", path);
	va_start(args, format);
	add(list, severity, where, hint, format, args);
	va_end(args);
}

const struct error *error_at(const struct error_list *list, size_t index)
{
	return list_at(&list->errors, index);
}

void error_format(const struct error *error, char *out, size_t size)
{
	snprintf(out, size, "%s: %s%s%s%s%s\n", error->severity == SEVERITY_ERROR ? "error" : "warning", error->where,
		 error->where[0] ? ": " : "", error->what, error->hint[0] ? "\n  hint: " : "", error->hint);
}
