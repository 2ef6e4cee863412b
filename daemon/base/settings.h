/*
 * settings - libconfig files with errors that help: configuration and rule files are read alike.
 *
 * libconfig 1.5 stops at the first syntax error of a file, knows no trailing commas and no byte order mark, and says
 * "syntax error" to all of it; this adds the likely cause. Not thread-safe per config_t; no global state.
 */
#ifndef COLDSHOULDER_BASE_SETTINGS_H
#define COLDSHOULDER_BASE_SETTINGS_H

#include "base/error.h"
#include "base/str.h"

#include <libconfig.h>
#include <stdint.h>

/*
 * Reads the file into `file` (config_init() done by the caller, config_destroy() due in any case). On failure adds one
 * error with file, line and hint, and returns STATUS_NOT_FOUND, STATUS_PERMISSION, STATUS_IO or STATUS_BAD_INPUT.
 */
enum status settings_read(const char *path, config_t *file, struct error_list *errors);

/* Adds an error or warning at the place of `setting`. */
void settings_error(struct error_list *errors, enum severity severity, const config_setting_t *setting,
		    const char *hint, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Any number, integer or float; false when `setting` is none. */
bool settings_number(const config_setting_t *setting, double *ret_number);

/* "64K", "1M", "2G" or plain bytes, as a string or an integer of at least 0; false otherwise. */
bool settings_size(const config_setting_t *setting, size_t *ret_bytes);

/* "500ms", "30s", "5m", "2h", "14d" as milliseconds; false otherwise. */
bool settings_duration(const config_setting_t *setting, int64_t *ret_ms);

/* A piece of an error's text, cut where it is too long for one. */
struct settings_text {
	char text[96];
};

/* Where a setting stands, without the numbers of list items: "memory.keep_received". */
struct settings_text settings_path(const config_setting_t *setting);

/* What a setting is: "5 (an integer)", "a list", or its string in double quotes and "(a string)". */
struct settings_text settings_value(const config_setting_t *setting);

/* The name among `names` (NULL at the end) that `name` was probably meant to be, or NULL. */
const char *settings_nearest(const char *name, const char *const *names);

#endif
