#include "engine/rulebook.h"

#include "base/buf.h"
#include "base/settings.h"
#include "engine/rule_commas.h"
#include "engine/rule_keys.h"
#include "engine/word_list.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rulebook rulebook_make(struct arena *arena, struct error_list *errors)
{
	return (struct rulebook){.arena = arena,
				 .rules = list_make(sizeof(struct rule_entry), arena),
				 .families = list_make(sizeof(struct family), arena),
				 .changes = list_make(sizeof(struct rule_change), arena),
				 .lists = list_make(sizeof(struct word_list), arena),
				 .errors = errors};
}

static bool name_is_valid(const char *name, bool upper)
{
	size_t n = strlen(name);

	if (n < 1 || n > 63 || !(upper ? name[0] >= 'A' && name[0] <= 'Z' : name[0] >= 'a' && name[0] <= 'z'))
		return false;
	for (size_t i = 0; i < n; i++) {
		bool letter = upper ? name[i] >= 'A' && name[i] <= 'Z' : name[i] >= 'a' && name[i] <= 'z';

		if (!letter && !ascii_is_digit(name[i]) && name[i] != '_' && (upper || name[i] != '-'))
			return false;
	}
	return true;
}

/* Reports the keys that are missing, and combinations that make no sense. */
static void check_rule_group(struct key_reader *reader, const config_setting_t *group, struct rule_entry *entry)
{
	struct rule *rule = &entry->rule;
	struct error_list *errors = reader->book->errors;
	bool text = rule->phrase_count || rule->pattern_count;
	bool has_text_keys =
	    config_setting_get_member(group, "phrases") || config_setting_get_member(group, "patterns");

	if (!name_is_valid(rule->id, true))
		settings_error(errors, SEVERITY_ERROR, group, "as in APOLOGY_BOTHER: A-Z, 0-9 and _, at most 63",
			       "`%s' is no rule id", rule->id);
	if (!entry->has_score && !config_setting_get_member(group, "score"))
		settings_error(errors, SEVERITY_ERROR, group, "add score = 1.0; or whatever it is worth",
			       "rule %s has no score", rule->id);
	if (!rule->describe[0])
		settings_error(errors, SEVERITY_ERROR, group, "add describe = \"what it means when this rule fires\";",
			       "rule %s has no describe", rule->id);
	if (!name_is_valid(rule->family, false))
		settings_error(errors, SEVERITY_ERROR, group, "a-z, 0-9, _ and -, at most 63", "`%s' is no family name",
			       rule->family);
	if (rule->when && (has_text_keys || entry->view_line))
		settings_error(errors, SEVERITY_ERROR, group, "make it two rules, and name the one in the other's when",
			       "rule %s has both `when' and a view, phrases or patterns", rule->id);
	else if (!rule->when && has_text_keys && !entry->view_line && !config_setting_get_member(group, "view"))
		settings_error(errors, SEVERITY_ERROR, group, "add view = \"body\"; or opener, subject, ...",
			       "rule %s has no view", rule->id);
	else if (!rule->when && !has_text_keys && !config_setting_get_member(group, "when"))
		settings_error(errors, SEVERITY_ERROR, group, "add phrases, patterns or when",
			       "rule %s looks for nothing", rule->id);
	else if (!rule->when && has_text_keys && !text && !reader->failed)
		settings_error(errors, SEVERITY_ERROR, group, "add a phrase or pattern",
			       "rule %s has an empty list of phrases or patterns", rule->id);
}

/* Examples of the other kind of rule would never be run. */
static void check_example_kind(struct rulebook *book, const config_setting_t *group, const struct rule *rule)
{
	static const char *const text_keys[] = {"hits", "misses", "todo_hits", "todo_misses"};

	if (!rule->when && config_setting_get_member(group, "cases"))
		settings_error(book->errors, SEVERITY_ERROR, group, "a rule with a view has hits and misses",
			       "rule %s has `cases', which belong to rules with `when'", rule->id);
	for (size_t i = 0; rule->when && i < sizeof text_keys / sizeof text_keys[0]; i++)
		if (config_setting_get_member(group, text_keys[i]))
			settings_error(book->errors, SEVERITY_ERROR, group, "a rule with `when' has cases",
				       "rule %s has `%s', which belongs to rules with a view", rule->id, text_keys[i]);
}

static void read_rule(struct rulebook *book, const config_setting_t *group, const char *path, bool shipped)
{
	struct key_reader reader = {.book = book, .path = path};
	struct rule_entry *entry;
	const char *id = NULL;

	if (!config_setting_lookup_string(group, "id", &id)) {
		settings_error(book->errors, SEVERITY_ERROR, group, "add id = \"UPPER_CASE\";", "a rule has no id");
		return;
	}
	entry = list_push(&book->rules);
	if (!entry) {
		book->no_memory = true;
		return;
	}
	entry->rule = (struct rule){.id = "",
				    .family = "other",
				    .language = "",
				    .describe = "",
				    .author = "",
				    .since = "",
				    .expires = "",
				    .false_positives = "",
				    .status = RULE_STATUS_STABLE,
				    .shipped = shipped,
				    .path = path,
				    .line = config_setting_source_line(group),
				    .index = book->rules.count - 1};
	reader.entry = entry;
	rule_keys_read(&reader, group);
	if (!entry->has_shadow)
		entry->rule.shadow = entry->rule.status == RULE_STATUS_SHADOW;
	else if (entry->rule.status == RULE_STATUS_SHADOW)
		entry->rule.shadow = true;
	if (!book->no_memory) {
		check_rule_group(&reader, group, entry);
		check_example_kind(book, group, &entry->rule);
	}
}

static void read_family(struct rulebook *book, const config_setting_t *group, const char *path, size_t source)
{
	struct key_reader reader = {.book = book, .path = path};
	struct family family = {.name = "",
				.cap = INFINITY,
				.floor = -INFINITY,
				.path = path,
				.line = config_setting_source_line(group),
				.source = source};
	struct family *known;
	size_t index;

	reader.family = &family;
	family_keys_read(&reader, group);
	if (!name_is_valid(family.name, false)) {
		settings_error(book->errors, SEVERITY_ERROR, group, "add name = \"apology\"; or the like",
			       "a family has no valid name");
		return;
	}
	if (family.cap < 0 || family.floor > 0)
		settings_error(book->errors, SEVERITY_ERROR, group, "cap is at least 0, floor at most 0",
			       "family %s: cap or floor has the wrong sign", family.name);
	index = rulebook_find_family(book, str_of(family.name), NULL);
	known = index == STR_NONE ? list_push(&book->families) : list_at(&book->families, index);
	if (!known)
		book->no_memory = true;
	else if (index != STR_NONE && known->source == source)
		settings_error(book->errors, SEVERITY_ERROR, group, "keep one of the two",
			       "family %s is declared twice, first in %s:%u", family.name, known->path, known->line);
	else
		*known = family;
}

static void read_change(struct rulebook *book, const config_setting_t *group, const char *path)
{
	struct key_reader reader = {.book = book, .path = path};
	struct rule_change *change = list_push(&book->changes);

	if (!change) {
		book->no_memory = true;
		return;
	}
	*change = (struct rule_change){.id = "", .path = path, .line = config_setting_source_line(group)};
	reader.change = change;
	change_keys_read(&reader, group);
	if (!change->id[0])
		settings_error(book->errors, SEVERITY_ERROR, group, "add id = \"THE_RULE\";", "a change has no id");
	else if (!change->has_score && !change->has_shadow && !change->has_status && !reader.failed)
		settings_error(book->errors, SEVERITY_WARNING, group, "add score, shadow or status",
			       "the change of %s changes nothing", change->id);
}

static void read_list(struct rulebook *book, const config_setting_t *group, const char *path)
{
	struct key_reader reader = {.book = book, .path = path};
	struct word_list *list = list_push(&book->lists);

	if (!list) {
		book->no_memory = true;
		return;
	}
	*list = (struct word_list){.name = "", .path = path, .line = config_setting_source_line(group)};
	reader.list = list;
	list_keys_read(&reader, group);
	if (!name_is_valid(list->name, false))
		settings_error(book->errors, SEVERITY_ERROR, group, "add name = \"competitors\"; or the like",
			       "a list has no valid name");
	else if (!reader.list_file && !reader.failed)
		settings_error(book->errors, SEVERITY_ERROR, group, "add file = \"words.txt\";", "list %s has no file",
			       list->name);
	else if (reader.list_file)
		word_list_read(book, list, reader.list_file);
}

/* The groups of one top-level list. */
static void read_groups(struct rulebook *book, const config_setting_t *list, const char *path,
			const struct ruleset_source *source, size_t source_number)
{
	const char *name = config_setting_name(list);

	if (config_setting_type(list) != CONFIG_TYPE_LIST) {
		settings_error(book->errors, SEVERITY_ERROR, list, "as in: rules = ( { ... }, { ... } );",
			       "`%s' is %s; it must be a list of groups", name, settings_value(list).text);
		return;
	}
	for (int i = 0; i < config_setting_length(list) && !book->no_memory; i++) {
		const config_setting_t *group = config_setting_get_elem(list, (unsigned int)i);

		if (config_setting_type(group) != CONFIG_TYPE_GROUP)
			settings_error(book->errors, SEVERITY_ERROR, group, "each item stands in { }",
				       "an item of `%s' is %s, not a group", name, settings_value(group).text);
		else if (strcmp(name, "rules") == 0)
			read_rule(book, group, path, source->shipped);
		else if (strcmp(name, "families") == 0)
			read_family(book, group, path, source_number);
		else if (strcmp(name, "changes") == 0)
			read_change(book, group, path);
		else
			read_list(book, group, path);
	}
}

static void read_file(struct rulebook *book, const char *path, const struct ruleset_source *source,
		      size_t source_number)
{
	static const char *const names[] = {"rules", "families", "changes", "lists", NULL};
	config_t file;
	const config_setting_t *root;

	config_init(&file);
	config_set_include_dir(&file, source->directory);
	if (settings_read(path, &file, book->errors) == STATUS_OK) {
		rule_commas_check(path, book->errors);
		root = config_root_setting(&file);
		for (int i = 0; i < config_setting_length(root); i++) {
			const config_setting_t *setting = config_setting_get_elem(root, (unsigned int)i);
			const char *name = config_setting_name(setting);
			const char *nearest = settings_nearest(name, names);
			char hint[96];

			snprintf(hint, sizeof hint,
				 nearest ? "did you mean `%s'?" : "a rule file has rules, families, changes and lists",
				 nearest);
			if (nearest && strcmp(nearest, name) == 0)
				read_groups(book, setting, path, source, source_number);
			else
				settings_error(book->errors, SEVERITY_ERROR, setting, hint, "unknown setting `%s'",
					       name);
		}
	}
	config_destroy(&file);
}

static int is_rule_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && str_ends_nocase(str_of(entry->d_name), STR(".conf"));
}

/* strcmp order, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_files(struct rulebook *book, const struct ruleset_source *source, size_t source_number,
		       struct dirent **entries, size_t count)
{
	for (size_t i = 0; i < count && !book->no_memory; i++) {
		struct buf path = buf_make(book->arena);

		buf_add_format(&path, "%s/%s", source->directory, entries[i]->d_name);
		if (buf_failed(&path))
			book->no_memory = true;
		else
			read_file(book, path.p, source, source_number);
	}
}

void rulebook_read(struct rulebook *book, const struct ruleset_source *source, size_t source_number)
{
	struct dirent **entries = NULL;
	int count = scandir(source->directory, &entries, is_rule_file, by_name);
	int error = errno;

	if (count < 0) {
		if (error == ENOMEM)
			book->no_memory = true;
		else if (error != ENOENT || !source->optional)
			error_add(book->errors, SEVERITY_ERROR, source->directory,
				  error == EACCES ? "check its owner and mode" : "check rules_dir in the configuration",
				  "cannot read the directory of rules: %s",
				  error == ENOENT ? "there is none"
						  : (error == EACCES ? "permission denied" : "it is no directory"));
		return;
	}
	if (count == 0 && !source->optional)
		error_add(book->errors, SEVERITY_WARNING, source->directory, "rules stand in files named *.conf",
			  "the directory has no rule files");
	read_files(book, source, source_number, entries, (size_t)count);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
}
