#include "cli/command.h"
#include "cli/decisions.h"
#include "cli/options.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SHOWN_BY_DEFAULT = 50, SHOWN_MAX = 1000000 };

struct history {
	const char *from;
	const char *to;
	const char *mail_class;
	const char *action;
	const char *direction;
	const char *rule;
	char since[32]; /* as the records write it; empty: no limit */
	char until[32];
	size_t shown;
	char **lines; /* a ring of the last ones that fit */
	size_t found;
};

static const char usage[] =
    "usage: coldshoulder history [OPTION...]\n\n"
    "Shows what was decided, the newest last. Patterns are those of the shell: \"*@example.com\".\n\n"
    "      --from PATTERN         by the author or the envelope sender\n"
    "      --to PATTERN           by a recipient\n"
    "      --class CLASS          clean, linkedin, digest, cold, template or policy\n"
    "      --action ACTION        accept, tag, tempfail, quarantine, reject or discard\n"
    "      --direction DIRECTION  inbound, outbound or internal\n"
    "      --rule RULE            messages in which this rule fired\n"
    "      --since TIME           \"2026-11-27\", \"2026-11-27 22:00\", \"3h\" or \"7d\" ago\n"
    "      --until TIME           the same\n"
    "  -n, --number N             at most so many (default 50)\n"
    "      --json                 print the records as they are\n"
    "  -c, --config FILE          configuration (default: the installed one)\n"
    "  -s, --state DIRECTORY      in place of the configured state_dir\n";

/* Addresses do not care for case, as far as people are concerned. */
static bool matches(const char *pattern, const char *text)
{
	return text && fnmatch(pattern, text, FNM_CASEFOLD) == 0;
}

static bool is(const char *wanted, const json_t *record, const char *name)
{
	return !wanted || strcmp(wanted, decisions_text(record, name, "")) == 0;
}

static bool any_recipient(const char *pattern, const json_t *record)
{
	size_t i;
	json_t *recipient;

	json_array_foreach(json_object_get(record, "recipients"), i,
			   recipient) if (matches(pattern, json_string_value(recipient))) return true;
	return false;
}

static bool any_rule(const char *id, const json_t *record)
{
	size_t i;
	json_t *rule;

	json_array_foreach(json_object_get(record, "rules"), i,
			   rule) if (strcmp(decisions_text(rule, "id", ""), id) == 0) return true;
	return false;
}

static bool wanted(const struct history *history, const json_t *record)
{
	const char *when = decisions_text(record, "time", "");

	if (history->from && !matches(history->from, decisions_text(record, "from", NULL)) &&
	    !matches(history->from, decisions_text(record, "sender", NULL)))
		return false;
	return (!history->to || any_recipient(history->to, record)) && is(history->mail_class, record, "class") &&
	       is(history->action, record, "action") && is(history->direction, record, "direction") &&
	       (!history->rule || any_rule(history->rule, record)) &&
	       (!*history->since || strcmp(when, history->since) >= 0) &&
	       (!*history->until || strcmp(when, history->until) <= 0);
}

static void keep(void *context, json_t *record, const char *line)
{
	struct history *history = context;
	char **place = &history->lines[history->found % history->shown];

	if (!wanted(history, record))
		return;
	free(*place);
	*place = strdup(line);
	history->found++;
}

static void print_record(const json_t *record)
{
	char when[40], recipients[400];

	printf("%s  %-12s %-9s %-8s %5.1f/%.1f  %s > %s\n", decisions_time(record, when, sizeof when),
	       decisions_text(record, "queue_id", ""), decisions_text(record, "class", "?"),
	       decisions_text(record, "action", "?"), json_number_value(json_object_get(record, "score")),
	       json_number_value(json_object_get(record, "threshold")), decisions_text(record, "from", "-"),
	       decisions_recipients(record, recipients, sizeof recipients));
}

static void print_history(const struct history *history, bool json)
{
	size_t first = history->found > history->shown ? history->found - history->shown : 0;

	for (size_t i = first; i < history->found; i++) {
		const char *line = history->lines[i % history->shown];
		json_t *record = line && !json ? json_loads(line, 0, NULL) : NULL;

		if (line && json)
			puts(line);
		else if (record)
			print_record(record);
		json_decref(record);
	}
	if (first && !json)
		fprintf(stderr, "the last %zu of %zu; --number shows more\n", history->shown, history->found);
}

/* "3h" ago, or a date with or without a time of this time zone; as the records write it. */
static bool read_time(const char *text, char out[32])
{
	static const char *const formats[] = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"};
	char *unit;
	long count = strtol(text, &unit, 10);
	time_t when = time(NULL);
	struct tm parts;

	if (unit != text && *unit && !unit[1] && strchr("mhd", *unit) && count >= 0 && count < 100000) {
		when -= count * (*unit == 'm' ? 60 : *unit == 'h' ? 3600 : 86400);
	} else {
		const char *end = NULL;

		for (size_t i = 0; i < sizeof formats / sizeof *formats && (!end || *end); i++) {
			parts = (struct tm){.tm_isdst = -1};
			end = strptime(text, formats[i], &parts);
		}
		if (!end || *end)
			return false;
		when = mktime(&parts);
	}
	return gmtime_r(&when, &parts) && strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &parts) > 0;
}

static bool bad_value(const char *option, const char *value)
{
	fprintf(stderr, "coldshoulder history: --%s does not know \"%s\"\n", option, value);
	return false;
}

static bool take_since(void *context, const char *argument)
{
	struct history *history = context;

	return read_time(argument, history->since) || bad_value("since", argument);
}

static bool take_until(void *context, const char *argument)
{
	struct history *history = context;

	return read_time(argument, history->until) || bad_value("until", argument);
}

static bool take_number(void *context, const char *argument)
{
	struct history *history = context;
	char *end;

	history->shown = strtoul(argument, &end, 10);
	return (*argument && !*end && history->shown >= 1 && history->shown <= SHOWN_MAX) ||
	       bad_value("number", argument);
}

int command_history(int argc, char **argv)
{
	struct control_options options = {.command = "history"};
	struct history history = {.shown = SHOWN_BY_DEFAULT};
	struct decisions_query query = {.visit = keep, .context = &history};
	bool json = false, read;
	const struct command_option own[] = {
	    {"from", 0, .value = &history.from},
	    {"to", 0, .value = &history.to},
	    {"class", 0, .value = &history.mail_class},
	    {"action", 0, .value = &history.action},
	    {"direction", 0, .value = &history.direction},
	    {"rule", 0, .value = &history.rule},
	    {"since", 0, .take = take_since},
	    {"until", 0, .take = take_until},
	    {"number", 'n', .take = take_number},
	    {"json", 0, .flag = &json},
	    {"config", 'c', .value = &options.config},
	    {"state", 's', .value = &options.state},
	};
	const struct command_line line = {
	    .usage = usage, .options = own, .option_count = sizeof own / sizeof *own, .context = &history};
	int code = options_read(&line, argc, argv);

	if (code >= 0)
		return code;
	history.lines = calloc(history.shown, sizeof *history.lines);
	if (!history.lines) {
		fprintf(stderr, "coldshoulder history: out of memory\n");
		return COMMAND_USAGE;
	}
	read = decisions_read(&options, &query);
	if (read)
		print_history(&history, json);
	for (size_t i = 0; i < history.shown; i++)
		free(history.lines[i]);
	free(history.lines);
	return read ? COMMAND_OK : COMMAND_INPUT;
}
