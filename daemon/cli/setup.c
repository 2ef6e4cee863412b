#include "cli/setup.h"

#include "base/paths.h"
#include "base/settings.h"
#include "mail/message.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char installed_config[] = PATHS_CONFIG;
static const char installed_rules[] = PATHS_RULES;

void setup_print_errors(const struct error_list *errors, bool show_warnings)
{
	for (size_t i = 0; i < errors->errors.count; i++) {
		const struct error *error = error_at(errors, i);
		char text[1200];

		if (error->severity == SEVERITY_WARNING && !show_warnings)
			continue;
		error_format(error, text, sizeof text);
		fputs(text, stderr);
	}
	if (errors->error_count > errors->errors.count)
		fputs("error: out of memory\n", stderr);
}

/* The shipped rules when nothing is installed: beside a relocated program, or in the source tree of a build. */
static const char *rules_beside_program(char *path, size_t size)
{
	static const char *const places[] = {"/../share/coldshoulder/rules", "/../../rules"};
	char program[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	program[n] = '\0';
	slash = strrchr(program, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if ((size_t)snprintf(path, size, "%s%s", program, places[i]) < size && access(path, R_OK | X_OK) == 0)
			return path;
	}
	return NULL;
}

/* Makes the directories above the last one, with rights for nobody else. */
static bool make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST) {
			*slash = '/';
			return false;
		}
		*slash = '/';
	}
	return true;
}

/*
 * Compiling the rules takes seconds. Who cannot write to the daemon's directory, or has none yet, keeps the result
 * where the XDG Base Directory Specification wants it. NULL: nowhere, or in the configured directory.
 */
static const char *own_cache(char *path, size_t size)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int n;

	if (access(PATHS_STATE, W_OK) == 0)
		return NULL;
	if (cache && cache[0] == '/')
		n = snprintf(path, size, "%s/coldshoulder", cache);
	else if (home && home[0] == '/')
		n = snprintf(path, size, "%s/.cache/coldshoulder", home);
	else
		return NULL;
	if (n < 0 || (size_t)n >= size || !make_parents(path) || (mkdir(path, 0700) != 0 && errno != EEXIST))
		return NULL;
	return path;
}

const char *setup_config_path(const char *path)
{
	return path || access(installed_config, F_OK) != 0 ? path : installed_config;
}

struct config *setup_config(const char *path, struct error_list *errors)
{
	struct config *config = NULL;

	path = setup_config_path(path);
	if (path)
		config_load(path, errors, &config);
	else
		config = config_create_default();
	if (!config && !errors->error_count)
		error_add(errors, SEVERITY_ERROR, path ? path : "defaults", NULL, "out of memory");
	return config;
}

struct generation *setup_generation(const struct setup_options *options)
{
	struct generation_options generation_options = {
	    .rules_directory = options->rules,
	    .check_examples = options->check_examples,
	};
	const char *config = setup_config_path(options->config);
	struct error_list errors = error_list_make();
	struct generation *generation = NULL;
	char beside[PATH_MAX + 32], cache[PATH_MAX];
	enum status status;

	message_library_init();
	if (!config && !options->rules && access(installed_rules, F_OK) != 0)
		generation_options.rules_directory = rules_beside_program(beside, sizeof beside);
	generation_options.cache_directory = own_cache(cache, sizeof cache);
	status = generation_load(config, &generation_options, &errors, &generation);
	setup_print_errors(&errors, options->show_warnings);
	if (status == STATUS_NO_MEMORY)
		fprintf(stderr, "coldshoulder: out of memory\n");
	error_list_free(&errors);
	return status == STATUS_OK ? generation : NULL;
}

struct arena *setup_arena(const char *command, size_t block)
{
	struct arena *arena = arena_create(block);

	if (!arena)
		fprintf(stderr, "coldshoulder %s: out of memory\n", command);
	return arena;
}

/* The id that was probably meant, whatever its case; NULL when none is near. */
static const char *nearest_rule(const struct ruleset *ruleset, const char *id)
{
	size_t count = ruleset_rule_count(ruleset);
	const char **ids = calloc(count + 1, sizeof *ids), *nearest = NULL;
	char *wanted = strdup(id);

	for (char *p = wanted; p && *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	for (size_t i = 0; ids && i < count; i++)
		ids[i] = ruleset_rule_at(ruleset, i)->id;
	if (ids && wanted)
		nearest = settings_nearest(wanted, ids);
	free(wanted);
	free(ids);
	return nearest;
}

const struct rule *setup_find_rule(const struct generation *generation, const char *command, const char *id)
{
	const struct rule *rule = ruleset_find(generation->ruleset, str_of(id));
	const char *nearest;

	if (rule)
		return rule;
	nearest = nearest_rule(generation->ruleset, id);
	fprintf(stderr, "coldshoulder %s: there is no rule \"%s\"\n", command, id);
	if (nearest)
		fprintf(stderr, "  hint: did you mean %s?\n", nearest);
	return NULL;
}
