#include "judge/config_policy.h"

#include "judge/config_policy_check.h"
#include "judge/config_table.h"
#include "policy/list_file.h"

#include <string.h>

static const char *const direction_names[] = {"inbound", "outbound", NULL};

/* What `coldshoulder trust` and `coldshoulder block` edit; they need not be there. */
static const struct str default_allow[] = {STR_INIT("./allow.list")};
static const struct str default_block[] = {STR_INIT("./block.list")};

/* Name, direction and inherits are read before the rest, since the rest depends on them. */
static enum status read_before(const config_setting_t *setting, struct arena *arena, void *target,
			       struct error_list *errors)
{
	(void)setting;
	(void)arena;
	(void)target;
	(void)errors;
	return STATUS_OK;
}

#define FIELD(field)              offsetof(struct policy, field)
#define CLASS_FIELD(class, field) offsetof(struct policy, class_at[class].field)

static enum status read_class_threshold(const config_setting_t *setting, struct arena *arena, void *target,
					struct error_list *errors)
{
	struct threshold *threshold = target;
	enum status status = config_value_threshold(setting, arena, target, errors);

	threshold->given = true;
	return status;
}

static const struct config_field class_fields[] = {
    {{"tag_at", "", ""}, read_class_threshold, offsetof(struct thresholds, tag)},
    {{"mark_as_spam", "", ""}, read_class_threshold, offsetof(struct thresholds, mark_as_spam)},
    {{"quarantine_at", "", ""}, read_class_threshold, offsetof(struct thresholds, quarantine)},
    {{"reject_at", "", ""}, read_class_threshold, offsetof(struct thresholds, reject)},
    {{"tempfail_at", "", ""}, read_class_threshold, offsetof(struct thresholds, tempfail)},
    {{"discard_at", "", ""}, read_class_threshold, offsetof(struct thresholds, discard)},
};

/* classes = { linkedin = { tag_at = 4.0; }; }; */
static enum status read_class_thresholds(const config_setting_t *setting, struct arena *arena, void *target,
					 struct error_list *errors)
{
	struct thresholds *classes = target;
	const struct config_table table = {
	    .fields = class_fields, .count = sizeof class_fields / sizeof *class_fields, .label = "classes."};
	enum status status = STATUS_OK;

	if (!config_setting_is_group(setting))
		return config_wrong_kind(setting, "a group: classes = { cold = { reject_at = 9.0; }; };", errors);
	for (int i = 0; i < config_setting_length(setting) && status == STATUS_OK; i++) {
		const config_setting_t *group = config_setting_get_elem(setting, (unsigned int)i);
		enum mail_class mail_class;

		if (!mail_class_find(str_of(config_setting_name(group)), &mail_class) || mail_class == CLASS_CLEAN)
			settings_error(errors, SEVERITY_ERROR, group,
				       "classes are: digest, cold, linkedin, template, policy",
				       "classes: \"%s\" is not a class", config_setting_name(group));
		else if (!config_setting_is_group(group))
			config_wrong_kind(group, "a group of thresholds: { reject_at = 9.0; }", errors);
		else
			status = config_table_read(group, &table, &classes[mail_class], arena, errors);
	}
	return status;
}

static enum status read_ladder(const config_setting_t *setting, struct arena *arena, void *target,
			       struct error_list *errors)
{
	struct ladder ladder = {.count = 0};
	enum status status;
	size_t count;
	const struct str *steps = config_strings_of(setting, arena, &count, errors, &status);

	if (!steps)
		return status;
	if (count > LADDER_STEPS_MAX)
		return config_wrong_kind(setting, "at most 8 steps", errors);
	for (size_t i = 0; i < count; i++)
		if (!ladder_step_find(steps[i], &ladder.steps[ladder.count++]))
			settings_error(errors, SEVERITY_ERROR, setting, "steps are: tag, reject, disconnect",
				       "ladder: \"%.*s\" is not a step", STR_ARGS(steps[i]));
	*(struct ladder *)target = ladder;
	return STATUS_OK;
}

/* The path of the first entry that names a file; NULL: none does, or out of memory. */
static const char *first_file(const struct str *entries, size_t count, const char *path, struct arena *arena)
{
	for (size_t i = 0; i < count; i++)
		if (list_entry_is_file(entries[i]))
			return list_file_path(entries[i], path, arena);
	return NULL;
}

static enum status read_senders(const config_setting_t *setting, struct arena *arena, void *target,
				struct error_list *errors)
{
	struct sender_list *list = target;
	enum status status;
	size_t count;
	const struct str *entries = config_strings_of(setting, arena, &count, errors, &status);

	if (!entries)
		return status;
	list->file = first_file(entries, count, config_setting_source_file(setting), arena);
	return config_value_matcher(setting, arena, &list->matcher, errors);
}

static enum status read_block_action(const config_setting_t *setting, struct arena *arena, void *target,
				     struct error_list *errors)
{
	static const char *const names[] = {"tag", "tempfail", "quarantine", "reject", "discard", NULL};
	int choice = -1;

	(void)arena;
	config_value_choice(setting, names, &choice, errors);
	if (choice >= 0)
		action_find(str_of(names[choice]), target);
	return STATUS_OK;
}

static enum status read_concern_action(const config_setting_t *setting, struct arena *arena, void *target,
				       struct error_list *errors)
{
	static const char *const names[] = {"log", "tempfail", "quarantine", "reject", NULL};
	static const enum action actions[] = {ACTION_ACCEPT, ACTION_TEMPFAIL, ACTION_QUARANTINE, ACTION_REJECT};
	int choice = -1;

	(void)arena;
	config_value_choice(setting, names, &choice, errors);
	if (choice >= 0)
		*(enum action *)target = actions[choice];
	return STATUS_OK;
}

#define CONCERN(concern) FIELD(enforcement.actions[concern])

static const struct config_field policy_fields[] = {
    {{"policies.name", "string", "none"}, read_before, 0},
    {{"policies.direction", "one of \"inbound\", \"outbound\"", "\"inbound\""}, read_before, 0},
    {{"policies.inherits", "string", "the direction's group"}, read_before, 0},
    {{"policies.match", "list", "( )"}, config_value_matcher, FIELD(match)},
    {{"policies.logins", "list", "( )"}, config_value_matcher, FIELD(logins)},
    {{"policies.tag_at", "number or \"off\"", "5.0"}, config_value_threshold, FIELD(at.tag)},
    {{"policies.mark_as_spam", "number or \"off\"", "\"off\""}, config_value_threshold, FIELD(at.mark_as_spam)},
    {{"policies.quarantine_at", "number or \"off\"", "\"off\""}, config_value_threshold, FIELD(at.quarantine)},
    {{"policies.reject_at", "number or \"off\"", "\"off\""}, config_value_threshold, FIELD(at.reject)},
    {{"policies.tempfail_at", "number or \"off\"", "\"off\""}, config_value_threshold, FIELD(at.tempfail)},
    {{"policies.discard_at", "number or \"off\"", "\"off\""}, config_value_threshold, FIELD(at.discard)},
    {{"policies.classes", "group of groups", "{ }"}, read_class_thresholds, FIELD(class_at)},
    {{"policies.ignore_classes", "list of classes", "( )"}, config_value_classes, FIELD(classes_off)},
    {{"policies.languages", "list of strings", "( )"}, config_value_languages, FIELD(languages)},
    {{"policies.shadow", "boolean", "false"}, config_value_bool, FIELD(shadow)},
    {{"policies.exempt", "boolean", "false"}, config_value_bool, FIELD(exempt)},
    {{"policies.ladder", "list of steps", "( )"}, read_ladder, FIELD(ladder)},
    {{"policies.allow", "list", "( \"./allow.list\" )"}, read_senders, FIELD(allow)},
    {{"policies.block", "list", "( \"./block.list\" )"}, read_senders, FIELD(block)},
    {{"policies.block_action", "action", "\"reject\""}, read_block_action, FIELD(block_action)},
    {{"policies.reply", "string", "none"}, config_value_reply, FIELD(reply)},
    {{"policies.enforce.residue", "action", "\"log\""}, read_concern_action, CONCERN(CONCERN_RESIDUE)},
    {{"policies.enforce.apology", "action", "\"log\""}, read_concern_action, CONCERN(CONCERN_APOLOGY)},
    {{"policies.enforce.pitch", "action", "\"log\""}, read_concern_action, CONCERN(CONCERN_PITCH)},
    {{"policies.enforce.template", "action", "\"log\""}, read_concern_action, CONCERN(CONCERN_TEMPLATE)},
    {{"policies.enforce.first_contacts", "action", "\"log\""}, read_concern_action, CONCERN(CONCERN_FIRST_CONTACTS)},
    {{"policies.enforce.tools", "action", "\"log\""}, read_concern_action, CONCERN(CONCERN_TOOLS)},
    {{"policies.enforce.template_strangers", "whole number", "0"},
     config_value_number,
     FIELD(enforcement.template_strangers)},
    {{"policies.enforce.first_contacts_per_day", "whole number", "0"},
     config_value_number,
     FIELD(enforcement.first_contacts_per_day)},
    {{"policies.enforce.tool_links", "list", "( )"}, config_value_matcher, FIELD(enforcement.tool_links)},
    {{"policies.enforce.exceptions", "list", "( )"}, config_value_matcher, FIELD(enforcement.exceptions)},
    {{"policies.enforce.help_link", "string", "none"}, config_value_reply, FIELD(enforcement.help_link)},
    {{"policies.enforce.help_contact", "string", "none"}, config_value_reply, FIELD(enforcement.help_contact)},
};

enum { FIELD_COUNT = sizeof policy_fields / sizeof *policy_fields };

const struct config_key *config_policy_key_at(size_t index)
{
	return index < FIELD_COUNT ? &policy_fields[index].doc : NULL;
}

static enum status read_policy(const config_setting_t *group, const char *label, struct policy *policy,
			       struct config *config, struct error_list *errors)
{
	const struct config_table table = {
	    .fields = policy_fields, .count = FIELD_COUNT, .skip = strlen("policies."), .label = label};
	enum status status = config_table_read(group, &table, policy, config->arena, errors);

	if (status == STATUS_OK)
		config_policy_check(policy, group, config, errors);
	return status;
}

static enum status read_default(const config_setting_t *root, const char *name, struct policy *policy,
				const char *label, struct config *config, struct error_list *errors)
{
	const config_setting_t *group = config_setting_lookup((config_setting_t *)(uintptr_t)root, name);

	policy->languages = config->languages;
	policy->language_count = config->language_count;
	policy->languages_at = config->languages_at;
	if (!group)
		return STATUS_OK;
	if (!config_setting_is_group(group))
		return config_wrong_kind(group, "a group: name = { ... };", errors);
	return read_policy(group, label, policy, config, errors);
}

static enum status read_default_list(const struct str *file, const char *name, struct config *config,
				     struct error_list *errors, struct sender_list *list)
{
	const struct list_source source = {.entries = file,
					   .count = 1,
					   .name = name,
					   .path = config->path,
					   .files_may_be_missing = true,
					   .senders = true};
	struct matcher *matcher;
	enum status status = list_source_read(&source, config->arena, errors, &matcher);

	if (status == STATUS_OK)
		*list = (struct sender_list){matcher, first_file(file, 1, config->path, config->arena)};
	return status;
}

/* The lists that the tool edits count where the configuration names none. */
static enum status read_default_lists(struct config *config, struct error_list *errors)
{
	struct policy *inbound = &config->policies.inbound;
	enum status status = read_default_list(default_allow, "allow", config, errors, &inbound->allow);

	return status == STATUS_OK ? read_default_list(default_block, "block", config, errors, &inbound->block)
				   : status;
}

static const char *string_member(const config_setting_t *group, const char *name, struct error_list *errors)
{
	const config_setting_t *member = config_setting_get_member(group, name);
	const char *text = member ? config_setting_get_string(member) : NULL;

	if (member && !text)
		config_wrong_kind(member, "a string in double quotes", errors);
	return text;
}

/* The policy that a new one begins as a copy of; NULL and an error when there is none. */
static const struct policy *parent_of(const config_setting_t *group, enum direction direction,
				      const struct policy_set *set, struct error_list *errors)
{
	const char *inherits = string_member(group, "inherits", errors);
	const struct policy *parent = inherits                         ? policy_by_name(set, str_of(inherits))
				      : direction == DIRECTION_INBOUND ? &set->inbound
								       : &set->outbound;

	if (!parent)
		settings_error(errors, SEVERITY_ERROR, group, "name a policy that stands before this one",
			       "inherits: there is no policy \"%s\" before this one", inherits);
	else if (parent->direction != direction)
		settings_error(errors, SEVERITY_ERROR, group, "inherit from a policy of the same direction",
			       "inherits: policy \"%s\" is of the other direction", inherits);
	else
		return parent;
	return NULL;
}

static bool name_is_good(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++)
		if (!ascii_is_alnum(name[i]) && !strchr("-_.", name[i]))
			return false;
	return n > 0 && n <= 40;
}

static enum status add_policy(const config_setting_t *group, struct config *config, struct error_list *errors)
{
	struct policy_set *set = &config->policies;
	struct policy *policy = (struct policy *)(uintptr_t)&set->items[set->count];
	const config_setting_t *direction = config_setting_get_member(group, "direction");
	const char *name = string_member(group, "name", errors);
	const struct policy *parent;
	int way = 0;

	if (!name || !name_is_good(name) || policy_by_name(set, str_of(name))) {
		settings_error(errors, SEVERITY_ERROR, group, "name = \"sales\"; letters, digits, - _ and .",
			       name && name_is_good(name) ? "there is another policy \"%s\""
							  : "a policy needs a name, and \"%s\" is none",
			       name ? name : "");
		return STATUS_OK;
	}
	if (direction)
		config_value_choice(direction, direction_names, &way, errors);
	parent = parent_of(group, way ? DIRECTION_OUTBOUND : DIRECTION_INBOUND, set, errors);
	if (!parent)
		return STATUS_OK;
	*policy = *parent;
	policy->name = arena_strdup(config->arena, name);
	policy->match = policy->logins = NULL;
	if (!policy->name)
		return STATUS_NO_MEMORY;
	/* Known under its name only when it is read, so that it cannot inherit from itself. */
	set->count++;
	return read_policy(group, "policies.", policy, config, errors);
}

static enum status read_list(const config_setting_t *list, struct config *config, struct error_list *errors)
{
	size_t count = (size_t)config_setting_length(list);
	enum status status = STATUS_OK;

	if (!config_setting_is_list(list))
		return config_wrong_kind(list, "a list of groups: policies = ( { name = \"...\"; }, ... );", errors);
	config->policies.items = arena_calloc(config->arena, count + 1, sizeof *config->policies.items);
	if (!config->policies.items)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		const config_setting_t *group = config_setting_get_elem(list, (unsigned int)i);

		if (config_setting_is_group(group))
			status = add_policy(group, config, errors);
		else
			settings_error(errors, SEVERITY_ERROR, list, "{ name = \"...\"; match = ( ... ); }",
				       "policies: item %zu is not a group", i + 1);
	}
	return status;
}

enum status config_policies_read(const config_setting_t *root, struct config *config, struct error_list *errors)
{
	const config_setting_t *list = config_setting_get_member(root, "policies");
	struct policy_set *set = &config->policies;
	enum status status = read_default_lists(config, errors);

	set->delimiters = config->memory.recipient_delimiters;
	if (status == STATUS_OK)
		status = read_default(root, "inbound", &set->inbound, "inbound.", config, errors);
	if (status == STATUS_OK)
		status = read_default(root, "outbound", &set->outbound, "outbound.", config, errors);
	return status == STATUS_OK && list ? read_list(list, config, errors) : status;
}
