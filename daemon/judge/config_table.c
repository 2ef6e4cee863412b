#include "judge/config_table.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 64, NAMES_MAX = 128 };

struct reading {
	const struct config_table *table;
	void *target;
	struct arena *arena;
	struct error_list *errors;
};

static const char *name_of(const struct config_table *table, size_t index)
{
	return table->fields[index].doc.name + table->skip;
}

static const struct config_field *find_field(const struct config_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(name_of(table, i), name) == 0)
			return &table->fields[i];
	return NULL;
}

static bool is_group(const struct config_table *table, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < table->count; i++)
		if (strncmp(name_of(table, i), name, n) == 0 && name_of(table, i)[n] == '.')
			return true;
	return false;
}

static bool is_elsewhere(const struct config_table *table, const char *name)
{
	for (size_t i = 0; table->elsewhere && table->elsewhere[i]; i++)
		if (strcmp(table->elsewhere[i], name) == 0)
			return true;
	return false;
}

static void report_unknown(const struct reading *reading, const config_setting_t *setting, const char *name)
{
	const struct config_table *table = reading->table;
	const char *names[NAMES_MAX + 1];
	const char *nearest;
	char hint[128];
	size_t count = 0;

	for (size_t i = 0; i < table->count && count < NAMES_MAX; i++)
		names[count++] = name_of(table, i);
	for (size_t i = 0; table->elsewhere && table->elsewhere[i] && count < NAMES_MAX; i++)
		names[count++] = table->elsewhere[i];
	names[count] = NULL;
	nearest = settings_nearest(name, names);
	if (nearest)
		snprintf(hint, sizeof hint, "did you mean \"%s%s\"?", table->label, nearest);
	else
		snprintf(hint, sizeof hint, "coldshoulder.conf(5) lists all keys");
	settings_error(reading->errors, SEVERITY_ERROR, setting, hint, "unknown key \"%s%s\"", table->label, name);
}

static enum status read_setting(const struct reading *reading, const config_setting_t *setting, const char *name)
{
	const struct config_field *field = find_field(reading->table, name);

	if (field)
		return field->read(setting, reading->arena, (char *)reading->target + field->offset, reading->errors);
	if (is_group(reading->table, name))
		return config_wrong_kind(setting, "a group: name = { ... };", reading->errors);
	report_unknown(reading, setting, name);
	return STATUS_OK;
}

static enum status read_group(const struct reading *reading, const config_setting_t *group, const char *prefix)
{
	enum status status = STATUS_OK;

	for (int i = 0; i < config_setting_length(group) && status == STATUS_OK; i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned int)i);
		char name[NAME_MAX_BYTES];

		snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "." : "", config_setting_name(setting));
		if (!*prefix && is_elsewhere(reading->table, name))
			continue;
		if (!*prefix && config_setting_is_group(setting) && is_group(reading->table, name))
			status = read_group(reading, setting, name);
		else
			status = read_setting(reading, setting, name);
	}
	return status;
}

enum status config_table_read(const config_setting_t *group, const struct config_table *table, void *target,
			      struct arena *arena, struct error_list *errors)
{
	const struct reading reading = {table, target, arena, errors};

	return read_group(&reading, group, "");
}
