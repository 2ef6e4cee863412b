#include "judge/config_keys.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Reads one value into the field at `target`; what is wrong is added to `errors`. */
typedef enum status read_value(const config_setting_t *setting, struct config *config, void *target,
			       struct error_list *errors);

struct key_reader {
	struct config_key doc;
	read_value *read;
	size_t offset; /* of the field in struct config */
};

static enum status wrong_kind(const config_setting_t *setting, const char *wanted, struct error_list *errors)
{
	settings_error(errors, SEVERITY_ERROR, setting, NULL, "%s wants %s, and this is %s",
		       config_setting_name(setting), wanted, settings_kind(setting));
	return STATUS_OK;
}

static enum status read_string(const config_setting_t *setting, struct config *config, void *target,
			       struct error_list *errors)
{
	const char *text = config_setting_get_string(setting);

	if (!text)
		return wrong_kind(setting, "a string in double quotes", errors);
	*(const char **)target = arena_strdup(config->arena, text);
	return *(const char **)target ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status read_bool(const config_setting_t *setting, struct config *config, void *target,
			     struct error_list *errors)
{
	(void)config;
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return wrong_kind(setting, "true or false", errors);
	*(bool *)target = config_setting_get_bool(setting) != 0;
	return STATUS_OK;
}

static enum status read_size(const config_setting_t *setting, struct config *config, void *target,
			     struct error_list *errors)
{
	size_t bytes;

	(void)config;
	if (!settings_size(setting, &bytes) || bytes == 0)
		return wrong_kind(setting, "a size above zero, such as \"64K\" or \"1M\"", errors);
	*(size_t *)target = bytes;
	return STATUS_OK;
}

static enum status read_count(const config_setting_t *setting, struct config *config, void *target,
			      struct error_list *errors)
{
	(void)config;
	if (config_setting_type(setting) != CONFIG_TYPE_INT || config_setting_get_int(setting) < 1)
		return wrong_kind(setting, "a whole number above zero", errors);
	*(size_t *)target = (size_t)config_setting_get_int(setting);
	return STATUS_OK;
}

static enum status read_milliseconds(const config_setting_t *setting, struct config *config, void *target,
				     struct error_list *errors)
{
	int64_t ms;

	(void)config;
	if (!settings_duration(setting, &ms) || ms < 1 || ms > INT_MAX)
		return wrong_kind(setting, "a time above zero with its unit, such as \"500ms\" or \"2s\"", errors);
	*(unsigned int *)target = (unsigned int)ms;
	return STATUS_OK;
}

/* A file mode as people write it: "0660". */
static enum status read_mode(const config_setting_t *setting, struct config *config, void *target,
			     struct error_list *errors)
{
	const char *text = config_setting_get_string(setting);
	unsigned int mode = 0;
	size_t n = text ? strspn(text, "01234567") : 0;

	(void)config;
	if (!text || n < 3 || n > 4 || text[n] != '\0')
		return wrong_kind(setting, "an octal mode in double quotes, such as \"0660\"", errors);
	for (size_t i = 0; i < n; i++)
		mode = mode * 8 + (unsigned int)(text[i] - '0');
	*(mode_t *)target = mode;
	return STATUS_OK;
}

/* The strings of a list or array in the arena; NULL and an error when it is none. */
static const struct str *strings_of(const config_setting_t *setting, struct config *config, size_t *ret_count,
				    struct error_list *errors, enum status *ret_status)
{
	size_t count = (size_t)config_setting_length(setting);
	struct str *strings;

	*ret_status = STATUS_OK;
	if (!config_setting_is_list(setting) && !config_setting_is_array(setting)) {
		wrong_kind(setting, "a list of strings, such as ( \"one\", \"two\" )", errors);
		return NULL;
	}
	strings = arena_calloc(config->arena, count + 1, sizeof *strings);
	for (size_t i = 0; strings && i < count; i++) {
		const char *text = config_setting_get_string_elem(setting, (int)i);
		char *copy;

		if (!text || !*text) {
			settings_error(errors, SEVERITY_ERROR, setting, "put each item in double quotes",
				       "item %zu of %s is not a string, or empty", i + 1, config_setting_name(setting));
			return NULL;
		}
		copy = arena_strdup(config->arena, text);
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
static enum status read_strings(const config_setting_t *setting, struct config *config, void *target,
				struct error_list *errors)
{
	const struct str **field = target;
	enum status status;
	size_t count;
	const struct str *items = strings_of(setting, config, &count, errors, &status);

	if (items) {
		*field = items;
		*(size_t *)(void *)(field + 1) = count;
	}
	return status;
}

static enum status read_networks(const config_setting_t *setting, struct config *config, void *target,
				 struct error_list *errors)
{
	struct direction_settings *direction = target;
	enum status status;
	size_t count;
	const struct str *items = strings_of(setting, config, &count, errors, &status);
	struct network *networks;

	if (!items)
		return status;
	networks = arena_calloc(config->arena, count + 1, sizeof *networks);
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

static enum status read_choice(const config_setting_t *setting, const char *const *names, int *target,
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
	settings_error(errors, SEVERITY_ERROR, setting, hint, "%s does not know %s", config_setting_name(setting),
		       text ? text : settings_kind(setting));
	return STATUS_OK;
}

static enum status read_auth_mode(const config_setting_t *setting, struct config *config, void *target,
				  struct error_list *errors)
{
	static const char *const names[] = {"off", "jobid", "stripped", NULL};
	int choice = (int)*(enum auth_mode *)target;

	(void)config;
	read_choice(setting, names, &choice, errors);
	*(enum auth_mode *)target = (enum auth_mode)choice;
	return STATUS_OK;
}

static enum status read_add_header(const config_setting_t *setting, struct config *config, void *target,
				   struct error_list *errors)
{
	static const char *const names[] = {"all", "tagged", "none", NULL};
	int choice = (int)*(enum add_header *)target;

	(void)config;
	read_choice(setting, names, &choice, errors);
	*(enum add_header *)target = (enum add_header)choice;
	return STATUS_OK;
}

static enum status read_threshold(const config_setting_t *setting, struct config *config, void *target,
				  struct error_list *errors)
{
	struct threshold *threshold = target;
	const char *text = config_setting_get_string(setting);
	double at;

	(void)config;
	if (text && strcmp(text, "off") == 0) {
		threshold->set = false;
	} else if (settings_number(setting, &at) && at > 0 && at <= 1000) {
		*threshold = (struct threshold){at, true};
	} else {
		return wrong_kind(setting, "a number above 0 (at most 1000), or \"off\"", errors);
	}
	return STATUS_OK;
}

static enum status read_classes(const config_setting_t *setting, struct config *config, void *target,
				struct error_list *errors)
{
	enum status status;
	size_t count;
	const struct str *items = strings_of(setting, config, &count, errors, &status);
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

static enum status read_store(const config_setting_t *setting, struct config *config, void *target,
			      struct error_list *errors)
{
	static const char *const names[] = {"none", "sqlite", "redis", NULL};
	int choice = (int)*(enum memory_backend *)target;

	(void)config;
	read_choice(setting, names, &choice, errors);
	*(enum memory_backend *)target = (enum memory_backend)choice;
	return STATUS_OK;
}

static enum status read_scope(const config_setting_t *setting, struct config *config, void *target,
			      struct error_list *errors)
{
	static const char *const names[] = {"mailbox", "site", "domain", NULL};
	static const enum relation_scope scopes[] = {RELATION_SCOPE_MAILBOX, RELATION_SCOPE_SITE,
						     RELATION_SCOPE_DOMAIN};
	int choice = -1;

	(void)config;
	read_choice(setting, names, &choice, errors);
	if (choice >= 0)
		*(enum relation_scope *)target = scopes[choice];
	return STATUS_OK;
}

static enum status read_days(const config_setting_t *setting, struct config *config, void *target,
			     struct error_list *errors)
{
	const int64_t day_ms = 86400000;
	int64_t ms;

	(void)config;
	if (!settings_duration(setting, &ms) || ms < day_ms || ms % day_ms || ms / day_ms > 36500)
		return wrong_kind(setting, "a number of days, such as \"90d\"", errors);
	*(unsigned int *)target = (unsigned int)(ms / day_ms);
	return STATUS_OK;
}

static enum status read_number(const config_setting_t *setting, struct config *config, void *target,
			       struct error_list *errors)
{
	(void)config;
	if (config_setting_type(setting) != CONFIG_TYPE_INT || config_setting_get_int(setting) < 0)
		return wrong_kind(setting, "a whole number, 0 or more", errors);
	*(unsigned int *)target = (unsigned int)config_setting_get_int(setting);
	return STATUS_OK;
}

#define FIELD(field) offsetof(struct config, field)

/* The keys of both directions' policies are the same; only the defaults differ. */
#define POLICY_KEYS(direction, off)                                                                                   \
	{{#direction ".tag_at", "number or \"off\"", "5.0"}, read_threshold, FIELD(direction.tag)},                   \
	    {{#direction ".mark_as_spam", "number or \"off\"", "\"off\""},                                            \
	     read_threshold,                                                                                          \
	     FIELD(direction.mark_as_spam)},                                                                          \
	    {{#direction ".quarantine_at", "number or \"off\"", "\"off\""},                                           \
	     read_threshold,                                                                                          \
	     FIELD(direction.quarantine)},                                                                            \
	    {{#direction ".reject_at", "number or \"off\"", "\"off\""}, read_threshold, FIELD(direction.reject)},     \
	    {{#direction ".tempfail_at", "number or \"off\"", "\"off\""}, read_threshold, FIELD(direction.tempfail)}, \
	    {{#direction ".discard_at", "number or \"off\"", "\"off\""}, read_threshold, FIELD(direction.discard)},   \
	    {{#direction ".ignore_classes", "list of classes", off}, read_classes, FIELD(direction.classes_off)},     \
	{                                                                                                             \
		{#direction ".shadow", "boolean", "false"}, read_bool, FIELD(direction.shadow)                        \
	}

static const struct key_reader keys[] = {
    {{"socket", "string", "\"unix:/var/spool/postfix/coldshoulder/coldshoulder.sock\""}, read_string, FIELD(socket)},
    {{"socket_group", "string", "\"postfix\""}, read_string, FIELD(socket_group)},
    {{"socket_mode", "octal mode as a string", "\"0660\""}, read_mode, FIELD(socket_mode)},
    {{"state_dir", "string", "\"/var/lib/coldshoulder\""}, read_string, FIELD(state_directory)},
    {{"control_socket", "string or \"off\"", "state_dir/control.sock"}, read_string, FIELD(control_socket)},
    {{"rules_dir", "string", "\"/usr/share/coldshoulder/rules\""}, read_string, FIELD(rules_directory)},
    {{"local_rules_dir", "string", "\"/etc/coldshoulder/rules.d\""}, read_string, FIELD(local_rules_directory)},
    {{"local_domains", "list of strings", "( )"}, read_strings, FIELD(direction.local_domains)},
    {{"networks", "list of strings", "( )"}, read_networks, FIELD(direction)},
    {{"outbound_daemons", "list of strings", "( \"ORIGINATING\" )"}, read_strings, FIELD(direction.outbound_daemons)},
    {{"auth_results", "one of \"off\", \"jobid\", \"stripped\"", "\"off\""}, read_auth_mode, FIELD(auth.mode)},
    {{"authserv_ids", "list of strings", "( )"}, read_strings, FIELD(auth.authserv_ids)},
    {{"our_hosts", "list of strings", "( )"}, read_strings, FIELD(our_hosts)},
    {{"languages", "list of strings", "( )"}, read_strings, FIELD(languages)},
    {{"add_header", "one of \"all\", \"tagged\", \"none\"", "\"all\""}, read_add_header, FIELD(add_header)},
    {{"strip_spam_headers", "boolean", "false"}, read_bool, FIELD(strip_spam_headers)},
    {{"limits.max_scan_bytes", "size", "\"1M\""}, read_size, FIELD(limits.scan_bytes)},
    {{"limits.max_recipients", "whole number", "1000"}, read_count, FIELD(max_recipients)},
    {{"limits.max_headers", "whole number", "1000"}, read_count, FIELD(limits.headers)},
    {{"limits.max_header_bytes", "size", "\"256K\""}, read_size, FIELD(limits.header_bytes)},
    {{"limits.max_mime_depth", "whole number", "50"}, read_count, FIELD(limits.mime_depth)},
    {{"limits.max_mime_parts", "whole number", "500"}, read_count, FIELD(limits.mime_parts)},
    {{"limits.max_decoded_bytes", "size", "\"2M\""}, read_size, FIELD(limits.decoded_bytes)},
    {{"limits.max_html_depth", "whole number", "200"}, read_count, FIELD(limits.html_depth)},
    {{"limits.max_view_words", "whole number", "20000"}, read_count, FIELD(limits.view_words)},
    {{"limits.max_links", "whole number", "500"}, read_count, FIELD(limits.links)},
    {{"limits.time", "time", "\"2s\""}, read_milliseconds, FIELD(limits.time_ms)},
    {{"learning_days", "whole number", "14"}, read_number, FIELD(learning_days)},
    {{"memory.store", "one of \"sqlite\", \"redis\", \"none\"", "\"sqlite\""}, read_store, FIELD(memory.backend)},
    {{"memory.key_file", "string", "state_dir/key"}, read_string, FIELD(memory.key_file)},
    {{"memory.freemail_list", "string", "\"/usr/share/coldshoulder/lists/freemail.txt\""},
     read_string,
     FIELD(memory.freemail_list)},
    {{"memory.freemail_domains", "list of strings", "( )"}, read_strings, FIELD(memory.freemail_domains)},
    {{"memory.alias_file", "string", "none"}, read_string, FIELD(memory.alias_file)},
    {{"memory.recipient_delimiter", "string", "\"+\""}, read_string, FIELD(memory.recipient_delimiters)},
    {{"memory.relation_scope", "one of \"domain\", \"site\", \"mailbox\"", "\"domain\""},
     read_scope,
     FIELD(memory.scope)},
    {{"memory.keep_relations", "days", "\"730d\""}, read_days, FIELD(memory.retention.relation_days)},
    {{"memory.keep_received", "days", "\"90d\""}, read_days, FIELD(memory.retention.received_days)},
    {{"memory.keep_message_ids", "days", "\"90d\""}, read_days, FIELD(memory.retention.message_days)},
    {{"memory.keep_templates", "days", "\"30d\""}, read_days, FIELD(memory.retention.template_days)},
    {{"memory.template_window", "days", "\"14d\""}, read_days, FIELD(memory.template_window_days)},
    {{"memory.offence_fades", "days", "\"30d\""}, read_days, FIELD(memory.retention.offence_days)},
    {{"memory.deadline", "time", "\"50ms\""}, read_milliseconds, FIELD(memory.deadline_ms)},
    {{"memory.queue", "whole number", "10000"}, read_count, FIELD(memory.queue_max)},
    {{"memory.max_templates", "whole number", "200000"}, read_count, FIELD(memory.templates_max)},
    {{"memory.redis_server", "string", "none"}, read_string, FIELD(memory.redis_server)},
    {{"memory.redis_user", "string", "none"}, read_string, FIELD(memory.redis_user)},
    {{"memory.redis_password_file", "string", "none"}, read_string, FIELD(memory.redis_password_file)},
    {{"memory.redis_prefix", "string", "\"{coldshoulder}\""}, read_string, FIELD(memory.redis_prefix)},
    {{"memory.redis_database", "whole number", "0"}, read_number, FIELD(memory.redis_database)},
    {{"memory.redis_connections", "whole number", "16"}, read_number, FIELD(memory.redis_connections)},
    POLICY_KEYS(inbound, "( \"digest\" )"),
    POLICY_KEYS(outbound, "( )"),
};

enum { KEY_COUNT = sizeof keys / sizeof *keys, KEY_NAME_MAX = 64 };

const struct config_key *config_key_at(size_t index)
{
	return index < KEY_COUNT ? &keys[index].doc : NULL;
}

static const struct key_reader *find_key(const char *name)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (strcmp(keys[i].doc.name, name) == 0)
			return &keys[i];
	return NULL;
}

static bool is_group(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < KEY_COUNT; i++)
		if (strncmp(keys[i].doc.name, name, n) == 0 && keys[i].doc.name[n] == '.')
			return true;
	return false;
}

static void report_unknown(const config_setting_t *setting, const char *name, struct error_list *errors)
{
	const char *names[KEY_COUNT + 1];
	const char *nearest;
	char hint[128];

	for (size_t i = 0; i < KEY_COUNT; i++)
		names[i] = keys[i].doc.name;
	names[KEY_COUNT] = NULL;
	nearest = settings_nearest(name, names);
	if (nearest)
		snprintf(hint, sizeof hint, "did you mean \"%s\"?", nearest);
	else
		snprintf(hint, sizeof hint, "coldshoulder.conf(5) lists all keys");
	settings_error(errors, SEVERITY_ERROR, setting, hint, "unknown key \"%s\"", name);
}

static enum status read_setting(const config_setting_t *setting, const char *name, struct config *config,
				struct error_list *errors)
{
	const struct key_reader *key = find_key(name);

	if (key)
		return key->read(setting, config, (char *)config + key->offset, errors);
	if (is_group(name))
		return wrong_kind(setting, "a group: name = { ... };", errors);
	report_unknown(setting, name, errors);
	return STATUS_OK;
}

static enum status read_group(const config_setting_t *group, const char *prefix, struct config *config,
			      struct error_list *errors)
{
	enum status status = STATUS_OK;

	for (int i = 0; i < config_setting_length(group) && status == STATUS_OK; i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned int)i);
		char name[KEY_NAME_MAX];

		snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "." : "", config_setting_name(setting));
		if (!*prefix && config_setting_is_group(setting) && is_group(name))
			status = read_group(setting, name, config, errors);
		else
			status = read_setting(setting, name, config, errors);
	}
	return status;
}

enum status config_keys_read(const config_setting_t *root, struct config *config, struct error_list *errors)
{
	return read_group(root, "", config, errors);
}
