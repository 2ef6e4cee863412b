#include "base/settings.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SETTINGS_FILE_MAX = 16 * 1024 * 1024 };

static enum status status_of_errno(int error)
{
	if (error == ENOENT || error == ENOTDIR)
		return STATUS_NOT_FOUND;
	return error == EACCES || error == EPERM ? STATUS_PERMISSION : STATUS_IO;
}

static char *read_file(const char *path, size_t *ret_size, enum status *ret_status)
{
	FILE *stream = fopen(path, "rbe");
	struct stat info;
	char *text = NULL;
	size_t size;

	*ret_status = STATUS_OK;
	if (!stream || fstat(fileno(stream), &info) != 0) {
		*ret_status = status_of_errno(errno);
	} else if (!S_ISREG(info.st_mode) || info.st_size > SETTINGS_FILE_MAX) {
		*ret_status = STATUS_BAD_INPUT;
	} else if (!(text = malloc((size_t)info.st_size + 1))) {
		*ret_status = STATUS_NO_MEMORY;
	} else {
		size = fread(text, 1, (size_t)info.st_size, stream);
		if (ferror(stream))
			*ret_status = STATUS_IO;
		text[size] = '\0';
		*ret_size = size;
	}
	if (stream)
		fclose(stream);
	return text;
}

/* The offset of the first byte of line `line`, counted from 1. */
static size_t line_start(struct str text, unsigned int line)
{
	size_t at = 0;

	while (line > 1 && at < text.n) {
		size_t end = str_find_byte(text, at, '\n');

		at = end == STR_NONE ? text.n : end + 1;
		line--;
	}
	return at;
}

/* The last byte before `at` that is neither blank nor in a comment line; 0 at the start of the file. */
static char last_token_byte(struct str text, size_t at)
{
	while (at > 0) {
		size_t start = at - 1;
		struct str line;
		size_t comment;

		while (start > 0 && text.p[start - 1] != '\n')
			start--;
		line = str_sub(text, start, at - start);
		comment = str_find_byte(line, 0, '#');
		if (comment != STR_NONE && str_find_byte(str_sub(line, 0, comment), 0, '"') == STR_NONE)
			line.n = comment;
		line = str_trim(line);
		if (line.n && !str_starts(line, STR("//")))
			return line.p[line.n - 1];
		at = start;
	}
	return '\0';
}

/*
 * libconfig names the line where it gave up; what is missing usually stands just before. (A missing semicolon is no
 * error since libconfig 1.4.)
 */
static const char *syntax_hint(struct str text, unsigned int line)
{
	size_t at = line_start(text, line);
	struct str here = str_trim(str_sub(text, at, line_start(text, line + 1) - at));
	char before = last_token_byte(text, at);

	if (str_starts(text, STR("\xef\xbb\xbf")))
		return "the file begins with a byte order mark: save it as UTF-8 without one";
	for (size_t i = 0; i + 1 < here.n; i++)
		if (here.p[i] == ',' && strchr(")]}", str_trim(str_sub(here, i + 1, here.n)).p[0]))
			return "a comma before the closing bracket: libconfig allows none behind the last item";
	if (before == ',' && here.n && strchr(")]}", here.p[0]))
		return "a comma stands behind the last item of a list: remove it";
	if (here.n && strchr("{\"(", here.p[0]) && before && strchr("}\")", before))
		return "probably a missing comma between two items of a list";
	if (str_find_byte(here, 0, '\'') != STR_NONE)
		return "strings are written in double quotes";
	return "check the brackets, quotes and semicolons here and in the line before";
}

enum status settings_read(const char *path, config_t *file, struct error_list *errors)
{
	enum status status;
	size_t size = 0;
	char *text = read_file(path, &size, &status);

	if (status != STATUS_OK) {
		error_add_at(errors, SEVERITY_ERROR, path, 0,
			     status == STATUS_PERMISSION ? "check the owner and mode of the file and its directory"
							 : "check the name of the file",
			     "cannot read the file: %s",
			     status == STATUS_BAD_INPUT ? "not a regular file, or over 16 MiB" : status_name(status));
	} else if (strlen(text) != size) {
		status = STATUS_BAD_INPUT;
		error_add_at(errors, SEVERITY_ERROR, path, 0, "it may be binary or UTF-16: save it as UTF-8",
			     "the file contains a NUL byte");
	} else if (config_read_file(file, path) != CONFIG_TRUE) {
		unsigned int line = (unsigned int)config_error_line(file);

		status = STATUS_BAD_INPUT;
		error_add_at(errors, SEVERITY_ERROR, path, line, syntax_hint((struct str){text, size}, line), "%s",
			     config_error_text(file));
	}
	free(text);
	return status;
}

void settings_error(struct error_list *errors, enum severity severity, const config_setting_t *setting,
		    const char *hint, const char *format, ...)
{
	const char *path = config_setting_source_file(setting);
	char what[512];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	error_add_at(errors, severity, path ? path : "", config_setting_source_line(setting), hint, "%s", what);
}

bool settings_number(const config_setting_t *setting, double *ret_number)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_INT:
		*ret_number = config_setting_get_int(setting);
		return true;
	case CONFIG_TYPE_INT64:
		*ret_number = (double)config_setting_get_int64(setting);
		return true;
	case CONFIG_TYPE_FLOAT:
		*ret_number = config_setting_get_float(setting);
		return isfinite(*ret_number);
	default:
		return false;
	}
}

/* Digits and a unit out of `units`, whose factors stand in `factors`; no sign, no blanks, no overflow. */
static bool number_with_unit(const char *text, const char *const *units, const int64_t *factors, int64_t *ret_value)
{
	int64_t value = 0;
	size_t i = 0;

	for (; ascii_is_digit(text[i]); i++) {
		if (value > (INT64_MAX - 9) / 10)
			return false;
		value = value * 10 + (text[i] - '0');
	}
	if (i == 0)
		return false;
	for (size_t unit = 0; units[unit]; unit++) {
		if (strcmp(text + i, units[unit]) == 0) {
			*ret_value = value * factors[unit];
			return value <= INT64_MAX / factors[unit];
		}
	}
	return false;
}

bool settings_size(const config_setting_t *setting, size_t *ret_bytes)
{
	static const char *const units[] = {"", "K", "M", "G", NULL};
	static const int64_t factors[] = {1, 1 << 10, 1 << 20, 1 << 30};
	int64_t value;

	if (config_setting_type(setting) == CONFIG_TYPE_INT)
		value = config_setting_get_int(setting);
	else if (config_setting_type(setting) != CONFIG_TYPE_STRING ||
		 !number_with_unit(config_setting_get_string(setting), units, factors, &value))
		return false;
	if (value < 0)
		return false;
	*ret_bytes = (size_t)value;
	return true;
}

bool settings_duration(const config_setting_t *setting, int64_t *ret_ms)
{
	static const char *const units[] = {"ms", "s", "m", "h", "d", NULL};
	static const int64_t factors[] = {1, 1000, 60000, 3600000, 86400000};

	return config_setting_type(setting) == CONFIG_TYPE_STRING &&
	       number_with_unit(config_setting_get_string(setting), units, factors, ret_ms);
}

static const char *kind_of(const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_GROUP:
		return "a group";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return "an integer";
	case CONFIG_TYPE_FLOAT:
		return "a number";
	case CONFIG_TYPE_STRING:
		return "a string";
	case CONFIG_TYPE_BOOL:
		return "a boolean";
	case CONFIG_TYPE_ARRAY:
		return "an array";
	case CONFIG_TYPE_LIST:
		return "a list";
	default:
		return "nothing";
	}
}

static void prepend_name(struct settings_text *path, const config_setting_t *setting)
{
	const struct settings_text below = *path;
	const char *name = config_setting_name(setting);

	if (name)
		snprintf(path->text, sizeof path->text, below.text[0] ? "%s.%s" : "%s%s", name, below.text);
}

struct settings_text settings_path(const config_setting_t *setting)
{
	struct settings_text path = {""};

	for (; setting && !config_setting_is_root(setting); setting = config_setting_parent(setting))
		prepend_name(&path, setting);
	return path;
}

struct settings_text settings_value(const config_setting_t *setting)
{
	enum { SHOWN = 40 }; /* bytes of a string: enough to recognize it */
	const char *kind = kind_of(setting);
	struct settings_text value;

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_STRING:
		snprintf(value.text, sizeof value.text, "\"%.*s\" (%s)", SHOWN, config_setting_get_string(setting),
			 kind);
		break;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		snprintf(value.text, sizeof value.text, "%lld (%s)", config_setting_get_int64(setting), kind);
		break;
	case CONFIG_TYPE_FLOAT:
		snprintf(value.text, sizeof value.text, "%g (%s)", config_setting_get_float(setting), kind);
		break;
	case CONFIG_TYPE_BOOL:
		snprintf(value.text, sizeof value.text, "%s (%s)", config_setting_get_bool(setting) ? "true" : "false",
			 kind);
		break;
	default:
		snprintf(value.text, sizeof value.text, "%s", kind);
	}
	return value;
}

/* Levenshtein's distance, with long names taken as far apart. */
static size_t edit_distance(const char *a, const char *b)
{
	enum { LONGEST = 48 };
	size_t row[LONGEST + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > LONGEST || m > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[m];
}

const char *settings_nearest(const char *name, const char *const *names)
{
	size_t best = strlen(name) / 3 + 2;
	const char *nearest = NULL;

	for (size_t i = 0; names[i]; i++) {
		size_t distance = edit_distance(name, names[i]);

		if (distance < best) {
			best = distance;
			nearest = names[i];
		}
	}
	return nearest;
}
