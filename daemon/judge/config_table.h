/*
 * config_table - reads a group of settings by a table of keys: the same for the file as a whole and for one policy.
 */
#ifndef COLDSHOULDER_JUDGE_CONFIG_TABLE_H
#define COLDSHOULDER_JUDGE_CONFIG_TABLE_H

#include "judge/config_values.h"

/* One key of a table: where its value goes, and how it gets there. */
struct config_field {
	struct config_key doc; /* "limits.time" stands in a group `limits` */
	config_reader *read;
	size_t offset; /* of the field in its struct */
};

struct config_table {
	const struct config_field *fields;
	size_t count;
	size_t skip;       /* bytes of each name that are not written in the file: the length of "policies." */
	const char *label; /* what messages put in front of a name: "inbound." */
	const char *const *elsewhere; /* settings that others read, NULL at the end; NULL: none */
};

/*
 * Reads every setting of `group` into the struct at `target`. Unknown names, wrong kinds and values out of range are
 * added to `errors`, and the field stays. STATUS_NO_MEMORY or STATUS_OK.
 */
enum status config_table_read(const config_setting_t *group, const struct config_table *table, void *target,
			      struct arena *arena, struct error_list *errors);

#endif
