#include "cli/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OURS_MAX = 320 }; /* our address as main.cf has it */

enum { MILTERS_MAX = 32, VALUE_MAX = 1024 };

/* One milter of a list in main.cf. */
struct milter {
	char name[256]; /* "unix:coldshoulder/coldshoulder.sock" */
	char options[256];
	bool ours;
};

struct milter_list {
	struct milter items[MILTERS_MAX];
	size_t count;
	size_t ours; /* index; `count` when we are not in it */
};

static bool postconf(const struct doctor *doctor, const char *flag, const char *what, struct buf *out)
{
	const char *arguments[8];
	size_t n = 0;

	arguments[n++] = "postconf";
	if (doctor->postfix_config) {
		arguments[n++] = "-c";
		arguments[n++] = doctor->postfix_config;
	}
	arguments[n++] = flag;
	if (what)
		arguments[n++] = what;
	arguments[n] = NULL;
	return doctor_run(arguments, out);
}

bool doctor_postconf(const struct doctor *doctor, const char *parameter, struct buf *out)
{
	/* An unknown parameter is a warning on standard error and no output. */
	return postconf(doctor, "-xh", parameter, out);
}

static struct str queue_directory(const struct doctor *doctor, struct buf *out)
{
	return doctor_postconf(doctor, "queue_directory", out) && out->n ? buf_str(out) : STR("/var/spool/postfix");
}

/* How main.cf names our socket: below the queue directory it is right with and without chroot. */
static void name_of_ours(const struct doctor *doctor, char *out, size_t size)
{
	struct buf queue = buf_make(NULL);
	struct str directory = queue_directory(doctor, &queue);
	const char *socket = doctor->socket;
	char host[256], port[8];

	if (strncmp(socket, "unix:", 5) == 0 && strncmp(socket + 5, directory.p, directory.n) == 0 &&
	    socket[5 + directory.n] == '/')
		snprintf(out, size, "unix:%s", socket + 5 + directory.n + 1);
	else if (sscanf(socket, "inet%*[6]:%7[0-9]@%255s", port, host) == 2 ||
		 sscanf(socket, "inet:%7[0-9]@%255s", port, host) == 2)
		snprintf(out, size, "inet:%s:%s", host, port);
	else
		snprintf(out, size, "%s", socket);
	buf_free(&queue);
}

static void add_milter(struct milter_list *list, const char *p, size_t n)
{
	struct milter *milter = &list->items[list->count];
	size_t name;

	if (list->count == MILTERS_MAX || n == 0)
		return;
	*milter = (struct milter){.ours = false};
	if (*p == '{') {
		for (p++, n--; n && (*p == ' ' || *p == ','); n--)
			p++;
		n -= n && p[n - 1] == '}';
	}
	name = strcspn(p, " ,}");
	if (name > n)
		name = n;
	snprintf(milter->name, sizeof milter->name, "%.*s", (int)name, p);
	snprintf(milter->options, sizeof milter->options, "%.*s", (int)(n - name), p + name);
	list->count++;
}

/* Separated by commas and blanks; braces hold one with its options (MILTER_README). */
static void split(const char *text, struct milter_list *list)
{
	while (*text) {
		size_t n;

		text += strspn(text, " ,\t\n");
		n = *text == '{' ? strcspn(text, "}") + (strchr(text, '}') != NULL) : strcspn(text, " ,\t\n");
		add_milter(list, text, n);
		text += n;
	}
}

static bool is_ours(const struct doctor *doctor, const char *name, const char *ours)
{
	if (strcmp(name, ours) == 0)
		return true;
	/* "unix:/coldshoulder/..." in a chroot, the whole path without one. */
	if ((strncmp(name, "unix:", 5) != 0 && strncmp(name, "local:", 6) != 0) || strncmp(ours, "unix:", 5) != 0)
		return false;
	name = strchr(name, ':') + 1;
	return strcmp(name, ours + 5) == 0 || (*name == '/' && strcmp(name + 1, ours + 5) == 0) ||
	       (strncmp(doctor->socket, "unix:", 5) == 0 && strcmp(name, doctor->socket + 5) == 0);
}

static struct milter_list *read_list(const struct doctor *doctor, const char *value)
{
	struct milter_list *list = calloc(1, sizeof *list);
	char ours[OURS_MAX];

	if (!list)
		return NULL;
	name_of_ours(doctor, ours, sizeof ours);
	split(value, list);
	list->ours = list->count;
	for (size_t i = list->count; i-- > 0;)
		if (is_ours(doctor, list->items[i].name, ours)) {
			list->items[i].ours = true;
			list->ours = i;
		}
	return list;
}

static void say_missing(struct doctor *doctor, const char *parameter, const char *now, enum finding finding,
			const char *consequence)
{
	char ours[OURS_MAX], mend[VALUE_MAX * 2];

	name_of_ours(doctor, ours, sizeof ours);
	snprintf(mend, sizeof mend, "postconf -e '%s = %s%s{ %s, default_action=accept }' && postfix reload", parameter,
		 now, *now ? ", " : "", ours);
	doctor_say(doctor, finding, mend, "%s of main.cf does not name %s: %s", parameter, ours, consequence);
}

/* A chrooted smtpd looks for an absolute path below the queue directory. */
static void check_chroot(struct doctor *doctor, const struct milter *milter)
{
	struct buf services = buf_make(NULL), queue = buf_make(NULL);
	char ours[OURS_MAX], mend[VALUE_MAX];
	bool chrooted = false;
	struct str directory = queue_directory(doctor, &queue), line, rest;
	const char *path = strchr(milter->name, ':');

	if (path && path[1] == '/' && postconf(doctor, "-M", NULL, &services)) {
		rest = buf_str(&services);
		while (str_split(&rest, '\n', &line)) {
			char service[64], kind[16], chroot_flag[8], command[64];

			if (sscanf(line.p, "%63s %15s %*s %*s %7s %*s %*s %63s", service, kind, chroot_flag, command) ==
				4 &&
			    strcmp(command, "smtpd") == 0 && *chroot_flag == 'y')
				chrooted = true;
		}
		if (chrooted && strncmp(path + 1, directory.p, directory.n) == 0) {
			name_of_ours(doctor, ours, sizeof ours);
			snprintf(mend, sizeof mend, "write %s in place of %s in main.cf", ours, milter->name);
			doctor_say(doctor, FINDING_FAILURE, mend,
				   "smtpd is chrooted: it looks for %s below %.*s, where it is not", path + 1,
				   STR_ARGS(directory));
		}
	}
	buf_free(&services);
	buf_free(&queue);
}

static void check_default_action(struct doctor *doctor, const struct milter *milter)
{
	struct buf action = buf_make(NULL);

	if (!strstr(milter->options, "default_action") && doctor_postconf(doctor, "milter_default_action", &action) &&
	    strcmp(action.p, "accept") != 0) {
		char mend[VALUE_MAX];

		snprintf(mend, sizeof mend, "write { %s, default_action=accept } in smtpd_milters", milter->name);
		doctor_say(doctor, FINDING_WARNING, mend, "while the daemon is down, mail is answered by \"%s\"",
			   action.p);
	}
	buf_free(&action);
}

static const char *verifier_name(const struct milter *milter)
{
	static const char *const known[][2] = {
	    {"opendkim", "OpenDKIM"}, {"opendmarc", "OpenDMARC"}, {":8891", "OpenDKIM"},
	    {":12301", "OpenDKIM"},   {":8893", "OpenDMARC"},     {"authentication_milter", "the verifier"},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strstr(milter->name, known[i][0]))
			return known[i][1];
	return NULL;
}

static void check_order(struct doctor *doctor, const struct milter_list *list)
{
	bool needed = doctor->config->auth.mode != AUTH_MODE_OFF;
	size_t before = 0;

	for (size_t i = 0; i < list->count; i++) {
		const char *verifier = verifier_name(&list->items[i]);

		if (!verifier)
			continue;
		if (i < list->ours) {
			before++;
			continue;
		}
		doctor_say(doctor, needed ? FINDING_FAILURE : FINDING_WARNING,
			   "put it before coldshoulder in smtpd_milters, and postfix reload",
			   "%s (%s) stands behind us: what it finds we do not see", verifier, list->items[i].name);
	}
	if (needed && before == 0)
		doctor_say(doctor, FINDING_WARNING, "see auth_results in coldshoulder.conf(5)",
			   "auth_results is on, but no verifier that I know stands before us in smtpd_milters");
	if (!needed && before)
		doctor_say(doctor, FINDING_NOTE, "see auth_results in coldshoulder.conf(5)",
			   "auth_results is off: what the verifier before us finds is not used");
}

/* "stripped": Postfix must remove what comes from outside. */
static void check_stripping(struct doctor *doctor)
{
	struct buf checks = buf_make(NULL), answer = buf_make(NULL);
	const char *arguments[] = {"postmap", "-q", "Authentication-Results: mx.example.org; dkim=pass", NULL, NULL};
	bool stripped = false;
	char *table, *rest = NULL;

	if (doctor_postconf(doctor, "header_checks", &checks))
		for (table = checks.p ? strtok_r(checks.p, ", \t\n", &rest) : NULL; table && !stripped;
		     table = strtok_r(NULL, ", \t\n", &rest)) {
			arguments[3] = table;
			stripped = doctor_run(arguments, &answer) && answer.n && strncmp(answer.p, "IGNORE", 6) == 0;
		}
	if (stripped)
		doctor_say(doctor, FINDING_OK, NULL, "header_checks remove incoming Authentication-Results");
	else
		doctor_say(
		    doctor, FINDING_FAILURE,
		    "postconf -e 'header_checks = regexp:/etc/postfix/coldshoulder_header_checks', with the line "
		    "/^Authentication-Results[[:space:]]*:/ IGNORE in that file",
		    "auth_results is \"stripped\", but header_checks let Authentication-Results in: anybody can "
		    "forge them");
	buf_free(&checks);
	buf_free(&answer);
}

/* "jobid": whoever writes our Authentication-Results must add the queue id. */
static void check_jobid(struct doctor *doctor, const char *path, const char *name)
{
	FILE *file = fopen(path, "re");
	char line[512], key[64], value[64];
	bool on = false;

	if (!file)
		return;
	while (fgets(line, sizeof line, file))
		if (sscanf(line, " %63s %63s", key, value) == 2 && strcasecmp(key, "AuthservIDWithJobID") == 0)
			on = strcasecmp(value, "yes") == 0 || strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0;
	fclose(file);
	if (!on)
		doctor_say(doctor, FINDING_FAILURE, "AuthservIDWithJobID yes",
			   "auth_results is \"jobid\", but %s does not set it for %s", path, name);
}

static void check_auth(struct doctor *doctor)
{
	if (doctor->config->auth.mode == AUTH_MODE_STRIPPED)
		check_stripping(doctor);
	if (doctor->config->auth.mode == AUTH_MODE_JOBID) {
		check_jobid(doctor, "/etc/opendkim.conf", "OpenDKIM");
		check_jobid(doctor, "/etc/opendmarc.conf", "OpenDMARC");
	}
}

/* -o smtpd_milters=... of a service in master.cf stands in for main.cf's. */
static void check_overrides(struct doctor *doctor)
{
	struct buf all = buf_make(NULL);
	struct str rest, line;

	if (postconf(doctor, "-P", NULL, &all)) {
		rest = buf_str(&all);
		while (str_split(&rest, '\n', &line)) {
			size_t name = str_find(line, 0, STR("/smtpd_milters"));
			size_t equals = str_find_byte(line, 0, '=');
			char value[VALUE_MAX];
			struct milter_list *list;

			if (name == STR_NONE || equals == STR_NONE)
				continue;
			snprintf(value, sizeof value, "%.*s", STR_ARGS(str_trim(str_sub(line, equals + 1, line.n))));
			list = strchr(value, '$') ? NULL : read_list(doctor, value);
			if (list && list->ours == list->count)
				doctor_say(
				    doctor, FINDING_WARNING, "add our socket there too, or drop that -o line",
				    "master.cf: service %.*s has milters of its own, without us: its mail is not "
				    "seen, and whom it is sent to not learned",
				    (int)name, line.p);
			free(list);
		}
	}
	buf_free(&all);
}

static long seconds_of(const char *text)
{
	char *unit;
	long count = strtol(text, &unit, 10);

	return *unit == 'm' ? count * 60 : *unit == 'h' ? count * 3600 : *unit == 'd' ? count * 86400 : count;
}

static void check_timeouts(struct doctor *doctor)
{
	static const struct {
		const char *parameter;
		long least;
		const char *usual;
	} timeouts[] = {{"milter_connect_timeout", 5, "30s"},
			{"milter_command_timeout", 10, "30s"},
			{"milter_content_timeout", 20, "300s"}};
	struct buf value = buf_make(NULL);
	char mend[128];

	for (size_t i = 0; i < sizeof timeouts / sizeof *timeouts; i++) {
		if (!doctor_postconf(doctor, timeouts[i].parameter, &value) || !value.n ||
		    seconds_of(value.p) >= timeouts[i].least)
			continue;
		snprintf(mend, sizeof mend, "postconf -e '%s = %s'", timeouts[i].parameter, timeouts[i].usual);
		doctor_say(doctor, FINDING_WARNING, mend, "%s is %s, less than a busy host may need",
			   timeouts[i].parameter, value.p);
	}
	if (doctor_postconf(doctor, "milter_protocol", &value) && value.n && strtol(value.p, NULL, 10) < 6)
		doctor_say(doctor, FINDING_FAILURE, "postconf -e 'milter_protocol = 6'",
			   "milter_protocol is %s: the daemon cannot ask for the macros that it needs", value.p);
	buf_free(&value);
}

static void check_bare_newline(struct doctor *doctor)
{
	struct buf value = buf_make(NULL);

	if (!doctor_postconf(doctor, "smtpd_forbid_bare_newline", &value) || !value.n)
		doctor_say(
		    doctor, FINDING_WARNING, "upgrade Postfix",
		    "this Postfix knows no smtpd_forbid_bare_newline: mail can be smuggled in behind other mail");
	else if (strcmp(value.p, "no") == 0)
		doctor_say(doctor, FINDING_WARNING,
			   "postconf -e 'smtpd_forbid_bare_newline = normalize' && postfix reload",
			   "smtpd_forbid_bare_newline is \"no\": mail can be smuggled in behind other mail");
	else
		doctor_say(doctor, FINDING_OK, NULL, "smtpd_forbid_bare_newline = %s", value.p);
	buf_free(&value);
}

/* Whom we take for ourselves, beside what Postfix thinks. */
static void check_direction(struct doctor *doctor)
{
	const struct direction_settings *direction = &doctor->config->direction;
	struct buf value = buf_make(NULL);
	char mend[VALUE_MAX];

	if (direction->local_domain_count == 0 && doctor_postconf(doctor, "mydomain", &value) && value.n) {
		snprintf(mend, sizeof mend, "local_domains = ( \"%s\" );   in %s", value.p,
			 *doctor->config->path ? doctor->config->path : "coldshoulder.conf");
		doctor_say(
		    doctor, FINDING_FAILURE, mend,
		    "local_domains is empty: without a password nothing counts as outgoing, and little is learned");
	} else if (direction->local_domain_count) {
		doctor_say(doctor, FINDING_OK, NULL, "direction: %zu local domains, %zu networks",
			   direction->local_domain_count, direction->network_count);
	}
	buf_free(&value);
}

static void check_smtpd_milters(struct doctor *doctor, const char *value)
{
	struct milter_list *list = read_list(doctor, value);

	if (!list)
		return;
	if (list->ours == list->count) {
		say_missing(doctor, "smtpd_milters", value, FINDING_FAILURE, "mail by SMTP does not pass here");
	} else {
		doctor_say(doctor, FINDING_OK, NULL, "smtpd_milters names us, number %zu of %zu", list->ours + 1,
			   list->count);
		check_chroot(doctor, &list->items[list->ours]);
		check_default_action(doctor, &list->items[list->ours]);
		check_order(doctor, list);
	}
	free(list);
}

static void check_local_milters(struct doctor *doctor)
{
	struct buf value = buf_make(NULL);
	struct milter_list *list;

	if (doctor_postconf(doctor, "non_smtpd_milters", &value)) {
		list = read_list(doctor, buf_str(&value).p);
		if (list && list->ours == list->count)
			say_missing(doctor, "non_smtpd_milters", buf_str(&value).p, FINDING_WARNING,
				    "whom people write to by sendmail(1), webmail perhaps, is not learned");
		else if (list)
			doctor_say(doctor, FINDING_OK, NULL, "non_smtpd_milters names us");
		free(list);
	}
	buf_free(&value);
}

void doctor_check_postfix(struct doctor *doctor)
{
	struct buf value = buf_make(NULL);

	check_direction(doctor);
	if (!doctor_postconf(doctor, "smtpd_milters", &value)) {
		doctor_say(doctor, FINDING_NOTE, NULL, "Postfix's configuration cannot be read here (postconf)");
	} else {
		check_smtpd_milters(doctor, buf_str(&value).p);
		check_local_milters(doctor);
		check_overrides(doctor);
		check_timeouts(doctor);
		check_bare_newline(doctor);
		check_auth(doctor);
	}
	buf_free(&value);
}
