/*
 * config_values - how each kind of value of coldshoulder.conf is read.
 *
 * Every reader puts one value into the field at `target`, whose type stands beside it; strings are copied into `arena`.
 * What is wrong is added to `errors`, and the field stays as it is. STATUS_OK in both cases; STATUS_NO_MEMORY.
 */
#ifndef COLDSHOULDER_JUDGE_CONFIG_VALUES_H
#define COLDSHOULDER_JUDGE_CONFIG_VALUES_H

#include "base/settings.h"
#include "judge/config.h"

typedef enum status config_reader(const config_setting_t *setting, struct arena *arena, void *target,
				  struct error_list *errors);

config_reader config_value_string;       /* const char * */
config_reader config_value_bool;         /* bool */
config_reader config_value_size;         /* size_t; bytes */
config_reader config_value_count;        /* size_t; above zero */
config_reader config_value_number;       /* unsigned int */
config_reader config_value_milliseconds; /* unsigned int */
config_reader config_value_days;         /* unsigned int */
config_reader config_value_mode;         /* mode_t */
config_reader config_value_strings;      /* const struct str *, and the size_t behind it */
config_reader config_value_languages;    /* the same, and the const struct setting_place * behind it */
config_reader config_value_networks;     /* struct direction_settings */
config_reader config_value_auth_mode;    /* enum auth_mode */
config_reader config_value_add_header;   /* enum add_header */
config_reader config_value_keep;         /* enum decision_log_keep */
config_reader config_value_threshold;    /* struct threshold */
config_reader config_value_classes;      /* bool[CLASS_COUNT] */
config_reader config_value_store;        /* enum memory_backend */
config_reader config_value_scope;        /* enum relation_scope */
config_reader config_value_matcher;      /* const struct matcher *; entries and list files (policy/list_file.h) */
config_reader config_value_failure;      /* bool: put off */
config_reader config_value_reply;        /* const char *; printable ASCII for an SMTP reply */

/* The index of a string among `names` (NULL at the end); unchanged, and an error, when it is none of them. */
enum status config_value_choice(const config_setting_t *setting, const char *const *names, int *target,
				struct error_list *errors);

/* Says that `setting` should be what `wanted` says in words. STATUS_OK. */
enum status config_wrong_kind(const config_setting_t *setting, const char *wanted, struct error_list *errors);

/* The strings of a list or array; NULL and an error when it is none, or *ret_status is STATUS_NO_MEMORY. */
const struct str *config_strings_of(const config_setting_t *setting, struct arena *arena, size_t *ret_count,
				    struct error_list *errors, enum status *ret_status);

#endif
