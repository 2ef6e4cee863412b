#include "judge/config_values.h"

#include "policy/list_file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { REPLY_TEXT_MAX = 900 };

enum status config_wrong_kind(const config_setting_t *setting, const char *wanted, struct error_list *errors)
{
	settings_error(errors, SEVERITY_ERROR, setting, NULL, "%s wants %s, and this is %s",
		       settings_path(setting).text, wanted, settings_value(setting).text);
	return STATUS_OK;
}

enum status config_value_string(const config_setting_t *setting, struct arena *arena, void *target,
				struct error_list *errors)
{
	const char *text = config_setting_get_string(setting);

	if (!text)
		return config_wrong_kind(setting, "a string in double quotes", errors);
	*(const char **)target = arena_strdup(arena, text);
	return *(const char **)target ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status config_value_bool(const config_setting_t *setting, struct arena *arena, void *target,
			      struct error_list *errors)
{
	(void)arena;
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return config_wrong_kind(setting, "true or false", errors);
	*(bool *)target = config_setting_get_bool(setting) != 0;
	return STATUS_OK;
}

enum status config_value_size(const config_setting_t *setting, struct arena *arena, void *target,
			      struct error_list *errors)
{
	size_t bytes;

	(void)arena;
	if (!settings_size(setting, &bytes) || bytes == 0)
		return config_wrong_kind(setting, "a size above zero, such as \"64K\" or \"1M\"", errors);
	*(size_t *)target = bytes;
	return STATUS_OK;
}

enum status config_value_count(const config_setting_t *setting, struct arena *arena, void *target,
			       struct error_list *errors)
{
	(void)arena;
	if (config_setting_type(setting) != CONFIG_TYPE_INT || config_setting_get_int(setting) < 1)
		return config_wrong_kind(setting, "a whole number above zero", errors);
	*(size_t *)target = (size_t)config_setting_get_int(setting);
	return STATUS_OK;
}

enum status config_value_milliseconds(const config_setting_t *setting, struct arena *arena, void *target,
				      struct error_list *errors)
{
	int64_t ms;

	(void)arena;
	if (!settings_duration(setting, &ms) || ms < 1 || ms > INT_MAX)
		return config_wrong_kind(setting, "a time above zero with its unit, such as \"500ms\" or \"2s\"",
					 errors);
	*(unsigned int *)target = (unsigned int)ms;
	return STATUS_OK;
}

/* A file mode as people write it: "0660". */
enum status config_value_mode(const config_setting_t *setting, struct arena *arena, void *target,
			      struct error_list *errors)
{
	const char *text = config_setting_get_string(setting);
	unsigned int mode = 0;
	size_t n = text ? strspn(text, "01234567") : 0;

	(void)arena;
	if (!text || n < 3 || n > 4 || text[n] != '\0')
		return config_wrong_kind(setting, "an octal mode in double quotes, such as \"0660\"", errors);
	for (size_t i = 0; i < n; i++)
		mode = mode * 8 + (unsigned int)(text[i] - '0');
	*(mode_t *)target = mode;
	return STATUS_OK;
}

/* The strings of a list or array in the arena; NULL and an error when it is none. */
const struct str *config_strings_of(const config_setting_t *setting, struct arena *arena, size_t *ret_count,
				    struct error_list *errors, enum status *ret_status)
{
	size_t count = (size_t)config_setting_length(setting);
	struct str *strings;

	*ret_status = STATUS_OK;
	if (!config_setting_is_list(setting) && !config_setting_is_array(setting)) {
		config_wrong_kind(setting, "a list of strings, such as ( \"one\", \"two\" )", errors);
		return NULL;
	}
	strings = arena_calloc(arena, count + 1, sizeof *strings);
	for (size_t i = 0; strings && i < count; i++) {
		const char *text = config_setting_get_string_elem(setting, (int)i);
		char *copy;

		if (!text || !*text) {
			settings_error(errors, SEVERITY_ERROR, setting, "put each item in double quotes",
				       "item %zu of %s is not a string, or empty", i + 1, config_setting_name(setting));
			return NULL;
		}
		copy = arena_strdup(arena, text);
		if (!copy)
			strings = NULL;
		else
			strings[i] = str_of(copy);
	}
	if (!strings)
		*ret_status = STATUS_NO_MEMORY;
	*ret_count = count;
	return strings;
}

/* The field is an array of strings; its count is the size_t behind it, as in every struct that holds such a pair. */
enum status config_value_strings(const config_setting_t *setting, struct arena *arena, void *target,
				 struct error_list *errors)
{
	const struct str **field = target;
	enum status status;
	size_t count;
	const struct str *items = config_strings_of(setting, arena, &count, errors, &status);

	if (items) {
		*field = items;
		*(size_t *)(void *)(field + 1) = count;
	}
	return status;
}

enum status config_value_languages(const config_setting_t *setting, struct arena *arena, void *target,
				   struct error_list *errors)
{
	struct {
		const struct str *items;
		size_t count;
		const struct setting_place *at;
	} *field = target;
	struct setting_place *at = arena_calloc(arena, 1, sizeof *at);
	const char *path = config_setting_source_file(setting);

	if (!at)
		return STATUS_NO_MEMORY;
	at->path = arena_strdup(arena, path ? path : "");
	at->line = config_setting_source_line(setting);
	field->at = at;
	return at->path ? config_value_strings(setting, arena, target, errors) : STATUS_NO_MEMORY;
}

enum status config_value_networks(const config_setting_t *setting, struct arena *arena, void *target,
				  struct error_list *errors)
{
	struct direction_settings *direction = target;
	enum status status;
	size_t count;
	const struct str *items = config_strings_of(setting, arena, &count, errors, &status);
	struct network *networks;

	if (!items)
		return status;
	networks = arena_calloc(arena, count + 1, sizeof *networks);
	if (!networks)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < count; i++)
		if (!network_parse(items[i], &networks[i]))
			settings_error(errors, SEVERITY_ERROR, setting,
				       "write 192.0.2.0/24, 2001:db8::/32 or a single address; host bits must be zero",
				       "networks: \"%.*s\" is not a network", STR_ARGS(items[i]));
	direction->networks = networks;
	direction->network_count = count;
	return STATUS_OK;
}

enum status config_value_choice(const config_setting_t *setting, const char *const *names, int *target,
				struct error_list *errors)
{
	const char *text = config_setting_get_string(setting);
	char hint[128] = "one of:";

	for (int i = 0; names[i]; i++) {
		if (text && strcmp(text, names[i]) == 0) {
			*target = i;
			return STATUS_OK;
		}
		snprintf(hint + strlen(hint), sizeof hint - strlen(hint), " \"%s\"", names[i]);
	}
	settings_error(errors, SEVERITY_ERROR, setting, hint, "%s does not know %s", settings_path(setting).text,
		       settings_value(setting).text);
	return STATUS_OK;
}

enum status config_value_auth_mode(const config_setting_t *setting, struct arena *arena, void *target,
				   struct error_list *errors)
{
	static const char *const names[] = {"off", "jobid", "stripped", NULL};
	int choice = (int)*(enum auth_mode *)target;

	(void)arena;
	config_value_choice(setting, names, &choice, errors);
	*(enum auth_mode *)target = (enum auth_mode)choice;
	return STATUS_OK;
}

enum status config_value_add_header(const config_setting_t *setting, struct arena *arena, void *target,
				    struct error_list *errors)
{
	static const char *const names[] = {"all", "tagged", "none", NULL};
	int choice = (int)*(enum add_header *)target;

	(void)arena;
	config_value_choice(setting, names, &choice, errors);
	*(enum add_header *)target = (enum add_header)choice;
	return STATUS_OK;
}

enum status config_value_keep(const config_setting_t *setting, struct arena *arena, void *target,
			      struct error_list *errors)
{
	static const char *const names[] = {"clear", "hashed", "none", NULL};
	int choice = (int)*(enum decision_log_keep *)target;

	(void)arena;
	config_value_choice(setting, names, &choice, errors);
	*(enum decision_log_keep *)target = (enum decision_log_keep)choice;
	return STATUS_OK;
}

enum status config_value_threshold(const config_setting_t *setting, struct arena *arena, void *target,
				   struct error_list *errors)
{
	struct threshold *threshold = target;
	const char *text = config_setting_get_string(setting);
	double at;

	(void)arena;
	if (text && strcmp(text, "off") == 0) {
		threshold->set = false;
	} else if (settings_number(setting, &at) && at > 0 && at <= 1000) {
		*threshold = (struct threshold){.at = at, .set = true};
	} else {
		return config_wrong_kind(setting, "a number above 0 (at most 1000), or \"off\"", errors);
	}
	return STATUS_OK;
}

enum status config_value_classes(const config_setting_t *setting, struct arena *arena, void *target,
				 struct error_list *errors)
{
	enum status status;
	size_t count;
	const struct str *items = config_strings_of(setting, arena, &count, errors, &status);
	bool *classes = target;

	if (!items)
		return status;
	memset(classes, 0, CLASS_COUNT * sizeof *classes);
	for (size_t i = 0; i < count; i++) {
		enum mail_class mail_class;

		if (mail_class_find(items[i], &mail_class) && mail_class != CLASS_CLEAN)
			classes[mail_class] = true;
		else
			settings_error(errors, SEVERITY_ERROR, setting,
				       "classes are: digest, cold, linkedin, template, policy",
				       "%s: \"%.*s\" is not a class", config_setting_name(setting), STR_ARGS(items[i]));
	}
	return STATUS_OK;
}

enum status config_value_store(const config_setting_t *setting, struct arena *arena, void *target,
			       struct error_list *errors)
{
	static const char *const names[] = {"none", "sqlite", "redis", NULL};
	int choice = (int)*(enum memory_backend *)target;

	(void)arena;
	config_value_choice(setting, names, &choice, errors);
	*(enum memory_backend *)target = (enum memory_backend)choice;
	return STATUS_OK;
}

enum status config_value_failure(const config_setting_t *setting, struct arena *arena, void *target,
				 struct error_list *errors)
{
	static const char *const names[] = {"accept", "tempfail", NULL};
	int choice = *(bool *)target;

	(void)arena;
	config_value_choice(setting, names, &choice, errors);
	*(bool *)target = choice == 1;
	return STATUS_OK;
}

enum status config_value_scope(const config_setting_t *setting, struct arena *arena, void *target,
			       struct error_list *errors)
{
	static const char *const names[] = {"mailbox", "site", "domain", NULL};
	static const enum relation_scope scopes[] = {RELATION_SCOPE_MAILBOX, RELATION_SCOPE_SITE,
						     RELATION_SCOPE_DOMAIN};
	int choice = -1;

	(void)arena;
	config_value_choice(setting, names, &choice, errors);
	if (choice >= 0)
		*(enum relation_scope *)target = scopes[choice];
	return STATUS_OK;
}

enum status config_value_days(const config_setting_t *setting, struct arena *arena, void *target,
			      struct error_list *errors)
{
	const int64_t day_ms = 86400000;
	int64_t ms;

	(void)arena;
	if (!settings_duration(setting, &ms) || ms < day_ms || ms % day_ms || ms / day_ms > 36500)
		return config_wrong_kind(setting, "a number of days, such as \"90d\"", errors);
	*(unsigned int *)target = (unsigned int)(ms / day_ms);
	return STATUS_OK;
}

enum status config_value_number(const config_setting_t *setting, struct arena *arena, void *target,
				struct error_list *errors)
{
	(void)arena;
	if (config_setting_type(setting) != CONFIG_TYPE_INT || config_setting_get_int(setting) < 0)
		return config_wrong_kind(setting, "a whole number, 0 or more", errors);
	*(unsigned int *)target = (unsigned int)config_setting_get_int(setting);
	return STATUS_OK;
}

enum status config_value_matcher(const config_setting_t *setting, struct arena *arena, void *target,
				 struct error_list *errors)
{
	struct list_source source = {.name = config_setting_name(setting),
				     .path = config_setting_source_file(setting),
				     .line = config_setting_source_line(setting)};
	struct matcher *matcher;
	enum status status;

	source.senders = strcmp(source.name, "allow") == 0 || strcmp(source.name, "block") == 0;
	source.entries = config_strings_of(setting, arena, &source.count, errors, &status);
	if (!source.entries)
		return status;
	status = list_source_read(&source, arena, errors, &matcher);
	if (status == STATUS_OK)
		*(const struct matcher **)target = matcher;
	return status;
}

enum status config_value_reply(const config_setting_t *setting, struct arena *arena, void *target,
			       struct error_list *errors)
{
	const char *text = config_setting_get_string(setting);
	size_t n = text ? strlen(text) : 0;
	bool good = n > 0 && n <= REPLY_TEXT_MAX;

	for (size_t i = 0; good && i < n; i++)
		good = (text[i] >= ' ' && text[i] <= '~') || text[i] == '\n';
	if (!good)
		return config_wrong_kind(setting, "one to 900 characters of printable ASCII, as an SMTP reply has them",
					 errors);
	return config_value_string(setting, arena, target, errors);
}
