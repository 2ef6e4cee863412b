#include "cli/decisions.h"

#include "cli/setup.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum { LINE_FIRST_BYTES = 16 * 1024, LINE_MAX_BYTES = 16 * 1024 * 1024 };

static bool find_log(const struct control_options *options, char path[PATH_MAX])
{
	struct error_list errors = error_list_make();
	struct config *config = setup_config(options->config, &errors);
	bool wanted = false;

	setup_print_errors(&errors, false);
	error_list_free(&errors);
	if (config) {
		if (options->state)
			config->state_directory = options->state;
		wanted = config_decision_log(config, path, PATH_MAX);
		if (!wanted)
			fprintf(stderr,
				"coldshoulder %s: %s: decisions.log is \"off\": there is nothing to be looked up\n",
				options->command, config->path);
	}
	config_free(config);
	return wanted;
}

/* The next line without its end, in a buffer that grows; NULL: the end of the file. */
static char *read_line(gzFile file, char **buffer, size_t *size)
{
	size_t n = 0;

	for (;;) {
		if (n + 2 > *size) {
			size_t larger = *size ? *size * 2 : LINE_FIRST_BYTES;
			char *moved = larger <= LINE_MAX_BYTES ? realloc(*buffer, larger) : NULL;

			if (!moved)
				return NULL;
			*buffer = moved;
			*size = larger;
		}
		if (!gzgets(file, *buffer + n, (int)(*size - n)))
			return n ? *buffer : NULL;
		n += strlen(*buffer + n);
		if (n && (*buffer)[n - 1] == '\n') {
			(*buffer)[n - 1] = '\0';
			return *buffer;
		}
	}
}

static bool read_file(const char *path, const struct decisions_query *query, size_t *damaged)
{
	gzFile file = gzopen(path, "re"); /* reads plain files as they are */
	char *buffer = NULL, *line;
	size_t size = 0;

	if (!file)
		return false;
	while ((line = read_line(file, &buffer, &size)) != NULL) {
		json_t *record;

		if (!*line || (query->must_contain && !strstr(line, query->must_contain)))
			continue;
		record = json_loads(line, 0, NULL);
		if (json_is_object(record))
			query->visit(query->context, record, line);
		else
			(*damaged)++;
		json_decref(record);
	}
	free(buffer);
	gzclose(file);
	return true;
}

static int compare_age(const void *a, const void *b)
{
	struct stat x, y;

	if (stat(*(char *const *)a, &x) != 0 || stat(*(char *const *)b, &y) != 0)
		return 0;
	if (x.st_mtim.tv_sec != y.st_mtim.tv_sec)
		return x.st_mtim.tv_sec < y.st_mtim.tv_sec ? -1 : 1;
	return (x.st_mtim.tv_nsec > y.st_mtim.tv_nsec) - (x.st_mtim.tv_nsec < y.st_mtim.tv_nsec);
}

/* What logrotate made of older ones: PATH.1, PATH.2.gz, PATH-20261127.gz. */
static size_t read_rotated(const char *path, const struct decisions_query *query, size_t *damaged)
{
	char pattern[PATH_MAX + 16];
	size_t count = 0;
	glob_t found;

	snprintf(pattern, sizeof pattern, "%s[.-][0-9]*", path);
	if (glob(pattern, 0, NULL, &found) != 0)
		return 0;
	qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, compare_age);
	for (size_t i = 0; i < found.gl_pathc; i++)
		count += read_file(found.gl_pathv[i], query, damaged);
	globfree(&found);
	return count;
}

bool decisions_read(const struct control_options *options, const struct decisions_query *query)
{
	char path[PATH_MAX];
	size_t damaged = 0, count;
	int error = 0;

	if (!find_log(options, path))
		return false;
	count = read_rotated(path, query, &damaged);
	if (read_file(path, query, &damaged))
		count++;
	else
		error = errno;
	if (damaged)
		fprintf(stderr, "coldshoulder %s: %zu damaged lines were skipped\n", options->command, damaged);
	if (count == 0) {
		fprintf(stderr, "coldshoulder %s: %s: %s\n", options->command, path, strerror(error));
		fprintf(stderr, "  hint: %s\n",
			error == EACCES   ? "use sudo, or be a member of the daemon's group"
			: error == ENOENT ? "no message was judged yet; see decisions.log in coldshoulder.conf(5)"
					  : "see decisions.log in coldshoulder.conf(5)");
	}
	return count > 0;
}

const char *decisions_text(const json_t *record, const char *name, const char *fallback)
{
	const char *text = json_string_value(json_object_get(record, name));

	return text ? text : fallback;
}

const char *decisions_time(const json_t *record, char *out, size_t size)
{
	const char *text = decisions_text(record, "time", "");
	struct tm utc = {0}, local;
	time_t when;

	if (!strptime(text, "%Y-%m-%dT%H:%M:%S", &utc)) {
		snprintf(out, size, "%s", text);
		return out;
	}
	when = timegm(&utc);
	if (localtime_r(&when, &local))
		strftime(out, size, "%Y-%m-%d %H:%M:%S", &local);
	return out;
}

const char *decisions_recipients(const json_t *record, char *out, size_t size)
{
	const json_t *list = json_object_get(record, "recipients");
	json_int_t count = json_integer_value(json_object_get(record, "recipient_count"));
	size_t n = 0, listed = 0, i;
	json_t *recipient;

	*out = '\0';
	json_array_foreach(list, i, recipient)
	{
		const char *text = json_string_value(recipient);

		if (!text || n + strlen(text) + 40 > size)
			break;
		n += (size_t)snprintf(out + n, size - n, "%s%s", listed ? ", " : "", text);
		listed++;
	}
	if ((json_int_t)listed < count && listed)
		snprintf(out + n, size - n, " and %lld more", (long long)count - (long long)listed);
	else if (!listed)
		snprintf(out, size, count == 1 ? "one recipient" : "%lld recipients", (long long)count);
	return out;
}
