#include "cli/command.h"
#include "cli/control.h"
#include "cli/options.h"
#include "cli/setup.h"
#include "base/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RULES_MAX = 1000 };

/* The file that this command keeps; the last one, so that it has the last word. */
static const char file_name[] = "99-shadow.conf";

struct shadow {
	struct control_options options;
	char path[PATH_MAX];
	char *ids[RULES_MAX];
	size_t count;
};

static const char usage[] =
    "usage: coldshoulder shadow [OPTION...] [RULE...]\n\n"
    "Puts rules in shadow, at once: they are counted and explained, and worth nothing. Without a rule it\n"
    "lists those that it has put there.\n\n"
    "      --off              let the rules count again\n"
    "  -c, --config FILE      configuration (default: the installed one)\n"
    "  -s, --state DIRECTORY  in place of the configured state_dir\n";

static bool find_file(struct shadow *shadow)
{
	struct error_list errors = error_list_make();
	struct config *config = setup_config(shadow->options.config, &errors);
	bool found;

	setup_print_errors(&errors, false);
	error_list_free(&errors);
	found = config && (size_t)snprintf(shadow->path, sizeof shadow->path, "%s/%s", config->local_rules_directory,
					   file_name) < sizeof shadow->path;
	config_free(config);
	return found;
}

static bool add_id(struct shadow *shadow, const char *id)
{
	if (shadow->count == RULES_MAX)
		return false;
	for (size_t i = 0; i < shadow->count; i++)
		if (strcmp(shadow->ids[i], id) == 0)
			return true;
	shadow->ids[shadow->count] = strdup(id);
	return shadow->ids[shadow->count++] != NULL;
}

static bool remove_id(struct shadow *shadow, const char *id)
{
	for (size_t i = 0; i < shadow->count; i++) {
		if (strcmp(shadow->ids[i], id) != 0)
			continue;
		free(shadow->ids[i]);
		shadow->ids[i] = shadow->ids[--shadow->count];
		return true;
	}
	return false;
}

/* What stands in the file now. */
static bool read_file(struct shadow *shadow)
{
	struct error_list errors = error_list_make();
	enum status status;
	config_t file;

	if (access(shadow->path, F_OK) != 0)
		return true;
	config_init(&file);
	status = settings_read(shadow->path, &file, &errors);
	if (status == STATUS_OK) {
		const config_setting_t *changes = config_lookup(&file, "changes");

		for (unsigned int i = 0; changes && i < (unsigned int)config_setting_length(changes); i++) {
			const char *id;

			if (config_setting_lookup_string(config_setting_get_elem(changes, i), "id", &id))
				add_id(shadow, id);
		}
	}
	config_destroy(&file);
	setup_print_errors(&errors, true);
	error_list_free(&errors);
	return status == STATUS_OK;
}

static bool print_file(const struct shadow *shadow, FILE *file)
{
	fprintf(file, "# Kept by \"coldshoulder shadow\": these rules are counted, and worth nothing.\nchanges = (");
	for (size_t i = 0; i < shadow->count; i++)
		fprintf(file, "%s\n\t{ id = \"%s\"; shadow = true; }", i ? "," : "", shadow->ids[i]);
	fprintf(file, "\n);\n");
	return fflush(file) == 0;
}

/* In one step, so that a reload never reads half of it. */
static bool write_file(const struct shadow *shadow)
{
	char next[PATH_MAX + 8];
	bool written = false;
	FILE *file;

	snprintf(next, sizeof next, "%s.new", shadow->path);
	file = fopen(next, "we");
	if (file) {
		written = print_file(shadow, file) && fchmod(fileno(file), 0644) == 0;
		written = fclose(file) == 0 && written;
	}
	written = written && rename(next, shadow->path) == 0;
	if (!written) {
		fprintf(stderr, "coldshoulder shadow: %s: %s\n", shadow->path, strerror(errno));
		if (errno == EACCES)
			fprintf(stderr, "  hint: use sudo\n");
		unlink(next);
	}
	return written;
}

/* What is wrong with our file; elsewhere only what keeps the daemon from loading. A rule that is not there is a
 * warning. */
static size_t print_errors(const struct shadow *shadow, const json_t *errors)
{
	size_t i, ours = 0;
	json_t *error;

	json_array_foreach(errors, i, error)
	{
		const char *where = json_string_value(json_object_get(error, "where"));
		bool here = strncmp(where, shadow->path, strlen(shadow->path)) == 0;

		ours += here;
		if (here || strcmp(json_string_value(json_object_get(error, "severity")), "error") == 0)
			fprintf(stderr, "%s: %s\n", where, json_string_value(json_object_get(error, "what")));
	}
	return ours;
}

/* False: the daemon would not have it. */
static bool reload(const struct shadow *shadow)
{
	json_t *reply;
	enum control_answer answer =
	    control_ask(&shadow->options, json_pack("{ss}", "command", "reload"), true, &reply);
	size_t ours = print_errors(shadow, json_object_get(json_object_get(reply, "reload"), "errors"));

	if (answer == CONTROL_NONE)
		printf("no daemon runs: it counts from the next start\n");
	json_decref(reply);
	return answer != CONTROL_REFUSED && ours == 0;
}

static bool change(struct shadow *shadow, char **ids, int count, bool off)
{
	for (int i = 0; i < count; i++) {
		if (off ? !remove_id(shadow, ids[i]) : !add_id(shadow, ids[i])) {
			fprintf(stderr, "coldshoulder shadow: %s is not in %s\n", ids[i], shadow->path);
			return false;
		}
	}
	return write_file(shadow);
}

/* Whether or not a daemon runs: a rule that is not there is a slip, and another would go on counting. */
static bool all_are_rules(const struct shadow *shadow, char **ids, int count)
{
	struct generation *generation = setup_generation(&(struct setup_options){.config = shadow->options.config});
	bool good = generation != NULL;

	for (int i = 0; generation && i < count; i++)
		good = setup_find_rule(generation, "shadow", ids[i]) && good;
	generation_release(generation);
	return good;
}

static int carry_out(struct shadow *shadow, char **ids, int count, bool off)
{
	struct shadow before = {.options = shadow->options};
	int code = COMMAND_USAGE;

	memcpy(before.path, shadow->path, sizeof before.path);
	for (size_t i = 0; i < shadow->count; i++)
		add_id(&before, shadow->ids[i]);
	if (change(shadow, ids, count, off)) {
		if (reload(shadow)) {
			code = COMMAND_OK;
		} else {
			write_file(&before);
			reload(&before);
		}
	}
	for (int i = 0; i < count && code == COMMAND_OK; i++)
		printf("%s %s\n", ids[i], off ? "counts again" : "is in shadow");
	while (before.count)
		free(before.ids[--before.count]);
	return code;
}

int command_shadow(int argc, char **argv)
{
	struct shadow shadow = {.options = {.command = "shadow"}};
	bool off = false;
	const struct command_option own[] = {
	    {"off", 0, .flag = &off},
	    {"config", 'c', .value = &shadow.options.config},
	    {"state", 's', .value = &shadow.options.state},
	};
	const struct command_line line = {
	    .usage = usage, .options = own, .option_count = sizeof own / sizeof *own, .most = RULES_MAX};
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	code = COMMAND_OK;
	if (!find_file(&shadow) || !read_file(&shadow))
		return COMMAND_USAGE;
	if (optind < argc && !off && !all_are_rules(&shadow, argv + optind, argc - optind))
		code = COMMAND_USAGE;
	else if (optind < argc)
		code = carry_out(&shadow, argv + optind, argc - optind, off);
	for (size_t i = 0; i < shadow.count; i++) {
		if (optind == argc)
			puts(shadow.ids[i]);
		free(shadow.ids[i]);
	}
	return code;
}
