#include "engine/rule_keys.h"

#include "base/buf.h"
#include "base/settings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SCORE_MAX = 100, KEYS_MAX = 32 };

struct key {
	const char *name;
	void (*read)(struct key_reader *reader, const config_setting_t *setting);
};

__attribute__((format(printf, 4, 5))) static void fail(struct key_reader *reader, const config_setting_t *setting,
						       const char *hint, const char *format, ...)
{
	char what[400];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	reader->failed = true;
	settings_error(reader->book->errors, SEVERITY_ERROR, setting, hint, "%s", what);
}

static void fail_type(struct key_reader *reader, const config_setting_t *setting, const char *expected)
{
	const char *name = config_setting_name(setting);

	fail(reader, setting, NULL, name ? "`%s' must be %s, not %s" : "%s must be %s, not %s", name ? name : "an item",
	     expected, settings_value(setting).text);
}

static const char *copy_text(struct key_reader *reader, const char *text)
{
	const char *copy = arena_strdup(reader->book->arena, text);

	if (!copy)
		reader->book->no_memory = true;
	return copy ? copy : "";
}

static const char *read_text(struct key_reader *reader, const config_setting_t *setting)
{
	if (config_setting_type(setting) == CONFIG_TYPE_STRING)
		return copy_text(reader, config_setting_get_string(setting));
	fail_type(reader, setting, "a string");
	return "";
}

static bool read_flag(struct key_reader *reader, const config_setting_t *setting)
{
	if (config_setting_type(setting) == CONFIG_TYPE_BOOL)
		return config_setting_get_bool(setting);
	fail_type(reader, setting, "true or false");
	return false;
}

static double read_number(struct key_reader *reader, const config_setting_t *setting)
{
	double number;

	if (!settings_number(setting, &number)) {
		fail_type(reader, setting, "a number");
		return 0;
	}
	if (fabs(number) > SCORE_MAX) {
		fail(reader, setting, "the default threshold of a tag is 5", "`%s' must lie between -%d and %d",
		     config_setting_name(setting), SCORE_MAX, SCORE_MAX);
		return 0;
	}
	return number;
}

/* An array or list of strings; *ret_lines (may be NULL) are their lines. */
static const struct str *read_strings(struct key_reader *reader, const config_setting_t *setting, size_t *ret_count,
				      const unsigned int **ret_lines)
{
	size_t count = config_setting_is_aggregate(setting) ? (size_t)config_setting_length(setting) : 0;
	struct str *strings = arena_calloc(reader->book->arena, count + 1, sizeof *strings);
	unsigned int *lines = arena_calloc(reader->book->arena, count + 1, sizeof *lines);

	*ret_count = 0;
	if (!strings || !lines) {
		reader->book->no_memory = true;
		return NULL;
	}
	if (!config_setting_is_array(setting) && !config_setting_is_list(setting)) {
		fail_type(reader, setting, "a list of strings: [ \"one\", \"two\" ]");
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		const config_setting_t *item = config_setting_get_elem(setting, (unsigned int)i);

		if (config_setting_type(item) != CONFIG_TYPE_STRING) {
			fail_type(reader, item, "a string");
			continue;
		}
		strings[*ret_count] = str_of(read_text(reader, item));
		lines[(*ret_count)++] = config_setting_source_line(item);
	}
	if (ret_lines)
		*ret_lines = lines;
	return strings;
}

/* The place of a string among `names` (NULL at the end); reports when it is none of them. */
static bool read_choice(struct key_reader *reader, const config_setting_t *setting, const char *const *names,
			size_t *ret_choice)
{
	const char *text = read_text(reader, setting);
	char hint[160] = "one of:";

	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return false;
	for (size_t i = 0; names[i]; i++) {
		size_t n = strlen(hint);

		if (strcmp(names[i], text) == 0) {
			*ret_choice = i;
			return true;
		}
		snprintf(hint + n, sizeof hint - n, " %s", names[i]);
	}
	fail(reader, setting, hint, "`%s' cannot be \"%s\"", config_setting_name(setting), text);
	return false;
}

static bool read_status(struct key_reader *reader, const config_setting_t *setting, enum rule_status *ret_status)
{
	static const char *const names[] = {
	    [RULE_STATUS_SHADOW] = "shadow", [RULE_STATUS_TEST] = "test", [RULE_STATUS_STABLE] = "stable", NULL};
	size_t choice;

	if (!read_choice(reader, setting, names, &choice))
		return false;
	*ret_status = (enum rule_status)choice;
	return true;
}

static void rule_id(struct key_reader *reader, const config_setting_t *setting)
{
	reader->entry->rule.id = read_text(reader, setting);
}

static void rule_family(struct key_reader *reader, const config_setting_t *setting)
{
	reader->entry->rule.family = read_text(reader, setting);
}

static void rule_lang(struct key_reader *reader, const config_setting_t *setting)
{
	const char *text = read_text(reader, setting);
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz");

	if (config_setting_type(setting) == CONFIG_TYPE_STRING && (n < 2 || n > 3 || (text[n] && text[n] != '-')))
		fail(reader, setting, "as in \"en\" or \"zh\"; leave it out for a rule of all languages",
		     "\"%s\" is no language code", text);
	reader->entry->rule.language = text;
}

static void rule_score(struct key_reader *reader, const config_setting_t *setting)
{
	reader->entry->rule.score = read_number(reader, setting);
	reader->entry->has_score = true;
}

static void rule_status_key(struct key_reader *reader, const config_setting_t *setting)
{
	read_status(reader, setting, &reader->entry->rule.status);
}

static void rule_since(struct key_reader *reader, const config_setting_t *setting)
{
	reader->entry->rule.since = read_text(reader, setting);
}

static void rule_describe(struct key_reader *reader, const config_setting_t *setting)
{
	reader->entry->rule.describe = read_text(reader, setting);
}

static void rule_author(struct key_reader *reader, const config_setting_t *setting)
{
	reader->entry->rule.author = read_text(reader, setting);
}

static void rule_false_positives(struct key_reader *reader, const config_setting_t *setting)
{
	reader->entry->rule.false_positives = read_text(reader, setting);
}

static void rule_expires(struct key_reader *reader, const config_setting_t *setting)
{
	const char *text = read_text(reader, setting);
	unsigned int year, month, day;
	char rest;

	if (config_setting_type(setting) == CONFIG_TYPE_STRING &&
	    (strlen(text) != 10 || sscanf(text, "%4u-%2u-%2u%c", &year, &month, &day, &rest) != 3 || month < 1 ||
	     month > 12 || day < 1 || day > 31))
		fail(reader, setting, "as in \"2027-03-31\"", "`expires' is no date: \"%s\"", text);
	reader->entry->rule.expires = text;
}

/* What an SMTP reply cannot say is sent as question marks (RFC 5321 section 4.2). */
static void rule_reply(struct key_reader *reader, const config_setting_t *setting)
{
	const char *text = read_text(reader, setting);

	for (size_t i = 0; text[i]; i++) {
		if ((text[i] >= ' ' && text[i] <= '~') || ascii_is_space(text[i]))
			continue;
		settings_error(
		    reader->book->errors, SEVERITY_WARNING, setting, "write it in plain ASCII",
		    "`reply' has characters that an SMTP reply cannot hold: they are sent as question marks");
		break;
	}
	reader->entry->rule.reply = text[0] ? text : NULL;
}

static void rule_shadow(struct key_reader *reader, const config_setting_t *setting)
{
	reader->entry->rule.shadow = read_flag(reader, setting);
	reader->entry->has_shadow = true;
}

static void rule_class(struct key_reader *reader, const config_setting_t *setting)
{
	const char *names[CLASS_COUNT + 1] = {NULL};
	size_t choice;

	for (size_t i = CLASS_CLEAN + 1; i < CLASS_COUNT; i++)
		names[i - 1] = mail_class_name((enum mail_class)i);
	if (read_choice(reader, setting, names, &choice))
		reader->entry->rule.mail_class = (enum mail_class)(choice + 1);
}

static void rule_direction(struct key_reader *reader, const config_setting_t *setting)
{
	static const char *const names[] = {
	    [RULE_ANY_DIRECTION] = "any", [RULE_INBOUND] = "inbound", [RULE_OUTBOUND] = "outbound", NULL};
	size_t choice;

	if (read_choice(reader, setting, names, &choice))
		reader->entry->rule.scope = (enum rule_scope)choice;
}

static void rule_view(struct key_reader *reader, const config_setting_t *setting)
{
	struct rule *rule = &reader->entry->rule;
	const char *text = read_text(reader, setting);

	reader->entry->view_line = config_setting_source_line(setting);
	if (config_setting_type(setting) == CONFIG_TYPE_STRING &&
	    !view_kind_parse(str_of(text), &rule->view, &rule->view_header))
		fail(reader, setting,
		     "one of: subject from_name opener body closing signature text links header:NAME raw:NAME",
		     "there is no view \"%s\"", text);
}

static void rule_phrases(struct key_reader *reader, const config_setting_t *setting)
{
	struct rule_entry *entry = reader->entry;

	entry->rule.phrases = read_strings(reader, setting, &entry->rule.phrase_count, &entry->phrase_lines);
}

static void rule_patterns(struct key_reader *reader, const config_setting_t *setting)
{
	struct rule_entry *entry = reader->entry;

	entry->rule.patterns = read_strings(reader, setting, &entry->rule.pattern_count, &entry->pattern_lines);
}

static void rule_when(struct key_reader *reader, const config_setting_t *setting)
{
	reader->entry->rule.when = read_text(reader, setting);
	reader->entry->when_line = config_setting_source_line(setting);
}

static struct rule_example *add_examples(struct key_reader *reader, size_t count)
{
	struct rule *rule = &reader->entry->rule;
	struct rule_example *all = arena_calloc(reader->book->arena, rule->example_count + count + 1, sizeof *all);

	if (!all) {
		reader->book->no_memory = true;
		return NULL;
	}
	if (rule->example_count)
		memcpy(all, rule->examples, rule->example_count * sizeof *all);
	rule->examples = all;
	rule->example_count += count;
	return all + rule->example_count - count;
}

static void read_examples(struct key_reader *reader, const config_setting_t *setting, bool expect, bool todo)
{
	const unsigned int *lines = NULL;
	size_t count;
	const struct str *texts = read_strings(reader, setting, &count, &lines);
	struct rule_example *examples = texts ? add_examples(reader, count) : NULL;

	for (size_t i = 0; examples && i < count; i++)
		examples[i] = (struct rule_example){.text = texts[i], .expect = expect, .todo = todo, .line = lines[i]};
}

static void rule_hits(struct key_reader *reader, const config_setting_t *setting)
{
	read_examples(reader, setting, true, false);
}

static void rule_misses(struct key_reader *reader, const config_setting_t *setting)
{
	read_examples(reader, setting, false, false);
}

static void rule_todo_hits(struct key_reader *reader, const config_setting_t *setting)
{
	read_examples(reader, setting, true, true);
}

static void rule_todo_misses(struct key_reader *reader, const config_setting_t *setting)
{
	read_examples(reader, setting, false, true);
}

static struct str join(struct key_reader *reader, const struct str *items, size_t count)
{
	struct buf out = buf_make(reader->book->arena);

	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_add_byte(&out, ' ');
		buf_add_str(&out, items[i]);
	}
	if (buf_failed(&out))
		reader->book->no_memory = true;
	return buf_str(&out);
}

static void read_case(struct key_reader *reader, const config_setting_t *group, struct rule_example *example)
{
	bool has_expect = false;

	example->text = str_of("");
	example->rules = str_of("");
	example->line = config_setting_source_line(group);
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned int)i);
		const char *name = config_setting_name(setting);
		size_t count;

		if (strcmp(name, "given") == 0) {
			example->text = str_of(read_text(reader, setting));
		} else if (strcmp(name, "rules") == 0) {
			const struct str *ids = read_strings(reader, setting, &count, NULL);

			example->rules = ids ? join(reader, ids, count) : example->rules;
		} else if (strcmp(name, "expect") == 0) {
			example->expect = read_flag(reader, setting);
			has_expect = true;
		} else if (strcmp(name, "todo") == 0) {
			example->todo = read_flag(reader, setting);
		} else {
			fail(reader, setting, "a case has given, rules, expect and todo", "unknown key `%s' in a case",
			     name);
		}
	}
	if (!has_expect)
		fail(reader, group, "add expect = true; or false", "a case says not what to expect");
}

static void rule_cases(struct key_reader *reader, const config_setting_t *setting)
{
	size_t count;
	struct rule_example *examples;

	if (!config_setting_is_list(setting)) {
		fail_type(reader, setting, "a list of groups: ( { given = ...; rules = [...]; expect = true; } )");
		return;
	}
	count = (size_t)config_setting_length(setting);
	examples = add_examples(reader, count);
	for (size_t i = 0; examples && i < count; i++) {
		const config_setting_t *group = config_setting_get_elem(setting, (unsigned int)i);

		if (config_setting_is_group(group))
			read_case(reader, group, &examples[i]);
		else
			fail_type(reader, group, "a group");
	}
}

static void family_name(struct key_reader *reader, const config_setting_t *setting)
{
	reader->family->name = read_text(reader, setting);
}

static void family_cap(struct key_reader *reader, const config_setting_t *setting)
{
	reader->family->cap = read_number(reader, setting);
}

static void family_floor(struct key_reader *reader, const config_setting_t *setting)
{
	reader->family->floor = read_number(reader, setting);
}

static void change_id(struct key_reader *reader, const config_setting_t *setting)
{
	reader->change->id = read_text(reader, setting);
}

static void change_score(struct key_reader *reader, const config_setting_t *setting)
{
	reader->change->score = read_number(reader, setting);
	reader->change->has_score = true;
}

static void change_shadow(struct key_reader *reader, const config_setting_t *setting)
{
	reader->change->shadow = read_flag(reader, setting);
	reader->change->has_shadow = true;
}

static void change_status(struct key_reader *reader, const config_setting_t *setting)
{
	reader->change->has_status = read_status(reader, setting, &reader->change->status);
}

static void list_name(struct key_reader *reader, const config_setting_t *setting)
{
	reader->list->name = read_text(reader, setting);
}

static void list_file(struct key_reader *reader, const config_setting_t *setting)
{
	reader->list_file = read_text(reader, setting);
}

static const struct key rule_keys[] = {
    {"id", rule_id},
    {"family", rule_family},
    {"lang", rule_lang},
    {"score", rule_score},
    {"status", rule_status_key},
    {"since", rule_since},
    {"describe", rule_describe},
    {"author", rule_author},
    {"view", rule_view},
    {"phrases", rule_phrases},
    {"patterns", rule_patterns},
    {"hits", rule_hits},
    {"misses", rule_misses},
    {"todo_hits", rule_todo_hits},
    {"todo_misses", rule_todo_misses},
    {"when", rule_when},
    {"cases", rule_cases},
    {"class", rule_class},
    {"direction", rule_direction},
    {"shadow", rule_shadow},
    {"reply", rule_reply},
    {"false_positives", rule_false_positives},
    {"expires", rule_expires},
    {NULL, NULL},
};

static const struct key family_keys[] = {
    {"name", family_name}, {"cap", family_cap}, {"floor", family_floor}, {NULL, NULL}};

static const struct key change_keys[] = {
    {"id", change_id}, {"score", change_score}, {"shadow", change_shadow}, {"status", change_status}, {NULL, NULL}};

static const struct key list_keys[] = {{"name", list_name}, {"file", list_file}, {NULL, NULL}};

static void read_keys(struct key_reader *reader, const config_setting_t *group, const struct key *keys)
{
	const char *names[KEYS_MAX] = {NULL};

	for (size_t i = 0; keys[i].name; i++)
		names[i] = keys[i].name;
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned int)i);
		const char *name = config_setting_name(setting);
		const struct key *key = keys;

		while (key->name && strcmp(key->name, name) != 0)
			key++;
		if (key->name) {
			key->read(reader, setting);
		} else {
			const char *nearest = settings_nearest(name, names);
			char hint[96];

			snprintf(hint, sizeof hint, nearest ? "did you mean `%s'?" : "see coldshoulder-rules(5)",
				 nearest);
			fail(reader, setting, hint, "unknown key `%s'", name);
		}
	}
}

void rule_keys_read(struct key_reader *reader, const config_setting_t *group)
{
	read_keys(reader, group, rule_keys);
}

void family_keys_read(struct key_reader *reader, const config_setting_t *group)
{
	read_keys(reader, group, family_keys);
}

void change_keys_read(struct key_reader *reader, const config_setting_t *group)
{
	read_keys(reader, group, change_keys);
}

void list_keys_read(struct key_reader *reader, const config_setting_t *group)
{
	read_keys(reader, group, list_keys);
}
